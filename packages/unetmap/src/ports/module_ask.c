// SPDX-License-Identifier: BSD-2-Clause
//
// The sender's side of a lane.
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "core/area.h"
#include "core/barriers.h"
#include "core/clock.h"
#include "core/robust_lock.h"
#include "core/sys.h"
#include "core/user_memory.h"
#include "ports/module.h"

enum { LOOK_AROUND_MS = 4, NOPORT = MAX_SWITCH_PORTS + 1 };

// ---- a lane ----

static int take_lane(struct ask *a, uint32_t number)
{
	struct module *m = module_at(number);
	const uint32_t rule = observe(&m->rule);
	struct lanes *lanes;
	uint32_t n;

	if (module_state(rule) != RULE_ACTIVE)
		return 0;
	lanes = module_lanes(number, rule);
	n = (uint32_t)sched_getcpu() % m->lane_count;
	if (!lanes)
		return 0;
	*a = (struct ask){.m = m, .trusted = &m->lanes[n], .lane = &lanes->lane[n], .rule = rule};
	robust_lock(&a->trusted->lock);
	if (observe(&m->rule) == rule)
		return 1;
	robust_unlock(&a->trusted->lock);
	return 0;
}

void ask_end(struct ask *a)
{
	robust_unlock(&a->trusted->lock);
}

// Nothing has come for a while. 0 if nothing will.
static int still_hopeful(struct ask *a, int64_t since_ns)
{
	if (observe(&a->m->rule) != a->rule)
		return 0;
	if (!client_alive(a->m->mark)) {
		module_end(a->m, a->rule, RULE_DIED);
		return 0;
	}
	if (a->m->patience_ms && now_ns() - since_ns > a->m->patience_ms * (int64_t)NS_PER_MS) {
		module_end(a->m, a->rule, RULE_HUNG);
		return 0;
	}
	return 1;
}

int ask_wait(struct ask *a)
{
	const struct timespec while_asleep = {.tv_nsec = LOOK_AROUND_MS * 1000 * 1000};
	uint32_t *posted = &a->trusted->posted, *done = &a->lane->done;
	const uint32_t question = *posted + 1;
	int64_t since_ns = 0;
	uint32_t seen;

	a->lane->count = a->count;
	publish(posted, question);
	sys_futex_wake(posted, 1);
	while ((seen = observe(done)) != question) {
		const int result = sys_futex_wait(done, seen, &while_asleep);

		if (result == 0 || result == -EAGAIN)
			continue;
		if (!since_ns)
			since_ns = now_ns();
		if (!still_hopeful(a, since_ns))
			return 0;
	}
	return 1;
}

// ---- where frames go ----

int ask_begin(struct ask *a, uint32_t number, const struct port *from, const struct kring *k, char *base)
{
	struct lane *lane;

	if (!take_lane(a, number))
		return 0;
	lane = a->lane;
	a->k = k;
	a->base = base;
	a->last_port = -1;
	a->area_bytes = segment->areas[k->area].map_bytes;
	lane->question = ASK_LOOKUP;
	lane->sw_port = from->sw_port;
	lane->port = from - segment->ports;
	lane->area = k->area;
	lane->area_gen = k->area_gen;
	lane->ring = k->ring_id;
	lane->vnet_hdr_bytes = from->vnet_hdr_bytes;
	return 1;
}

void ask_copied_slot(struct ask *a, uint32_t n, const char *data, uint32_t len)
{
	struct lane_frame *f = &a->lane->frames[n];

	f->copied = 1;
	if (copy_from_user(a->lane->bytes[n], (uintptr_t)data, len))
		f->len = 0;
}

static int count_wild(struct ask *a, uint32_t verdict)
{
	a->trusted->wild++;
	scribble(&a->m->last_wild, verdict);
	return -1;
}

int ask_judge(struct ask *a, uint32_t verdict)
{
	const uint32_t port = verdict & 0xffff, ring = verdict >> LANE_RING_SHIFT;

	a->last_verdict = verdict;
	if (port == NOPORT) {
		a->trusted->refused++;
		return -1;
	}
	if (port > NOPORT || ring >= MAX_RINGS)
		return count_wild(a, verdict);
	a->last_ring = port == MAX_SWITCH_PORTS ? 0 : ring;
	if (port < MAX_SWITCH_PORTS &&
	    (port == a->lane->sw_port || !glance(&segment->switches[a->k->sw].ports[port]))) {
		a->trusted->nowhere++;
		return -1;
	}
	return port;
}

// ---- configuration ----

int ask_config(uint32_t number, void *message, uint32_t bytes)
{
	struct ask a;
	int error = -EINVAL;

	if (!take_lane(&a, number))
		return error;
	a.count = bytes;
	a.lane->question = ASK_CONFIG;
	memcpy(a.lane->bytes[0], message, bytes);
	if (ask_wait(&a)) {
		memcpy(message, a.lane->bytes[0], bytes);
		error = glance(&a.lane->error);
		error = error < 0 || error > 4095 ? -EINVAL : -error;
	}
	ask_end(&a);
	return error;
}
