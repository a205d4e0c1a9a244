// SPDX-License-Identifier: BSD-2-Clause
#include "table.h"

#include <string.h>

#define SHORTEST 14

static bool
is_group(const uint8_t *mac)
{
	return mac[0] & 1;
}

static bool
is_known(const struct table *t, const struct station *one, uint64_t now_ms)
{
	return one->used && now_ms - one->seen_ms <= t->age_ms;
}

static struct station *
find(struct table *t, const uint8_t *mac, uint64_t now_ms)
{
	for (int i = 0; i < STATIONS; i++) {
		struct station *one = &t->stations[i];

		if (is_known(t, one, now_ms) && memcmp(one->mac, mac, MAC_BYTES) == 0)
			return one;
	}
	return NULL;
}

/* A free place, or that of whoever was silent for longest. */
static struct station *
place(struct table *t, uint64_t now_ms)
{
	struct station *oldest = &t->stations[0];

	for (int i = 0; i < STATIONS; i++) {
		struct station *one = &t->stations[i];

		if (!is_known(t, one, now_ms))
			return one;
		if (one->seen_ms < oldest->seen_ms)
			oldest = one;
	}
	return oldest;
}

static void
learn(struct table *t, int port, const uint8_t *mac, uint64_t now_ms)
{
	struct station *one = find(t, mac, now_ms);

	if (is_group(mac))
		return;
	if (one == NULL)
		one = place(t, now_ms);
	memcpy(one->mac, mac, MAC_BYTES);
	one->used = true;
	one->port = port;
	one->seen_ms = now_ms;
}

int
decide(struct table *t, int in, const uint8_t *frame, size_t len, uint64_t now_ms)
{
	struct station *to;

	if (len < SHORTEST)
		return DROP;
	learn(t, in, frame + MAC_BYTES, now_ms);
	if (is_group(frame))
		return FLOOD;
	to = find(t, frame, now_ms);
	if (to == NULL)
		return FLOOD;
	return to->port == in ? DROP : to->port;
}
