// SPDX-License-Identifier: BSD-2-Clause
//
// What the host's side of a guest's port asks for: where its memory is, and that its rings be synced. The
// guest cannot ring a doorbell here, so it is looked after: again at once while something moves, then
// after naps that double.
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unetmap/passthrough.h>

#include "control/request.h"
#include "core/doorbell.h"
#include "core/sys.h"
#include "ports/offer.h"
#include "ports/sync.h"

enum {
	LOOKS = 8, // without a sleep
	FIRST_NAP_US = 10,
	BELL_FROM_US = 200, // shorter naps are not worth a doorbell, which costs its ringer some microseconds
	MAX_NAP_US = 100000,
	ROUNDS_PER_CLOCK = 64,
};

struct service {
	struct desc *d;
	struct port *port;
	int bell;
	uint32_t nap_us, max_nap_us;
	int64_t end_ns;
	uint64_t seen; // the marks of all rings
	int interrupted;
};

static struct port *port_of_guest(uint16_t desc)
{
	const uint16_t port = observe(&segment->descs[desc].port);

	return port != NONE && port_at(port)->passed ? port_at(port) : NULL;
}

int request_passthrough_get(struct request *r)
{
	struct unetmap_passthrough *p = r->body;
	struct port *port = port_of_guest(r->desc);
	char path[REGION_PATH_BYTES];

	if (!port)
		return -ENXIO;
	p->guest_name[sizeof p->guest_name - 1] = 0;
	offer_name(port, p->guest_name);
	area_path(path, port->area, port->area_gen);
	if (strlen(path) >= sizeof p->path)
		return -ENAMETOOLONG;
	memset(p->path, 0, sizeof p->path);
	memcpy(p->path, path, strlen(path));
	p->bytes = segment->areas[port->area].bar_bytes;
	return 0;
}

// ---- looking after it ----

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static uint64_t marks_of_all(const struct service *s)
{
	uint64_t sum = 0;

	for (int dir = RX; dir <= TX; dir++)
		for (int n = s->d->first[dir]; n < s->d->last[dir]; n++)
			sum = (sum * 31 + s->port->rings[dir][n].rhead) * 31 + s->port->rings[dir][n].rtail;
	return sum;
}

// 1 if something moved, 0 if not, -ENXIO.
static int look(struct service *s)
{
	int error = sync_rings(s->d, TX);
	uint64_t marks;

	if (!error)
		error = sync_rings(s->d, RX);
	if (error)
		return error;
	marks = marks_of_all(s);
	if (marks == s->seen)
		return 0;
	s->seen = marks;
	offer_tell_counts(s->port);
	return 1;
}

static void sleep_for(struct service *s, uint32_t us)
{
	const struct timespec t = {us / 1000000, us % 1000000 * 1000};

	s->interrupted = syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL) != 0;
}

static int sleep_by_bell(struct service *s, uint32_t us)
{
	const struct timespec t = {us / 1000000, us % 1000000 * 1000};
	struct pollfd p = {s->bell, POLLIN, 0};
	int moved;

	doorbell_arm(s->d);
	doorbell_want(s->d, RX);
	doorbell_want(s->d, TX);
	full_fence();
	moved = look(s);
	if (!moved)
		s->interrupted = syscall(SYS_ppoll, &p, 1, &t, NULL, 8) < 0;
	if (p.revents & POLLIN)
		doorbell_drain(s->bell);
	doorbell_disarm(s->d);
	return moved;
}

static int nap(struct service *s)
{
	const uint32_t us = s->nap_us;

	s->nap_us = 2 * us < s->max_nap_us ? 2 * us : s->max_nap_us;
	if (us >= BELL_FROM_US)
		return sleep_by_bell(s, us);
	sleep_for(s, us);
	return 0;
}

static int is_over(const struct service *s, uint32_t round)
{
	return s->interrupted || (round % ROUNDS_PER_CLOCK == 0 && now_ns() >= s->end_ns);
}

static int look_for_a_while(struct service *s)
{
	int moved = 0;

	for (int i = 0; i < LOOKS && !moved; i++) {
		moved = look(s);
		spin_pause();
	}
	return moved;
}

static int serve(struct service *s)
{
	for (uint32_t round = 1; !is_over(s, round); round++) {
		int moved = look_for_a_while(s);

		if (!moved) {
			moved = nap(s);
			round = ROUNDS_PER_CLOCK - 1; // the clock is next
		}
		if (moved < 0)
			return moved;
		if (moved)
			s->nap_us = FIRST_NAP_US < s->max_nap_us ? FIRST_NAP_US : s->max_nap_us;
	}
	return 0;
}

static int open_bell(const struct desc *d)
{
	char path[REGION_PATH_BYTES];

	doorbell_path(path, d - segment->descs, d->gen);
	return sys_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
}

int request_passthrough_serve(struct request *r)
{
	const struct unetmap_passthrough_serve *wish = r->body;
	struct service s = {.d = &segment->descs[r->desc], .port = port_of_guest(r->desc), .nap_us = 1};
	int error;

	if (!s.port)
		return -ENXIO;
	if (wish->nap_us < 1 || wish->nap_us > MAX_NAP_US)
		return -EINVAL;
	s.max_nap_us = wish->nap_us;
	s.nap_us = wish->nap_us; // it was idle, as far as we know
	s.end_ns = now_ns() + wish->for_ms * 1000000ll;
	s.bell = open_bell(s.d);
	if (s.bell < 0)
		return -ENXIO;
	error = serve(&s);
	sys_close(s.bell);
	return error;
}
