// SPDX-License-Identifier: BSD-2-Clause
/* The processes of the sandbox and what each uses, as the kernel shows them; each system has its own way. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid;
	pid_t parent;
	char state;             /* T: stopped, Z: ended and not yet waited for; others are as good as running */
	bool inside;            /* marked by tree_mark */
	uint64_t cpu_ms;        /* own and of the children it waited for */
};

struct tree {
	struct process *processes;
	int count;
};

/* Returns 0, or -1 with errno; then `*tree` is empty. */
int tree_read(struct tree *tree);
void tree_free(struct tree *tree);

struct resident {
	uint64_t own_bytes;      /* only this process has it */
	uint64_t shared_bytes;   /* areas of netmap and other shared memory */
};

/* Nothing for a process that is not there any more. */
struct resident resident_of(pid_t pid);
bool has_all_files_open(pid_t pid, uint64_t most);
/* Whether it has the master's side of a terminal open. */
bool holds_terminals(pid_t pid);
/* How many programs the kernel has ended for want of memory, where it says so. */
uint64_t memory_kills(void);
