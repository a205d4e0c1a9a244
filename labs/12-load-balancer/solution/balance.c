// SPDX-License-Identifier: BSD-2-Clause
/* balance: which flow goes to which server. */
#include "balancer.h"

/* Whether the packet is one of several parts: not the last, or not the first. */
static bool
is_fragment(const uint8_t *ip)
{
	return (be16(ip + 6) & 0x3fff) != 0;
}

/*
 * A number that all packets of a flow have in common, and that is as good as random for different flows. Only one fragment of
 * a packet has ports, so none of them is told by its ports.
 */
uint32_t
flow_hash(const uint8_t *frame, size_t len)
{
	struct packet p = find_headers(frame, len);
	uint32_t hash;

	if (p.ip == NULL)
		return 0;
	hash = mix(mix(be32(p.ip + 12)) + be32(p.ip + 16)) + p.ip[9];
	if (p.ports != NULL && !is_fragment(p.ip))
		hash = mix(hash) + be32(p.ports);
	return mix(hash);
}

/*
 * The server that a slot likes best among those that are alive. How much it likes one does not depend on the others, so when one dies,
 * nothing changes but for the slots that liked that one best: rendezvous hashing.
 */
static uint8_t
favorite(const struct balancer *b, unsigned slot)
{
	uint32_t most = 0;
	uint8_t best = NOBODY;

	for (unsigned server = 0; server < b->servers; server++) {
		uint32_t liking = mix(mix(slot) + server);

		if (b->alive[server] && (best == NOBODY || liking > most)) {
			best = (uint8_t)server;
			most = liking;
		}
	}
	return best;
}

/* Gives every slot of the table to a server that is alive, or to NOBODY. */
void
build_table(struct balancer *b)
{
	for (unsigned slot = 0; slot < TABLE_SLOTS; slot++)
		b->table[slot] = favorite(b, slot);
}

/* Gives what has arrived to the servers. What a server has no room for is dropped: nobody waits for the slowest. */
void
spread(struct balancer *b)
{
	struct netmap_ring *rx = rx_ring(b->in);

	while (!nm_ring_empty(rx)) {
		unsigned server = b->table[flow_hash(packet_bytes(rx), packet_length(rx)) % TABLE_SLOTS];

		if (server == NOBODY || nm_ring_empty(tx_ring(b->to[server]))) {
			drop_packet(rx);
			b->dropped++;
		} else {
			move_packet(rx, tx_ring(b->to[server]));
			b->given[server]++;
		}
	}
}
