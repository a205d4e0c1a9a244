// SPDX-License-Identifier: BSD-2-Clause
//
// A batch of frames on its way across a switch: what vale_forward.c gathers and delivers, and a VALE
// module decides about (vale_ruled.c).
#ifndef UNETMAP_PORTS_VALE_BATCH_H_
#define UNETMAP_PORTS_VALE_BATCH_H_

#include "core/barriers.h"
#include "ports/frame.h"
#include "ports/port.h"
#include "ports/vale_addresses.h"

enum {
	BATCH = 1024,
	END = 0xffff,
	CHAINS = FLOOD + 1, // a chain for each port, and one for floods
};

struct chain {
	uint16_t first, last;
};

struct batch {
	struct port *from;
	struct kring *k;
	uint32_t count;
	uint32_t busy_count;
	uint32_t ring; // where frames for a known port arrive
	int yielded;	    // to receivers, once a sync
	uint64_t good_page; // last page that was seen to be readable, for NS_INDIRECT
	uint16_t busy[CHAINS];
	struct chain chains[CHAINS];
	struct frame frames[BATCH];
};

static inline void append(struct batch *b, uint16_t chain, uint16_t frame)
{
	struct chain *c = &b->chains[chain];

	b->frames[frame].next = END;
	if (c->first == END) {
		c->first = frame;
		b->busy[b->busy_count++] = chain;
	} else {
		b->frames[c->last].next = frame;
	}
	c->last = frame;
}

static inline void begin_chains(struct batch *b)
{
	b->busy_count = 0;
	memset(b->chains, 0xff, sizeof b->chains);
}

static inline void count_sent(struct kring *k, const struct frame *f)
{
	tally(&k->tx_packets, 1);
	for (uint32_t i = 0; i < f->slots; i++)
		tally(&k->tx_bytes, f[i].len);
}

// Delivers what is in the chains: those of ports to ring b->ring, that of floods to first rings.
void vale_deliver(struct batch *b, struct vale_switch *s);

// Asks the module `ruler` and delivers as it says. 0 if it does not answer: the switch is to learn.
int vale_forward_by_module(struct batch *b, struct vale_switch *s, uint32_t ruler, char *base);

#endif
