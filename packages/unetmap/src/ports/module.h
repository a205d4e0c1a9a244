// SPDX-License-Identifier: BSD-2-Clause
//
// VALE modules: which rules a switch, and what becomes of it. See module_lanes.h for how senders ask.
#ifndef UNETMAP_PORTS_MODULE_H_
#define UNETMAP_PORTS_MODULE_H_

#include <stdint.h>

#include "core/barriers.h"
#include "core/ring.h"
#include "ports/module_lanes.h"

struct vale_module;
struct unetmap_module_place;

// What became of a module; the number goes with it (struct module, `rule`).
static inline enum rule module_state(uint32_t rule)
{
	return rule & ((1u << RULE_BITS) - 1);
}

static inline struct module *module_at(uint32_t number)
{
	return &segment->modules[number];
}

// The lanes of the module as they were when its rule was `rule`; NULL if they are gone.
struct lanes *module_lanes(uint32_t number, uint32_t rule);

// Ends a module in use, from anywhere and without a lock: senders go on by learning at once.
// 1 if it was us who ended it.
int module_end(struct module *m, uint32_t rule, enum rule how);

// ---- with the control lock held ----

// The calling process becomes the ruler of a switch, there already or not. `wish` has the name, the
// patience and the number of lanes. Returns the number; -EBUSY if another rules it, -ENOMEM.
int module_load(const char *sw, const struct module *wish);

// The module of a switch, active or ended. -ENOENT if there is none.
int module_find(const char *sw);

// Takes the module off its switch, or forgets that it has ended.
void module_unload(uint32_t number);

// Notes which have died, and hears their last words.
void modules_reap(void);

// The ruler for a switch that is being made: number + 1, or 0.
uint32_t module_of_new_switch(const char *sw);

// A port has come to its switch, or leaves it. The same may be told twice.
void module_hear(const struct port *port, int came);
struct module_event module_event_of(const struct port *port, int came); // no lock

// ---- senders ----

struct ask {
	struct module *m;
	struct module_lane *trusted;
	struct lane *lane;
	const struct kring *k;
	char *base; // of the sender's area
	uint64_t area_bytes;
	uint32_t rule, count;
	uint32_t last_verdict; // frames come in trains
	int last_port;
	uint8_t last_ring;
};

// Begins a question about frames that port `from` sends on ring k, whose area is at `base`. 0 if the
// module has ended, 1 if a lane is taken until ask_end.
int ask_begin(struct ask *a, uint32_t number, const struct port *from, const struct kring *k, char *base);

// For bytes that are not in the sender's area.
void ask_copied_slot(struct ask *a, uint32_t n, const char *data, uint32_t len);

// Adds a slot; `slots` says of how many slots the frame that begins here is, 0 = do not look.
static inline void ask_slot(struct ask *a, const char *data, uint32_t len, uint32_t slots, int more)
{
	const uint32_t n = a->count++;
	const uint64_t ofs = data - a->base;

	a->lane->frames[n] = (struct lane_frame){
		.ofs = ofs,
		.len = len,
		.flags = more ? NS_MOREFRAG : 0,
		.slots = slots > UINT8_MAX ? 0 : slots,
	};
	if (__builtin_expect(ofs >= a->area_bytes, 0))
		ask_copied_slot(a, n, data, len);
}

// Waits for the answer. 0 if none came: the module has ended, learn instead.
int ask_wait(struct ask *a);

// What a verdict means for a frame of this sender; counts what is wrong with it.
int ask_judge(struct ask *a, uint32_t verdict);

// The destination of the frame that begins in slot n: a port, MAX_SWITCH_PORTS to flood, or -1 to drop it;
// *ring gets the ring where it is to arrive.
static inline int ask_verdict(struct ask *a, uint32_t n, uint8_t *ring)
{
	const uint32_t verdict = glance(&a->lane->verdicts[n]);

	a->trusted->frames++;
	if (verdict != a->last_verdict || a->last_port < 0)
		a->last_port = ask_judge(a, verdict);
	*ring = a->last_ring;
	return a->last_port;
}

void ask_end(struct ask *a);

// Hands a message to the module's config function, and what it made of it back. Returns what that
// returned, negated, or -EINVAL if the module has ended.
int ask_config(uint32_t number, void *message, uint32_t bytes);

// ---- the module's process ----

// Answers on one lane until the module has ended. 0 or -EINVAL.
int module_serve(uint32_t number, uint32_t rule, uint32_t lane, const struct vale_module *module,
		 struct unetmap_module_place *place);

#endif
