// SPDX-License-Identifier: BSD-2-Clause
#include "core/hold.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unetmap/rings.h>

#include "core/desc.h"
#include "core/liveness.h"
#include "core/signals.h"
#include "core/sys.h"

enum { LOOK_NS = 5 * 1000 * 1000, LOOKS_PER_CHECK = 20, CALL_BITS = 8 };

static uint64_t token_of(uint16_t desc)
{
	return (uint64_t)segment->descs[desc].gen << 32 | (desc + 1u);
}

static int is_alive(uint64_t holder)
{
	const uint16_t desc = (uint32_t)holder - 1;

	return observe(&segment->descs[desc].state) == STATE_ACTIVE && token_of(desc) == holder && desc_is_alive(desc);
}

static int names(const struct hold *h, const char *port)
{
	return observe(&h->holder) && !strncmp(h->port, port, sizeof h->port);
}

static struct hold *find(const char *port)
{
	for (int i = 0; i < MAX_HOLDS; i++)
		if (names(&segment->holds[i], port))
			return &segment->holds[i];
	return NULL;
}

const struct hold *hold_of(const char *port)
{
	return hold_any() ? find(port) : NULL;
}

int hold_concerns(const struct port *port)
{
	const struct hold *h = find(port->name);

	return h && glance(&h->mark) != client_self();
}

void hold_place(const struct hold *h, uint16_t *call, uint16_t *phase)
{
	const uint32_t visitor = glance(&h->visitor), place = glance(&h->place);
	const int known = visitor && client_alive(visitor);

	*call = known ? place & ((1 << CALL_BITS) - 1) : 0;
	*phase = known ? place >> CALL_BITS : 0;
}

// ---- stopping ----

static void be_at(struct hold *h, uint16_t call, uint32_t phase)
{
	scribble(&h->place, phase << CALL_BITS | call);
	scribble(&h->visitor, client_mark);
}

static int take_step(struct hold *h)
{
	uint32_t left = glance(&h->steps);

	while (left)
		if (swap_if(&h->steps, &left, left - 1)) {
			add_fetch(&h->stops, 1);
			return 1;
		}
	return 0;
}

// Who held the port has died without anybody to clear that away.
static int is_over(struct hold *h, uint64_t holder)
{
	uint64_t seen = holder;

	if (is_alive(holder))
		return 0;
	swap_if(&h->holder, &seen, 0);
	return 1;
}

// Signals come in while it sleeps and at no other time, so that none is missed.
static int wait_for_step(struct hold *h, uint16_t call, uint32_t phase, const sigset_t *program_mask)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	const uint64_t holder = observe(&h->holder);

	for (unsigned look = 0; holder; look++) {
		be_at(h, call, phase);
		if (observe(&h->holder) != holder || take_step(h))
			return 0;
		if (look % LOOKS_PER_CHECK == 0 && is_over(h, holder))
			return 0;
		if (sys_sleep(&pause, program_mask) == -EINTR)
			return -EINTR;
	}
	return 0;
}

static int stop(struct hold *h, uint16_t call, uint32_t phase)
{
	sigset_t before;
	int error;

	signals_block(&before);
	error = wait_for_step(h, call, phase, &before);
	signals_restore(&before);
	return error;
}

static int stop_at(const struct port *port, uint16_t call, uint32_t phase, uint32_t next)
{
	struct hold *h = find(port->name);
	int error;

	if (!h || glance(&h->mark) == client_self())
		return 0;
	error = stop(h, call, phase);
	be_at(h, call, next);
	return error;
}

int hold_enter(const struct port *port, uint16_t call)
{
	return stop_at(port, call, UNETMAP_PHASE_BEFORE, UNETMAP_PHASE_INSIDE);
}

int hold_leave(const struct port *port, uint16_t call)
{
	return stop_at(port, call, UNETMAP_PHASE_AFTER, UNETMAP_PHASE_PROGRAM);
}

// ---- holding ----

static void count_holds(void)
{
	uint32_t count = 0;

	for (int i = 0; i < MAX_HOLDS; i++)
		count += segment->holds[i].holder != 0;
	publish(&segment->hold_count, count);
}

static void drop(struct hold *h)
{
	publish(&h->holder, 0);
	count_holds();
}

static struct hold *free_hold(void)
{
	for (int i = 0; i < MAX_HOLDS; i++)
		if (!segment->holds[i].holder)
			return &segment->holds[i];
	return NULL;
}

static int begin(uint16_t desc, const char *port, uint32_t steps)
{
	struct hold *h = free_hold();

	if (!h)
		return -ENOMEM;
	memcpy(h->port, port, sizeof h->port);
	h->mark = client_mark;
	h->steps = steps;
	h->stops = h->visitor = h->place = 0;
	publish(&h->holder, token_of(desc));
	count_holds();
	return 0;
}

int hold_take(uint16_t desc, const char *port, uint32_t steps)
{
	struct hold *h = find(port);

	if (!h)
		return begin(desc, port, steps);
	if (h->holder != token_of(desc))
		return -EBUSY;
	publish(&h->steps, steps);
	return 0;
}

int hold_let_go(uint16_t desc, const char *port)
{
	struct hold *h = find(port);

	if (!h || h->holder != token_of(desc))
		return -ENOENT;
	drop(h);
	return 0;
}

void hold_drop_all(uint16_t desc)
{
	for (int i = 0; i < MAX_HOLDS; i++)
		if (segment->holds[i].holder == token_of(desc))
			drop(&segment->holds[i]);
	if (segment->hold_count) // somebody may have died, or given up a dead one's hold, without counting
		count_holds();
}
