// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_stat(const char *pid, char *to, size_t size)
{
	char path[64];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, to, size - 1);
	close(fd);
	to[n < 0 ? 0 : n] = 0;
	return n > 0 ? 0 : -1;
}

/* The name in parentheses is the program's to choose: what counts starts after the last one. */
static int parse_stat(const char *stat, struct process *p)
{
	const char *rest = strrchr(stat, ')');
	unsigned long user, system;
	long waited_user, waited_system;
	int parent;

	if (rest == NULL || sscanf(rest + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &p->state,
			&parent, &user, &system, &waited_user, &waited_system) != 6)
		return -1;
	p->parent = parent;
	p->cpu_ms = (user + system + waited_user + waited_system) * 1000 / sysconf(_SC_CLK_TCK);
	return 0;
}

static int read_process(const char *name, struct process *p)
{
	char stat[512];

	*p = (struct process){ .pid = atoi(name) };
	return p->pid <= 0 || read_stat(name, stat, sizeof(stat)) < 0 ? -1 : parse_stat(stat, p);
}

static int append(struct tree *tree, int *room, const struct process *p)
{
	if (tree->count == *room) {
		int more = *room ? *room * 2 : 64;
		struct process *grown = realloc(tree->processes, more * sizeof(*grown));
		if (grown == NULL)
			return -1;
		tree->processes = grown;
		*room = more;
	}
	tree->processes[tree->count++] = *p;
	return 0;
}

int tree_read(struct tree *tree)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	struct process p;
	int room = 0;

	*tree = (struct tree){ 0 };
	if (proc == NULL)
		return -1;
	while ((entry = readdir(proc)) != NULL)
		if (read_process(entry->d_name, &p) == 0 && append(tree, &room, &p) < 0)
			break;
	closedir(proc);
	return 0;
}

void tree_free(struct tree *tree)
{
	free(tree->processes);
	*tree = (struct tree){ 0 };
}

static uint64_t status_field(const char *status, const char *field)
{
	const char *at = strstr(status, field);
	unsigned long kib = 0;

	if (at != NULL)
		sscanf(at + strlen(field), "%lu", &kib);
	return (uint64_t)kib * 1024;
}

struct resident resident_of(pid_t pid)
{
	char path[64], status[4096];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return (struct resident){ 0 };
	n = fread(status, 1, sizeof(status) - 1, file);
	fclose(file);
	status[n] = 0;
	return (struct resident){ status_field(status, "RssAnon:"), status_field(status, "RssShmem:") };
}

static uint64_t entries_in(const char *folder)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;
	uint64_t count = 0;

	while (entries != NULL && (entry = readdir(entries)) != NULL)
		count += entry->d_name[0] != '.';
	if (entries != NULL)
		closedir(entries);
	return count;
}

/* Since Linux 6.2 the folder's size says how many there are; before, it is 0. */
bool has_all_files_open(pid_t pid, uint64_t most)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	if (stat(path, &st) < 0)
		return false;
	return (st.st_size > 0 ? (uint64_t)st.st_size : entries_in(path)) >= most;
}

/* A program that hides what it has open is taken for one that holds them. */
bool holds_terminals(pid_t pid)
{
	char path[64], target[64];
	DIR *files;
	struct dirent *entry;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	files = opendir(path);
	if (files == NULL)
		return true;
	while (!found && (entry = readdir(files)) != NULL) {
		ssize_t n = readlinkat(dirfd(files), entry->d_name, target, sizeof(target));
		found = n > 4 && memcmp(target + n - 4, "ptmx", 4) == 0;
	}
	closedir(files);
	return found;
}

/* Where a container shows its own control group; version 2, and 1. */
uint64_t memory_kills(void)
{
	static const char *const PLACES[] = { "/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control" };
	char text[512];
	unsigned long kills = 0;

	for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
		FILE *file = fopen(PLACES[i], "re");
		const char *at;
		if (file == NULL)
			continue;
		text[fread(text, 1, sizeof(text) - 1, file)] = 0;
		fclose(file);
		at = strstr(text, "\noom_kill ");
		if (at != NULL && sscanf(at, "\noom_kill %lu", &kills) == 1)
			break;
	}
	return kills;
}
