// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "watch.h"
#include "limits.h"
#include "modes.h"
#include "tree.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define FULL_BYTES 65536
#define FULL_INODES 16
/* A tmpfs gives out inodes by the machine's memory, not by its own size. */
#define MOST_INODES 100000

/* A machine has some thousand of them for all its sandboxes together; each shell and each process of a lab is one. */
#define MOST_TERMINALS 64

static const char *const DISKS[] = { WORKSPACE, "/tmp", "/dev/shm", "/run/unetmap" };
#define DISK_COUNT (sizeof(DISKS) / sizeof(DISKS[0]))

static uint64_t used_bytes(const char *disk)
{
	struct statfs st;

	return statfs(disk, &st) < 0 ? 0 : (uint64_t)(st.f_blocks - st.f_bfree) * st.f_bsize;
}

static int is_full(const char *disk)
{
	struct statfs st;

	if (statfs(disk, &st) < 0)
		return 0;
	return (uint64_t)st.f_bavail * st.f_bsize < FULL_BYTES || st.f_ffree < FULL_INODES ||
		st.f_files - st.f_ffree > MOST_INODES;
}

static int any_disk_full(void)
{
	for (size_t i = 0; i < DISK_COUNT; i++)
		if (is_full(DISKS[i]))
			return 1;
	return 0;
}

struct resident {
	uint64_t own_bytes;      /* only this process has it */
	uint64_t shared_bytes;   /* areas of netmap and other shared memory */
};

static uint64_t status_field(const char *status, const char *field)
{
	const char *at = strstr(status, field);
	unsigned long kib = 0;

	if (at != NULL)
		sscanf(at + strlen(field), "%lu", &kib);
	return (uint64_t)kib * 1024;
}

static struct resident resident_of(pid_t pid)
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

static uint64_t disks_bytes(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < DISK_COUNT; i++)
		sum += used_bytes(DISKS[i]);
	return sum;
}

/* Shared memory is on one of the disks, or anonymous and then at least as much as one program sees of it. */
static uint64_t memory_of(const struct tree *tree, pid_t *largest)
{
	uint64_t own = 0, shared = 0, most = 0, disks = disks_bytes();

	for (int i = 0; i < tree->count; i++) {
		struct resident r = resident_of(tree->processes[i].pid);
		own += r.own_bytes;
		if (r.shared_bytes > shared)
			shared = r.shared_bytes;
		if (r.own_bytes + r.shared_bytes > most && tree->processes[i].inside) {
			most = r.own_bytes + r.shared_bytes;
			*largest = tree->processes[i].pid;
		}
	}
	return own + (shared > disks ? shared : disks);
}

/* Programs, without the agent and the supervisors, which are its children. */
static int mark_programs(struct tree *tree)
{
	int programs = tree_mark(tree, 1);

	for (int i = 0; i < tree->count; i++) {
		struct process *p = &tree->processes[i];
		if (p->inside && p->parent == 1) {
			p->inside = false;
			programs -= p->state != 'Z';
		}
	}
	return programs;
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
static int has_all_files_open(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	if (stat(path, &st) < 0)
		return 0;
	return (st.st_size > 0 ? (uint64_t)st.st_size : entries_in(path)) >= limits.open_files;
}

static void watch_memory(const struct tree *tree, void (*crossed)(const char *))
{
	pid_t largest = 0;

	if (limits.memory_bytes == 0 || memory_of(tree, &largest) <= limits.memory_bytes)
		return;
	/* Told first, so that the server knows the reason before it hears of the end. */
	crossed("memory");
	if (largest > 0)
		kill(largest, SIGKILL);
}

/* Where a container shows its own control group; version 2, and 1. */
static uint64_t memory_kills(void)
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

void watch_memory_kills(void (*crossed)(const char *))
{
	static uint64_t told;
	uint64_t kills = memory_kills();

	if (kills > told)
		crossed("memory");
	told = kills;
}

static void watch_files(const struct tree *tree, void (*crossed)(const char *))
{
	for (int i = 0; i < tree->count; i++)
		if (tree->processes[i].inside && has_all_files_open(tree->processes[i].pid)) {
			crossed("open-files");
			return;
		}
}

static int is_crowded(void)
{
	DIR *terminals = opendir("/dev/pts");
	struct dirent *entry;
	int count = 0;

	while (terminals != NULL && count <= MOST_TERMINALS && (entry = readdir(terminals)) != NULL)
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	if (terminals != NULL)
		closedir(terminals);
	return count > MOST_TERMINALS;
}

/* A program that hides what it has open is taken for one that holds them. */
static int holds_terminals(pid_t pid)
{
	char path[64], target[64];
	DIR *files;
	struct dirent *entry;
	int found = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	files = opendir(path);
	if (files == NULL)
		return 1;
	while (!found && (entry = readdir(files)) != NULL) {
		ssize_t n = readlinkat(dirfd(files), entry->d_name, target, sizeof(target));
		found = n > 4 && memcmp(target + n - 4, "ptmx", 4) == 0;
	}
	closedir(files);
	return found;
}

static void watch_terminals(const struct tree *tree, void (*crossed)(const char *))
{
	if (!is_crowded())
		return;
	crossed("terminals");
	for (int i = 0; i < tree->count; i++)
		if (tree->processes[i].inside && holds_terminals(tree->processes[i].pid))
			kill(tree->processes[i].pid, SIGKILL);
}

void watch_limits(void (*crossed)(const char *))
{
	struct tree tree;

	watch_memory_kills(crossed);
	if (any_disk_full())
		crossed("disk");
	if (tree_read(&tree) < 0)
		return;
	mark_programs(&tree);
	/* The kernel counts every process of the user, the agent's own too. */
	if (limits.processes > 0 && (uint64_t)tree.count + 1 >= limits.processes)
		crossed("processes");
	watch_files(&tree, crossed);
	watch_terminals(&tree, crossed);
	watch_memory(&tree, crossed);
	tree_free(&tree);
}

void watch_usage(struct usage *usage)
{
	struct tree tree;
	pid_t largest;

	*usage = (struct usage){ .disk_bytes = used_bytes(WORKSPACE), .cpu_ms = tree_cpu_ms(1) };
	if (tree_read(&tree) < 0)
		return;
	usage->processes = mark_programs(&tree);
	usage->memory_bytes = memory_of(&tree, &largest);
	tree_free(&tree);
}
