// SPDX-License-Identifier: BSD-2-Clause
/* measure: sends packets, and sees how long their echoes take. */
#include "measure.h"

/* The latency that so many of a hundred packets do not exceed. */
uint64_t
percentile(const struct histogram *h, double percent)
{
	(void)h;
	(void)percent;
	return 0;	/* your loop here */
}

/* Takes all echoes that have come. For now, it looks at none of them. */
void
take_echoes(struct load *l)
{
	while (!nm_ring_empty(l->rx))
		take_packet(l);
}

/* Sends one packet, waits for its echo, sends the next one. For now, it waits for nothing. */
void
ping_pong(struct load *l)
{
	while (l->sent < l->count && !nm_ring_empty(l->tx)) {
		put_packet(l, now_ns());
		send_now(l);
	}
}

/* Sends what is due, in batches. For now, all there is room for, at once. */
void
send_due(struct load *l)
{
	while (l->sent < l->count && !nm_ring_empty(l->tx))
		put_packet(l, now_ns());
	send_now(l);
}
