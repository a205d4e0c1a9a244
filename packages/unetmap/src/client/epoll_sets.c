// SPDX-License-Identifier: BSD-2-Clause
#include "client/epoll_sets.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

enum { MAX_MEMBERS = 1024, NOTHING_SEEN = -1 };

// All sets of the process together: netmap programs have one set and few descriptors.
static struct {
	int epfd;
	struct epoll_member member;
} entries[MAX_MEMBERS];
static int entry_count;
static pthread_mutex_t sets_lock = PTHREAD_MUTEX_INITIALIZER;

uint8_t epoll_has_netmap[MAX_FDS];

static int find(int epfd, int fd)
{
	for (int i = 0; i < entry_count; i++)
		if (entries[i].epfd == epfd && entries[i].member.fd == fd)
			return i;
	return -ENOENT;
}

static void arm(int i, const struct epoll_event *event)
{
	entries[i].member.asked = *event;
	entries[i].member.spent = 0;
	entries[i].member.seen[0] = entries[i].member.seen[1] = NOTHING_SEEN;
}

static int add(int epfd, int fd, const struct epoll_event *event)
{
	if (find(epfd, fd) >= 0)
		return -EEXIST;
	if (entry_count == MAX_MEMBERS || epfd >= MAX_FDS)
		return -ENOSPC;
	entries[entry_count].epfd = epfd;
	entries[entry_count].member.fd = fd;
	arm(entry_count++, event);
	epoll_has_netmap[epfd] = 1;
	return 0;
}

static int has_entries(int epfd)
{
	for (int i = 0; i < entry_count; i++)
		if (entries[i].epfd == epfd)
			return 1;
	return 0;
}

static void remove_at(int i)
{
	int epfd = entries[i].epfd;

	entries[i] = entries[--entry_count];
	epoll_has_netmap[epfd] = has_entries(epfd);
}

static int change(int epfd, int op, int fd, const struct epoll_event *event)
{
	int at = find(epfd, fd);

	if (at < 0)
		return at;
	if (op == EPOLL_CTL_MOD)
		arm(at, event);
	else
		remove_at(at);
	return 0;
}

int epoll_sets_control(int epfd, int op, int fd, const struct epoll_event *event)
{
	int error;

	if (op != EPOLL_CTL_DEL && !event)
		return -EFAULT;
	pthread_mutex_lock(&sets_lock);
	if (op == EPOLL_CTL_ADD)
		error = add(epfd, fd, event);
	else
		error = op == EPOLL_CTL_MOD || op == EPOLL_CTL_DEL ? change(epfd, op, fd, event) : -EINVAL;
	pthread_mutex_unlock(&sets_lock);
	return error;
}

int epoll_sets_members(int epfd, struct epoll_member *members, int max)
{
	int count = 0;

	pthread_mutex_lock(&sets_lock);
	for (int i = 0; i < entry_count && count < max; i++)
		if (entries[i].epfd == epfd && !entries[i].member.spent)
			members[count++] = entries[i].member;
	pthread_mutex_unlock(&sets_lock);
	return count;
}

void epoll_sets_reported(int epfd, const struct epoll_member *member)
{
	int at;

	pthread_mutex_lock(&sets_lock);
	at = find(epfd, member->fd);
	if (at >= 0) {
		entries[at].member.seen[0] = member->seen[0];
		entries[at].member.seen[1] = member->seen[1];
		entries[at].member.spent = (member->asked.events & EPOLLONESHOT) != 0;
	}
	pthread_mutex_unlock(&sets_lock);
}

void epoll_sets_forget(int fd)
{
	if (!entry_count)
		return;
	pthread_mutex_lock(&sets_lock);
	for (int i = entry_count - 1; i >= 0; i--)
		if (entries[i].epfd == fd || entries[i].member.fd == fd)
			remove_at(i);
	pthread_mutex_unlock(&sets_lock);
}
