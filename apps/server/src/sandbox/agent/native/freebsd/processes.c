// SPDX-License-Identifier: BSD-2-Clause
/* Asked of the kernel by sysctl, which shows a jail its own processes alone. */
#include "../processes.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <libutil.h>
#include <unistd.h>

/* Processes may be started between being counted and being listed. */
#define ROOM_FOR_MORE 16
#define ATTEMPTS 10

static int ALL[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC, 0 };

/* Returns the length in bytes, or -1 with errno; the caller frees `*list`. */
static ssize_t list_processes(struct kinfo_proc **list)
{
	size_t length;

	for (int i = 0; i < ATTEMPTS; i++) {
		length = 0;
		if (sysctl(ALL, 4, NULL, &length, NULL, 0) < 0)
			return -1;
		length += ROOM_FOR_MORE * sizeof(**list);
		*list = malloc(length);
		if (*list == NULL || sysctl(ALL, 4, *list, &length, NULL, 0) == 0)
			return *list == NULL ? -1 : (ssize_t)length;
		free(*list);
		if (errno != ENOMEM)
			return -1;
	}
	return -1;
}

static char state_of(const struct kinfo_proc *k)
{
	return k->ki_stat == SZOMB ? 'Z' : k->ki_stat == SSTOP ? 'T' : 'R';
}

static uint64_t cpu_ms_of(const struct kinfo_proc *k)
{
	return k->ki_runtime / 1000 + (uint64_t)k->ki_childtime.tv_sec * 1000 + k->ki_childtime.tv_usec / 1000;
}

int tree_read(struct tree *tree)
{
	struct kinfo_proc *list;
	ssize_t length = list_processes(&list);

	*tree = (struct tree){ 0 };
	if (length < 0)
		return -1;
	tree->count = length / sizeof(*list);
	tree->processes = calloc(tree->count, sizeof(*tree->processes));
	if (tree->processes == NULL)
		tree->count = 0;
	for (int i = 0; i < tree->count; i++)
		tree->processes[i] = (struct process){
			.pid = list[i].ki_pid, .parent = list[i].ki_ppid, .state = state_of(&list[i]),
			.cpu_ms = cpu_ms_of(&list[i]),
		};
	free(list);
	return tree->processes == NULL ? -1 : 0;
}

void tree_free(struct tree *tree)
{
	free(tree->processes);
	*tree = (struct tree){ 0 };
}

/* What is mapped from a device is netmap's, and the kernel's own; files in memory are counted with their file system. */
struct resident resident_of(pid_t pid)
{
	struct resident resident = { 0 };
	int count = 0;
	struct kinfo_vmentry *entries = kinfo_getvmmap(pid, &count);

	for (int i = 0; entries != NULL && i < count; i++)
		if (entries[i].kve_type == KVME_TYPE_DEFAULT || entries[i].kve_type == KVME_TYPE_SWAP)
			resident.own_bytes += (uint64_t)entries[i].kve_resident * getpagesize();
	free(entries);
	return resident;
}

static bool is_of_a_descriptor(const struct kinfo_file *file)
{
	return file->kf_fd >= 0;
}

bool has_all_files_open(pid_t pid, uint64_t most)
{
	int count = 0;
	uint64_t open_files = 0;
	struct kinfo_file *files = kinfo_getfile(pid, &count);

	for (int i = 0; files != NULL && i < count; i++)
		open_files += is_of_a_descriptor(&files[i]);
	free(files);
	return open_files >= most;
}

bool holds_terminals(pid_t pid)
{
	int count = 0;
	bool found = false;
	struct kinfo_file *files = kinfo_getfile(pid, &count);

	for (int i = 0; files != NULL && i < count && !found; i++)
		found = is_of_a_descriptor(&files[i]) && files[i].kf_type == KF_TYPE_PTS;
	free(files);
	return found;
}

uint64_t memory_kills(void)
{
	return 0;
}
