// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "watch.h"
#include "limits.h"
#include "modes.h"
#include "tree.h"

#include <dirent.h>
#include <signal.h>
#include <stddef.h>
#include <sys/statvfs.h>
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
	struct statvfs st;

	return statvfs(disk, &st) < 0 ? 0 : (uint64_t)(st.f_blocks - st.f_bfree) * st.f_frsize;
}

static int is_full(const char *disk)
{
	struct statvfs st;

	if (statvfs(disk, &st) < 0)
		return 0;
	return (uint64_t)st.f_bavail * st.f_frsize < FULL_BYTES || st.f_ffree < FULL_INODES ||
		st.f_files - st.f_ffree > MOST_INODES;
}

static int any_disk_full(void)
{
	for (size_t i = 0; i < DISK_COUNT; i++)
		if (is_full(DISKS[i]))
			return 1;
	return 0;
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
	int programs = tree_mark(tree, getpid());

	for (int i = 0; i < tree->count; i++) {
		struct process *p = &tree->processes[i];
		if (p->inside && p->parent == getpid()) {
			p->inside = false;
			programs -= p->state != 'Z';
		}
	}
	return programs;
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
		if (tree->processes[i].inside && has_all_files_open(tree->processes[i].pid, limits.open_files)) {
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

	*usage = (struct usage){ .disk_bytes = used_bytes(WORKSPACE), .cpu_ms = tree_cpu_ms(getpid()) };
	if (tree_read(&tree) < 0)
		return;
	usage->processes = mark_programs(&tree);
	usage->memory_bytes = memory_of(&tree, &largest);
	tree_free(&tree);
}
