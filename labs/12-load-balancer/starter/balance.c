// SPDX-License-Identifier: BSD-2-Clause
/* balance: which flow goes to which server. */
#include "balancer.h"

/* A number that all packets of a flow have in common. For now, it is the same for every flow of a client. */
uint32_t
flow_hash(const uint8_t *frame, size_t len)
{
	struct packet p = find_headers(frame, len);

	return p.ip == NULL ? 0 : be32(p.ip + 12);
}

/* Gives every slot of the table to a server. For now, to all of them in turn. */
void
build_table(struct balancer *b)
{
	for (unsigned slot = 0; slot < TABLE_SLOTS; slot++)
		b->table[slot] = (uint8_t)(slot % b->servers);
}

/* Gives what has arrived to the servers, up to the first packet whose server has no room. */
void
spread(struct balancer *b)
{
	struct netmap_ring *rx = rx_ring(b->in);

	while (!nm_ring_empty(rx)) {
		unsigned server = b->table[flow_hash(packet_bytes(rx), packet_length(rx)) % TABLE_SLOTS];
		struct netmap_ring *tx = tx_ring(b->to[server]);

		if (nm_ring_empty(tx))
			return;
		move_packet(rx, tx);
		b->given[server]++;
	}
}
