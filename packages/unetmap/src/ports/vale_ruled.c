// SPDX-License-Identifier: BSD-2-Clause
//
// A switch that a VALE module rules: the module says where each frame of a batch goes, and to which ring.
#include "ports/module.h"
#include "ports/vale_batch.h"

static void ask_about(struct ask *a, const struct batch *b)
{
	for (uint32_t i = 0; i < b->count; i += b->frames[i].slots) {
		const struct frame *f = &b->frames[i];
		const uint32_t slots = f->len ? f->slots : 0;

		for (uint32_t n = 0; n < f->slots; n++)
			ask_slot(a, f[n].data, slots ? f[n].len : 0, n ? 0 : slots, f[n].more);
	}
}

// Frames of one ring are chained at once, that of the first; what goes to other rings waits here.
struct ruling {
	uint32_t rings; // there are, as bits
	uint16_t chain[BATCH];
	uint8_t ring[BATCH];
};

static void hear_ruling(struct ask *a, struct batch *b, struct ruling *r)
{
	r->rings = 0;
	begin_chains(b);
	for (uint32_t i = 0; i < b->count; i += b->frames[i].slots) {
		const struct frame *f = &b->frames[i];
		uint8_t ring;
		int to;

		r->ring[i] = MAX_RINGS;
		if (!f->len)
			continue;
		count_sent(b->k, f);
		to = ask_verdict(a, i, &ring);
		if (to < 0)
			continue;
		if (!r->rings)
			b->ring = ring;
		r->rings |= 1u << ring;
		r->ring[i] = ring;
		r->chain[i] = to;
		if (ring == b->ring)
			append(b, to, i);
	}
}

static void chain_ring(struct batch *b, const struct ruling *r, uint32_t ring)
{
	begin_chains(b);
	b->ring = ring;
	for (uint32_t i = 0; i < b->count; i += b->frames[i].slots)
		if (r->ring[i] == ring)
			append(b, r->chain[i], i);
}

static void deliver_ruled(struct batch *b, struct vale_switch *s, const struct ruling *r)
{
	uint32_t others;

	if (!r->rings)
		return;
	others = r->rings & ~(1u << b->ring);
	vale_deliver(b, s);
	for (; others; others &= others - 1) {
		chain_ring(b, r, __builtin_ctz(others));
		vale_deliver(b, s);
	}
}

int vale_forward_by_module(struct batch *b, struct vale_switch *s, uint32_t ruler, char *base)
{
	struct ruling r;
	struct ask a;
	int answered;

	if (!ask_begin(&a, ruler - 1, b->from, b->k, base))
		return 0;
	ask_about(&a, b);
	answered = ask_wait(&a);
	if (answered)
		hear_ruling(&a, b, &r);
	ask_end(&a);
	if (answered)
		deliver_ruled(b, s, &r);
	return answered;
}
