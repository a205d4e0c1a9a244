// SPDX-License-Identifier: BSD-2-Clause
#include "ports/vnet.h"

#include <errno.h>
#include <linux/virtio_net.h>

#include "ports/checksum.h"
#include "ports/vnet_segments.h"

enum { HEADER_BYTES = 10, LONGEST_HEADER_BYTES = 12 };

static int is_good(const struct virtio_net_hdr *h)
{
	const uint8_t type = h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;

	if (h->flags & ~(VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID))
		return 0;
	return type == VIRTIO_NET_HDR_GSO_NONE || type == VIRTIO_NET_HDR_GSO_TCPV4 ||
	       type == VIRTIO_NET_HDR_GSO_UDP || type == VIRTIO_NET_HDR_GSO_TCPV6;
}

// ---- the first slot of what arrives is put together here ----

struct first_slot {
	char bytes[BUFFER_BYTES + LONGEST_HEADER_BYTES];
	uint32_t len;
};

static void make_first(struct first_slot *first, const struct frame *f, uint32_t from_bytes, uint32_t to_bytes)
{
	first->len = to_bytes + f->len - from_bytes;
	memset(first->bytes, 0, to_bytes);
	if (from_bytes && to_bytes)
		memcpy(first->bytes, f->data, HEADER_BYTES);
	memcpy(first->bytes + to_bytes, f->data + from_bytes, f->len - from_bytes);
}

// The header says where the bytes begin that are to be summed up, and where the sum goes. One that
// points elsewhere than into the first slot is not listened to.
static void complete_checksum(struct first_slot *first, const struct frame *f, const struct virtio_net_hdr *h)
{
	const uint32_t at = h->csum_start + h->csum_offset;
	struct checksum sum = {0};
	uint16_t result;

	if (at + sizeof result > first->len)
		return;
	checksum_add(&sum, first->bytes + h->csum_start, first->len - h->csum_start);
	for (uint32_t i = 1; i < f->slots; i++)
		checksum_add(&sum, f[i].data, f[i].len);
	result = checksum_end(&sum);
	memcpy(first->bytes + at, &result, sizeof result);
}

// A longer header may push the end of a full buffer into a slot of its own.
static void put_first(struct rx_queue *q, const struct first_slot *first, uint32_t left, uint16_t flags)
{
	for (uint32_t at = 0; at < first->len; at += BUFFER_BYTES) {
		const uint32_t rest = first->len - at;

		left--;
		rx_queue_put(q, first->bytes + at, rest < BUFFER_BYTES ? rest : BUFFER_BYTES, 1,
			     flags | (left ? NS_MOREFRAG : 0));
	}
}

static void put_slots(struct rx_queue *q, const struct first_slot *first, const struct frame *f)
{
	const uint32_t slots = f->slots - 1 + (first->len + BUFFER_BYTES - 1) / BUFFER_BYTES;
	const uint16_t flags = (slots & 0xff) << NS_PORT_SHIFT;

	if (!slots || !rx_queue_admit(q, slots))
		return;
	put_first(q, first, slots, flags);
	for (uint32_t i = 1; i < f->slots; i++)
		rx_queue_put(q, f[i].data, f[i].len, f[i].exact, flags | (f[i].more ? NS_MOREFRAG : 0));
}

int vnet_put(struct rx_queue *q, const struct frame *f, uint32_t from_bytes, uint32_t to_bytes)
{
	struct virtio_net_hdr h = {.gso_type = VIRTIO_NET_HDR_GSO_NONE};
	struct first_slot first;

	if (f->len < from_bytes || to_bytes > LONGEST_HEADER_BYTES)
		return -EINVAL;
	if (from_bytes && !to_bytes)
		memcpy(&h, f->data, sizeof h);
	if (!is_good(&h))
		return -EINVAL;
	if (h.gso_type != VIRTIO_NET_HDR_GSO_NONE)
		return vnet_put_segments(q, f, from_bytes, h.gso_type & ~VIRTIO_NET_HDR_GSO_ECN);
	make_first(&first, f, from_bytes, to_bytes);
	if (h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		complete_checksum(&first, f, &h);
	put_slots(q, &first, f);
	return 0;
}
