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
#include "core/clock.h"
#include "core/doorbell.h"
#include "core/sys.h"
#include "ports/offer.h"
#include "ports/sync.h"

enum {
	LOOKS = 8, // without a sleep
	PARTS = 32, // of a ring: one in a go is much, and much is better fetched seldom than at once
	FEW_PARTS = 6,
	MANY_PARTS = 16,
	MIN_PACE_US = 20,
	MAX_PACE_US = 400,
	FIRST_NAP_US = 10,
	BELL_FROM_US = 200, // shorter naps are not worth a doorbell, which costs its ringer some microseconds
	MAX_NAP_US = 100000,
	ROUNDS_PER_CLOCK = 64,
};

struct seen_marks {
	uint32_t head, tail;
};

struct service {
	struct desc *d;
	struct port *port;
	int bell;
	uint32_t nap_us, max_nap_us;
	uint32_t pace_us; // between two looks while there is much to do
	uint32_t moved, sent; // since the look before, by anybody and by the guest (progress)
	struct seen_marks seen[2][MAX_RINGS + 1];
	int64_t end_ns;
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

// How far a ring's marks are from where they were seen, in PARTS of it, rounded up by one: 0 = they did not move.
static uint32_t progress(const struct kring *k, struct seen_marks *seen)
{
	const uint32_t head = glance(&k->rhead), tail = glance(&k->rtail);
	const uint32_t given = ring_distance(k, seen->head, head), taken = ring_distance(k, seen->tail, tail);
	const uint32_t slots = given > taken ? given : taken, total = glance(&k->num_slots);

	*seen = (struct seen_marks){head, tail};
	return slots && total ? 1 + slots * PARTS / total : 0;
}

// Whoever moved something: what arrives here, neighbors have synced already.
static int note_progress(struct service *s)
{
	s->moved = s->sent = 0;
	for (int dir = RX; dir <= TX; dir++)
		for (int n = s->d->first[dir]; n < s->d->last[dir]; n++) {
			const uint32_t parts = progress(&s->port->rings[dir][n], &s->seen[dir][n]);

			if (parts > s->moved)
				s->moved = parts;
			if (dir == TX && parts > s->sent)
				s->sent = parts;
		}
	return s->moved != 0;
}

// 1 if something moved, 0 if not, -ENXIO.
static int look(struct service *s)
{
	int error = sync_rings(s->d, TX);

	if (!error)
		error = sync_rings(s->d, RX);
	if (error || !note_progress(s))
		return error;
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

// The guest works on while it is not looked after, which takes a processor too: about a quarter of its ring is worth it.
static void keep_pace(struct service *s)
{
	if (s->sent > MANY_PARTS && s->pace_us > MIN_PACE_US)
		s->pace_us /= 2;
	if (s->sent < FEW_PARTS && s->pace_us < MAX_PACE_US)
		s->pace_us *= 2;
	sleep_for(s, s->pace_us < s->max_nap_us ? s->pace_us : s->max_nap_us);
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
		if (s->moved > 1)
			keep_pace(s);
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
	struct service s = {.d = &segment->descs[r->desc], .port = port_of_guest(r->desc), .pace_us = MIN_PACE_US};
	int error;

	if (!s.port)
		return -ENXIO;
	if (wish->nap_us < 1 || wish->nap_us > MAX_NAP_US)
		return -EINVAL;
	s.max_nap_us = wish->nap_us;
	s.nap_us = wish->nap_us; // it was idle, as far as we know
	s.end_ns = now_ns() + wish->for_ms * (int64_t)NS_PER_MS;
	s.bell = open_bell(s.d);
	if (s.bell < 0)
		return -ENXIO;
	error = serve(&s);
	sys_close(s.bell);
	return error;
}
