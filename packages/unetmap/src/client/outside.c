// SPDX-License-Identifier: BSD-2-Clause
#include "client/outside.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "client/real.h"
#include "core/doorbell.h"
#include "core/sys.h"
#include "ports/sync.h"

enum { MAX_SOCKETS = 34, MAX_ENTRIES = 512 };

struct watch {
	struct watch *next;
	uint16_t desc;
	int fired;
	int count;
	struct pollfd sockets[MAX_SOCKETS];
};

// All under the lock.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct watch *watches;
static int bell = -1; // tells the thread that the list has changed; -1 = there is no thread

// ---- the thread ----

static int list_entries(struct pollfd *entries)
{
	int count = 1;

	pthread_mutex_lock(&lock);
	entries[0] = (struct pollfd){bell, POLLIN, 0};
	for (const struct watch *w = watches; w; w = w->next) {
		if (w->fired || count + w->count > MAX_ENTRIES)
			continue;
		memcpy(entries + count, w->sockets, w->count * sizeof *entries);
		count += w->count;
	}
	pthread_mutex_unlock(&lock);
	return count;
}

// An error would be told again and again; whoever looks at the rings sees what became of the device.
static void take_error(const struct pollfd *entry)
{
	int error;
	socklen_t bytes = sizeof error;

	if (entry->revents & POLLERR)
		getsockopt(entry->fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
}

static int waits_for(const struct watch *w, int fd)
{
	for (int i = 0; i < w->count; i++)
		if (w->sockets[i].fd == fd)
			return 1;
	return 0;
}

static void fire(const struct pollfd *entry)
{
	take_error(entry);
	pthread_mutex_lock(&lock);
	for (struct watch *w = watches; w; w = w->next) {
		if (w->fired || !waits_for(w, entry->fd))
			continue;
		w->fired = 1;
		doorbell_ring_desc(w->desc);
	}
	pthread_mutex_unlock(&lock);
}

static void *run(void *nothing)
{
	static struct pollfd entries[MAX_ENTRIES];

	for (;;) {
		const int count = list_entries(entries);
		uint64_t rings;

		if (REAL(ppoll)(entries, count, NULL, NULL) <= 0)
			continue;
		if (entries[0].revents)
			sys_read(entries[0].fd, &rings, sizeof rings);
		for (int i = 1; i < count; i++)
			if (entries[i].revents)
				fire(&entries[i]);
	}
	return NULL;
}

// The program's signals are for the program's threads.
static int start_thread(void)
{
	sigset_t all, old;
	pthread_t thread;
	int error;

	bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (bell < 0)
		return -errno;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!error) {
		pthread_detach(thread);
		return 0;
	}
	sys_close(bell);
	bell = -1;
	return -error;
}

static void tell_thread(void)
{
	const uint64_t one = 1;

	sys_write(bell, &one, sizeof one);
}

// ---- the list ----

static int add(struct watch *w)
{
	int error;

	pthread_mutex_lock(&lock);
	error = bell < 0 ? start_thread() : 0;
	if (!error) {
		w->next = watches;
		watches = w;
		tell_thread();
	}
	pthread_mutex_unlock(&lock);
	return error;
}

int outside_watch(uint16_t desc, short events)
{
	struct watch *w = calloc(1, sizeof *w);
	int error = w ? 0 : -ENOMEM;

	if (!w)
		return error;
	w->desc = desc;
	w->count = sync_wait_fds(&segment->descs[desc], events, w->sockets, MAX_SOCKETS);
	if (w->count)
		error = add(w);
	if (!w->count || error)
		free(w);
	return error;
}

void outside_unwatch(uint16_t desc)
{
	struct watch **at, *w;

	if (!observe(&watches))
		return;
	pthread_mutex_lock(&lock);
	for (at = &watches; *at && (*at)->desc != desc; at = &(*at)->next)
		;
	w = *at;
	if (w) {
		*at = w->next;
		tell_thread();
	}
	pthread_mutex_unlock(&lock);
	free(w);
}

// ---- fork ----

void outside_before_fork(void)
{
	pthread_mutex_lock(&lock);
}

void outside_after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

void outside_after_fork_in_child(void)
{
	while (watches) {
		struct watch *w = watches;

		watches = w->next;
		free(w);
	}
	if (bell >= 0)
		sys_close(bell);
	bell = -1;
	pthread_mutex_unlock(&lock);
}
