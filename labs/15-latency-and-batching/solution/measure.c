// SPDX-License-Identifier: BSD-2-Clause
/* measure: sends packets, and sees how long their echoes take. */
#include "measure.h"

/* The latency that so many of a hundred packets do not exceed. */
uint64_t
percentile(const struct histogram *h, double percent)
{
	uint64_t below = 0;

	for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
		below += h->count[bucket];
		if (below > 0 && (double)below >= percent / 100 * (double)h->total)
			return bucket_ns(bucket);
	}
	return 0;
}

/* Whether what is at head is one of ours. Only then there is a time in it. */
static bool
is_echo(const struct load *l)
{
	const uint8_t *frame = bytes_at_head(l);

	return length_at_head(l) == FRAME_BYTES && frame[12] == TYPE >> 8 && frame[13] == (TYPE & 0xff);
}

/* Takes all echoes that have come, and skips what others have sent. */
void
take_echoes(struct load *l)
{
	uint64_t now = now_ns();

	while (!nm_ring_empty(l->rx)) {
		if (is_echo(l))
			record(&l->latency, now - take_packet(l));
		else
			skip_packet(l);
	}
}

/* Sends one packet, waits for its echo, sends the next one. */
void
ping_pong(struct load *l)
{
	while (l->received < l->count) {
		put_packet(l, now_ns());
		send_now(l);
		while (l->received < l->sent) {
			if (!wait_for_echo(l))
				return;
			take_echoes(l);
		}
	}
}

/* How many packets should have left by now, and have not. Without an interval, all of them. */
static uint64_t
overdue(const struct load *l, uint64_t now)
{
	uint64_t due = l->interval_ns == 0 ? l->count : (now - l->start_ns) / l->interval_ns + 1;

	return (due < l->count ? due : l->count) - l->sent;
}

/*
 * Sends what is due, in whole batches; the last one may be smaller. A packet carries the time at which it should have left, so that
 * waiting for its batch, or for room, counts as part of its way.
 */
void
send_due(struct load *l)
{
	uint64_t now = now_ns(), left = l->count - l->sent, batch = left < l->batch ? left : l->batch;

	while (batch > 0 && overdue(l, now) >= batch && nm_ring_space(l->tx) >= batch) {
		for (uint64_t i = 0; i < batch; i++)
			put_packet(l, l->interval_ns == 0 ? now : due_ns(l, l->sent));
		send_now(l);
		now = now_ns();
		left = l->count - l->sent;
		batch = left < l->batch ? left : l->batch;
	}
}
