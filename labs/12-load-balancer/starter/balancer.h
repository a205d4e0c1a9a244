// SPDX-License-Identifier: BSD-2-Clause
/* What the balancer knows, and what you write for it in balance.c. */
#ifndef BALANCER_H
#define BALANCER_H

#include "packet.h"
#include "rings.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOST_SERVERS = 8, TABLE_SLOTS = 65536, NOBODY = 255 };

struct balancer {
	struct nm_desc *in, *to[MOST_SERVERS];
	unsigned servers;
	bool alive[MOST_SERVERS];
	uint8_t table[TABLE_SLOTS];	/* the server of every flow whose hash is this slot's number, modulo TABLE_SLOTS */
	uint64_t given[MOST_SERVERS], dropped;
};

/* A number that all packets of a flow have in common, and that is as good as random for different flows. */
uint32_t flow_hash(const uint8_t *frame, size_t len);

/* Gives every slot of the table to a server that is alive, or to NOBODY. Called whenever a server has died or come back. */
void build_table(struct balancer *b);

/* Gives what has arrived to the servers. */
void spread(struct balancer *b);

/*
 * What a server says, in a frame of this EtherType, through its own pipe. Byte 14: whether it is there. Byte 15: how often it says so, in
 * units of 10 ms; 0 when it promises nothing.
 */
enum { HELLO_TYPE = 0x88b5, HELLO_BYTES = 16, HELLO_UNIT_MS = 10, MISSED_HELLOS = 10 };

#ifdef __cplusplus
}
#endif

#endif
