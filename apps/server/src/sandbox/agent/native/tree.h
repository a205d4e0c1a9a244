// SPDX-License-Identifier: BSD-2-Clause
/* What descends from a process, and how all of it is stopped. */
#pragma once
#include "processes.h"

/* Marks all descendants of `root`, without `root`; returns how many of them are not zombies. */
int tree_mark(struct tree *tree, pid_t root);
/* To all descendants of `root`, waking those that were stopped. SIGKILL stops them first and repeats until none is left, so that none escapes by forking. */
void tree_signal(pid_t root, int signal);
/* Of `root` and its descendants, ended ones included. */
uint64_t tree_cpu_ms(pid_t root);
