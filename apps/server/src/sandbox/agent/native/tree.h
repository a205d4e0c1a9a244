// SPDX-License-Identifier: BSD-2-Clause
/* The processes of the sandbox, as /proc shows them. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid;
	pid_t parent;
	char state;
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
/* Marks all descendants of `root`, without `root`; returns how many of them are not zombies. */
int tree_mark(struct tree *tree, pid_t root);
/* To all descendants of `root`, waking those that were stopped. SIGKILL stops them first and repeats until none is left, so that none escapes by forking. */
void tree_signal(pid_t root, int signal);
/* Of `root` and its descendants, ended ones included. */
uint64_t tree_cpu_ms(pid_t root);
