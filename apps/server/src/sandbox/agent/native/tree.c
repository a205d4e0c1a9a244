// SPDX-License-Identifier: BSD-2-Clause
#include "tree.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define KILL_ROUNDS 200

static bool is_inside(const struct tree *tree, pid_t pid)
{
	for (int i = 0; i < tree->count; i++)
		if (tree->processes[i].pid == pid)
			return tree->processes[i].inside;
	return false;
}

int tree_mark(struct tree *tree, pid_t root)
{
	bool changed = true;
	int alive = 0;

	while (changed) {
		changed = false;
		for (int i = 0; i < tree->count; i++) {
			struct process *p = &tree->processes[i];
			if (p->inside || (p->parent != root && !is_inside(tree, p->parent)))
				continue;
			p->inside = changed = true;
			alive += p->state != 'Z';
		}
	}
	return alive;
}

/* Returns how many of them were not yet in `done`'s state. */
static int signal_marked(const struct tree *tree, int signal, char done)
{
	int fresh = 0;

	for (int i = 0; i < tree->count; i++) {
		const struct process *p = &tree->processes[i];
		if (!p->inside || p->state == 'Z')
			continue;
		fresh += p->state != done;
		kill(p->pid, signal);
	}
	return fresh;
}

static int signal_descendants(pid_t root, int signal, char done)
{
	struct tree tree;
	int fresh = 0;

	if (tree_read(&tree) == 0 && tree_mark(&tree, root) > 0)
		fresh = signal_marked(&tree, signal, done);
	tree_free(&tree);
	return fresh;
}

void tree_signal(pid_t root, int signal)
{
	if (signal != SIGKILL) {
		signal_descendants(root, signal, 0);
		signal_descendants(root, SIGCONT, 0);
		return;
	}
	for (int i = 0; i < KILL_ROUNDS && signal_descendants(root, SIGSTOP, 'T') > 0; i++)
		;
	for (int i = 0; i < KILL_ROUNDS && signal_descendants(root, SIGKILL, 0) > 0; i++)
		usleep(i < 10 ? 200 : 5000);
}

uint64_t tree_cpu_ms(pid_t root)
{
	struct tree tree;
	uint64_t sum = 0;

	if (tree_read(&tree) < 0)
		return 0;
	tree_mark(&tree, root);
	for (int i = 0; i < tree.count; i++)
		if (tree.processes[i].inside || tree.processes[i].pid == root)
			sum += tree.processes[i].cpu_ms;
	tree_free(&tree);
	return sum;
}
