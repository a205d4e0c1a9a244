// SPDX-License-Identifier: BSD-2-Clause
#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KILL_ROUNDS 200

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
