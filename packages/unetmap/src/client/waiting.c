// SPDX-License-Identifier: BSD-2-Clause
#include "client/waiting.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unetmap/rings.h>
#include <unistd.h>

#include "client/deadline.h"
#include "client/fds.h"
#include "client/real.h"
#include "core/doorbell.h"
#include "core/hold.h"
#include "core/signals.h"
#include "ports/port.h"
#include "ports/sync.h"

#define TX_EVENTS (POLLOUT | POLLWRNORM)
#define RX_EVENTS (POLLIN | POLLRDNORM)

enum {
	ON_STACK = 32,
	MAX_OUTSIDE = 64,
	SHARED_SLICE_NS = 20 * 1000 * 1000,
	SLICE_NS = 100 * 1000 * 1000,
	FIRST_NAP_NS = 50 * 1000,
	LONGEST_NAP_NS = 1000 * 1000,
	SHARED_DRAIN_AFTER_US = 2000
};

struct wait {
	struct pollfd *user;   // as the program sees them
	struct pollfd *kernel; // netmap's as FIFOs to be read; after them what else may wake these
	uint16_t *armed;       // their descriptors, from arm to disarm: a number may become another's meanwhile
	nfds_t count;
	int netmap_count;
	int64_t nap_ns; // before one looks again at rings that nothing wakes us for; 0 = there are none
	struct waiting_judge *judge;
};

const struct timespec *waiting_timeout(int ms, struct timespec *storage)
{
	if (ms < 0)
		return NULL;
	*storage = (struct timespec){ms / 1000, ms % 1000 * 1000000L};
	return storage;
}

// ---- time ----

// Never all of it at once: who was to wake us may have been killed before he did.
static int64_t next_slice(struct wait *w, int shared)
{
	const int64_t nap = w->nap_ns;

	if (!nap)
		return shared ? SHARED_SLICE_NS : SLICE_NS;
	w->nap_ns = 2 * nap < LONGEST_NAP_NS ? 2 * nap : LONGEST_NAP_NS;
	return nap;
}

// ---- the descriptors ----

static struct desc *desc_at(const struct wait *w, nfds_t i)
{
	int id = fd_desc(w->user[i].fd);

	return id < 0 ? NULL : &segment->descs[id];
}

// Where a descriptor is being closed by another thread, its FIFO tells.
static void translate(struct wait *w)
{
	for (nfds_t i = 0; i < w->count; i++) {
		w->kernel[i] = w->user[i];
		w->user[i].revents = 0;
		if (!desc_at(w, i))
			continue;
		w->kernel[i].events = POLLIN;
		w->netmap_count++;
		if (sync_naps(desc_at(w, i)))
			w->nap_ns = FIRST_NAP_NS;
	}
}

static short ask(struct wait *w, nfds_t i, struct desc *d)
{
	if (w->judge)
		return w->judge->ready(w->judge, i, d - segment->descs, w->user[i].events);
	return sync_for_poll(d, w->user[i].events);
}

static int scan(struct wait *w)
{
	int ready = 0;

	for (nfds_t i = 0; i < w->count; i++) {
		struct desc *d = desc_at(w, i);

		if (!d)
			continue;
		w->user[i].revents = ask(w, i, d);
		ready += w->user[i].revents != 0;
	}
	return ready;
}

static int arm(struct wait *w)
{
	int shared = 0;

	for (nfds_t i = 0; i < w->count; i++) {
		struct desc *d = desc_at(w, i);

		w->armed[i] = d ? d - segment->descs : NONE;
		if (!d)
			continue;
		doorbell_arm(d);
		if (w->user[i].events & RX_EVENTS)
			doorbell_want(d, RX);
		if (w->user[i].events & TX_EVENTS)
			doorbell_want(d, TX);
		shared |= doorbell_is_shared(d);
	}
	full_fence();
	return shared;
}

// Where others sleep on the same FIFO, the byte is left for them to see; only if nothing came of it
// is it taken away, after they had time to wake.
static int drain(struct wait *w)
{
	int left = 0;

	for (nfds_t i = 0; i < w->count; i++) {
		struct desc *d = desc_at(w, i);

		if (!d || !(w->kernel[i].revents & POLLIN))
			continue;
		if (doorbell_is_shared(d))
			left = 1;
		else
			doorbell_drain(w->kernel[i].fd);
	}
	return left;
}

static void drain_shared(struct wait *w)
{
	usleep(SHARED_DRAIN_AFTER_US);
	for (nfds_t i = 0; i < w->count; i++)
		if (desc_at(w, i) && w->kernel[i].revents & POLLIN)
			doorbell_drain(w->kernel[i].fd);
}

static void disarm(struct wait *w)
{
	for (nfds_t i = 0; i < w->count; i++)
		if (w->armed[i] != NONE)
			doorbell_disarm(&segment->descs[w->armed[i]]);
}

// ---- what wakes netmap's from outside: sockets of network devices ----

static int watch_outside(struct wait *w)
{
	struct pollfd *fds = w->kernel + w->count;
	int count = 0;

	for (nfds_t i = 0; i < w->count; i++) {
		struct desc *d = desc_at(w, i);

		if (d)
			count += sync_wait_fds(d, w->user[i].events, fds + count, MAX_OUTSIDE - count);
	}
	return count;
}

// An error is told once; who asks for the rings next sees what became of the device.
static void take_outside_errors(struct wait *w, int count)
{
	for (int i = 0; i < count; i++) {
		int error;
		socklen_t bytes = sizeof error;

		if (w->kernel[w->count + i].revents & POLLERR)
			getsockopt(w->kernel[w->count + i].fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
	}
}

// ---- the others ----

static int take_kernel_events(struct wait *w)
{
	int ready = 0;

	for (nfds_t i = 0; i < w->count; i++) {
		if (desc_at(w, i))
			continue;
		w->user[i].revents = w->kernel[i].revents;
		ready += w->user[i].revents != 0;
	}
	return ready;
}

// Without sleeping. The FIFOs are left out: their bytes are not events.
static int look_at_others(struct wait *w)
{
	const struct timespec now = {0, 0};
	int r;

	if (w->netmap_count == (int)w->count)
		return 0;
	for (nfds_t i = 0; i < w->count; i++)
		if (desc_at(w, i))
			w->kernel[i].fd = -1;
	r = REAL(ppoll)(w->kernel, w->count, &now, NULL);
	return r < 0 ? r : take_kernel_events(w);
}

static int finish(struct wait *w, int ready)
{
	int others = look_at_others(w);

	return others < 0 ? others : ready + others;
}

// ---- spinning ----
//
// Going to sleep and being woken takes tens of microseconds. A thread whose last sleep was shorter
// than that looks around for a while before the next one; a thread that really had to wait does not.

//
// On a port of a guest whoever is waited for is outside, at work on another processor, and a nap leaves the machine: a
// thread looks around for longer than that takes, and without pauses, of which each leaves a machine that is emulated.

enum {
	SPIN_NS = 50 * 1000,
	SPIN_BEFORE_NAPS_NS = 100 * 1000,
	HEARING_NS = 3 * 1000, // what is answered as fast as that does not pay for blocking signals
	SHORT_SLEEP_NS = 300 * 1000,
	LOOKS_PER_YIELD = 8,
	LOOKS_PER_YIELD_IN_GUEST = 64,
	PAUSES_PER_LOOK = 16
};

static __thread int worth_spinning;

static void pause_between_looks(const struct wait *w, int look)
{
	for (int i = 0; i < PAUSES_PER_LOOK && !w->nap_ns; i++)
		spin_pause();
	if (look % (w->nap_ns ? LOOKS_PER_YIELD_IN_GUEST : LOOKS_PER_YIELD) == 0)
		sched_yield(); // whoever we wait for may need this very CPU
}

static int64_t spinning_ns(const struct wait *w)
{
	if (w->nap_ns)
		return SPIN_BEFORE_NAPS_NS;
	return worth_spinning ? SPIN_NS : 0;
}

static int spin(struct wait *w, int64_t spinning)
{
	const int64_t end = spinning ? now_ns() + spinning : 0;

	for (int look = 1; end && now_ns() < end; look++) {
		int ready;

		pause_between_looks(w, look);
		ready = scan(w);
		if (ready)
			return ready;
	}
	return 0;
}

// ---- sleeping ----

enum { KEEP_WAITING = -2 };

static int sleep_once(struct wait *w, int64_t deadline, const sigset_t *mask)
{
	int shared = arm(w);
	int outside = watch_outside(w);
	int ready = scan(w);
	int64_t asleep_since;
	struct timespec left;
	int r, saved, bell_left;

	if (ready) {
		disarm(w);
		return finish(w, ready);
	}
	asleep_since = now_ns();
	r = REAL(ppoll)(w->kernel, w->count + outside, remaining(deadline, next_slice(w, shared), &left), mask);
	saved = errno;
	take_outside_errors(w, r > 0 ? outside : 0);
	worth_spinning = now_ns() - asleep_since < SHORT_SLEEP_NS;
	bell_left = r > 0 ? drain(w) : 0;
	disarm(w);
	errno = saved;
	if (r < 0)
		return r;
	ready = scan(w) + take_kernel_events(w);
	if (!ready && bell_left)
		drain_shared(w);
	if (ready || now_ns() >= deadline)
		return ready;
	return KEEP_WAITING;
}

static int wait_long(struct wait *w, int64_t deadline, const sigset_t *mask)
{
	int ready = spin(w, spinning_ns(w));

	if (ready)
		return finish(w, ready);
	do
		ready = sleep_once(w, deadline, mask);
	while (ready == KEEP_WAITING);
	return ready;
}

// A handler that ran while nobody slept would be gone by the time of the sleep that it is to interrupt.
// So it runs in that, or afterwards.
static int wait_deaf(struct wait *w, int64_t deadline, const sigset_t *mask)
{
	sigset_t old;
	int r, saved;

	signals_block(&old);
	r = wait_long(w, deadline, mask ? mask : &old);
	saved = errno;
	signals_restore(&old);
	errno = saved;
	return r;
}

static int wait_here(struct wait *w, const struct timespec *timeout, const sigset_t *mask)
{
	int64_t deadline;
	int ready;

	translate(w);
	ready = scan(w);
	if (ready || (timeout && !timeout->tv_sec && !timeout->tv_nsec))
		return finish(w, ready);
	deadline = deadline_ns(timeout);
	ready = spin(w, spinning_ns(w) ? HEARING_NS : 0);
	return ready ? finish(w, ready) : wait_deaf(w, deadline, mask);
}

// ---- being held ----

static const struct port *first_held(const struct wait *w)
{
	for (nfds_t i = 0; i < w->count; i++) {
		const struct desc *d = desc_at(w, i);
		const uint16_t port = d ? observe(&d->port) : NONE;

		if (port != NONE && hold_concerns(port_at(port)))
			return port_at(port);
	}
	return NULL;
}

// Two stops a call, however many of its ports are held.
static int wait_in_steps(struct wait *w, const struct timespec *timeout, const sigset_t *mask)
{
	const struct port *port = hold_any() ? first_held(w) : NULL;
	int r, saved;

	if (!port)
		return wait_here(w, timeout, mask);
	if (hold_enter(port, UNETMAP_CALL_POLL)) {
		errno = EINTR;
		return -1;
	}
	r = wait_here(w, timeout, mask);
	saved = errno;
	hold_leave(port, UNETMAP_CALL_POLL);
	errno = saved;
	return r;
}

static int make_room(struct wait *w)
{
	w->kernel = malloc((w->count + MAX_OUTSIDE) * sizeof *w->kernel);
	w->armed = malloc(w->count * sizeof *w->armed);
	return w->kernel && w->armed ? 0 : -1;
}

static void free_room(struct wait *w)
{
	free(w->kernel);
	free(w->armed);
}

int waiting_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
		  struct waiting_judge *judge)
{
	struct pollfd on_stack[ON_STACK + MAX_OUTSIDE];
	uint16_t armed_on_stack[ON_STACK];
	struct wait w = {.user = fds, .kernel = on_stack, .armed = armed_on_stack, .count = count, .judge = judge};
	int r;

	if (count <= ON_STACK)
		return wait_in_steps(&w, timeout, mask);
	r = make_room(&w) ? -1 : wait_in_steps(&w, timeout, mask);
	free_room(&w);
	return r;
}
