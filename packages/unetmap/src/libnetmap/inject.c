// SPDX-License-Identifier: BSD-2-Clause
#include <libnetmap.h>
#include <string.h>

static uint32_t
room_in_buffer(struct netmap_ring *ring, struct netmap_slot *slot)
{
	return ring->nr_buf_size - (uint32_t)NETMAP_ROFFSET(ring, slot);
}

// Slots that a frame needs, or 0 if the ring has not as many.
static uint32_t
slots_needed(struct netmap_ring *ring, size_t size)
{
	uint32_t at = ring->head, slots = 0;
	size_t room = 0;

	do {
		if (at == ring->tail)
			return 0;
		room += room_in_buffer(ring, &ring->slot[at]);
		at = nm_ring_next(ring, at);
		slots++;
	} while (room < size);
	return slots;
}

static void
fill_slots(struct netmap_ring *ring, uint32_t slots, const char *buf, size_t size)
{
	uint32_t at = ring->head;
	struct netmap_slot *slot;
	size_t part;

	for (; slots > 0; slots--, at = nm_ring_next(ring, at)) {
		slot = &ring->slot[at];
		part = room_in_buffer(ring, slot);
		part = part < size ? part : size;
		memcpy(NETMAP_BUF_OFFSET(ring, slot), buf, part);
		slot->len = (uint16_t)part;
		slot->flags = slots > 1 ? NS_MOREFRAG : 0;
		buf += part;
		size -= part;
	}
	ring->head = ring->cur = at;
}

int
nmport_inject(struct nmport_d *d, const void *buf, size_t size)
{
	int rings = d->last_tx_ring - d->first_tx_ring + 1;
	uint16_t at = d->cur_tx_ring;

	for (int i = 0; i < rings; i++, at++) {
		struct netmap_ring *ring;
		uint32_t slots;

		if (at > d->last_tx_ring)
			at = d->first_tx_ring;
		ring = NETMAP_TXRING(d->nifp, at);
		slots = slots_needed(ring, size);
		if (slots == 0)
			continue;
		fill_slots(ring, slots, buf, size);
		d->cur_tx_ring = at;
		return (int)size;
	}
	return 0;
}
