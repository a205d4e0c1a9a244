// SPDX-License-Identifier: BSD-2-Clause
#include "core/doorbell.h"

#include <signal.h>

#include "core/sys.h"

void doorbell_path(char path[REGION_PATH_BYTES], uint16_t desc, uint32_t gen)
{
	region_path(path, "door-%u-%u", desc, gen);
}

// The sleeper may be killed between our open and our write; the program must not get the SIGPIPE.
// Where it blocks that signal itself, one may have been pending before: then it is left alone.
static void write_without_sigpipe(int fd)
{
	const struct timespec now = {0, 0};
	sigset_t pipe_signal, old;

	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_signal, &old);
	if (sys_write(fd, "", 1) == -EPIPE && !sigismember(&old, SIGPIPE))
		sigtimedwait(&pipe_signal, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void put_up(uint32_t *flag)
{
	uint32_t seen = glance(flag);

	while (!swap_if(flag, &seen, (seen + 2) | DOORBELL_UP))
		;
}

// Unless it has been put up anew since it was seen.
static void take_down(uint32_t *flag, uint32_t seen)
{
	swap_if(flag, &seen, seen & ~(uint32_t)DOORBELL_UP);
}

int doorbell_ring_desc(uint16_t id)
{
	struct desc *d = &segment->descs[id];
	char path[REGION_PATH_BYTES];
	const uint32_t seen = glance(&d->armed);
	int fd;

	if (!(seen & DOORBELL_UP))
		return 0;
	doorbell_path(path, id, glance(&d->gen));
	fd = sys_open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd >= 0) {
		write_without_sigpipe(fd);
		sys_close(fd);
	}
	take_down(&d->armed, seen);
	return fd >= 0;
}

static int ring_users(struct port *port)
{
	int saved = errno, rung = 0;

	for (int i = 0; i < MAX_USERS; i++) {
		uint16_t user = observe(&port->users[i]);

		if (user)
			rung += doorbell_ring_desc(user - 1);
	}
	errno = saved;
	return rung;
}

void doorbell_ring_slow(struct kring *ring)
{
	const uint32_t seen = glance(&ring->wanted);

	tally(&ring->wakeups, ring_users(&segment->ports[glance(&ring->port)]));
	take_down(&ring->wanted, seen);
}

void doorbell_ring_port(struct port *port)
{
	ring_users(port);
}

void doorbell_arm(struct desc *d)
{
	add_fetch(&d->sleepers, 1);
	put_up(&d->armed);
}

void doorbell_want(struct desc *d, enum ring_dir dir)
{
	const uint16_t port = observe(&d->port);

	// Another thread may be closing what this one waits for.
	for (int i = d->first[dir]; port != NONE && i < d->last[dir]; i++)
		put_up(&segment->ports[port].rings[dir][i].wanted);
}

void doorbell_disarm(struct desc *d)
{
	uint32_t before = glance(&d->sleepers), seen = glance(&d->armed);

	while (before && !swap_if(&d->sleepers, &before, before - 1))
		;
	if (before <= 1)
		take_down(&d->armed, seen);
}

int doorbell_is_shared(struct desc *d)
{
	return glance(&d->sleepers) > 1;
}

void doorbell_drain(int fd)
{
	char bytes[64];

	while (sys_read(fd, bytes, sizeof bytes) == sizeof bytes)
		;
}
