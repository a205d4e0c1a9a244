// SPDX-License-Identifier: BSD-2-Clause
/*
 * AF_XDP, the kernel's own answer: a socket with rings and a buffer area that program and kernel share. For sending no
 * BPF program is needed. Compare it with the rings of netmap: the ideas are the same, and somebody still has to make
 * a packet of the kernel's out of each slot where the driver cannot send from the area itself, as here.
 */
#ifndef XDP_H
#define XDP_H

#include <linux/if_xdp.h>
#include <sys/mman.h>

#include "sender.h"

#define XDP_SLOTS 1024
#define XDP_BUFFER_BYTES 2048
#define XDP_BATCH 64

/* One ring of the socket: an index that we move, one that the kernel moves, and the slots. */
struct xdp_ring {
	uint32_t *producer, *consumer;
	void *slots;
};

struct xdp {
	struct xdp_ring tx, completion;
	uint32_t sent, completed;
};

static inline bool
xdp_map(int fd, struct xdp_ring *ring, const struct xdp_ring_offset *at, size_t slot_bytes, off_t page)
{
	size_t bytes = at->desc + XDP_SLOTS * slot_bytes;
	uint8_t *map = (uint8_t *)mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, page);

	if (map == (uint8_t *)MAP_FAILED)
		return false;
	ring->producer = (uint32_t *)(map + at->producer);
	ring->consumer = (uint32_t *)(map + at->consumer);
	ring->slots = map + at->desc;
	return true;
}

static inline bool
xdp_map_rings(int fd, struct xdp *x)
{
	struct xdp_mmap_offsets offsets;
	socklen_t length = sizeof(offsets);

	return getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &length) == 0 &&
		xdp_map(fd, &x->tx, &offsets.tx, sizeof(struct xdp_desc), XDP_PGOFF_TX_RING) &&
		xdp_map(fd, &x->completion, &offsets.cr, sizeof(uint64_t), (off_t)XDP_UMEM_PGOFF_COMPLETION_RING);
}

/* Every buffer holds the frame already. */
static inline bool
xdp_give_buffers(struct sender *s)
{
	size_t bytes = (size_t)XDP_SLOTS * XDP_BUFFER_BYTES;
	uint8_t *area = (uint8_t *)mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct xdp_umem_reg umem = {};
	int slots = XDP_SLOTS;

	if (area == (uint8_t *)MAP_FAILED)
		return false;
	for (int i = 0; i < XDP_SLOTS; i++)
		memcpy(area + (size_t)i * XDP_BUFFER_BYTES, s->frame, FRAME_BYTES);
	umem.addr = (uint64_t)(uintptr_t)area;
	umem.len = bytes;
	umem.chunk_size = XDP_BUFFER_BYTES;
	return setsockopt(s->fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)) == 0 &&
		setsockopt(s->fd, SOL_XDP, XDP_UMEM_FILL_RING, &slots, sizeof(slots)) == 0 &&
		setsockopt(s->fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &slots, sizeof(slots)) == 0 &&
		setsockopt(s->fd, SOL_XDP, XDP_TX_RING, &slots, sizeof(slots)) == 0;
}

static inline bool
open_xdp(struct sender *s)
{
	static struct xdp x;
	struct sockaddr_xdp address = {};

	s->fd = socket(AF_XDP, SOCK_RAW, 0);
	s->own = &x;
	address.sxdp_family = AF_XDP;
	address.sxdp_flags = XDP_COPY;
	address.sxdp_ifindex = if_nametoindex(INTERFACE);
	return s->fd >= 0 && xdp_give_buffers(s) && xdp_map_rings(s->fd, &x) &&
		bind(s->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

/* Takes back what the kernel has sent, fills as many slots, and tells the kernel that there is work. */
static inline int
send_xdp(struct sender *s, int most)
{
	struct xdp *x = (struct xdp *)s->own;
	struct xdp_desc *slots = (struct xdp_desc *)x->tx.slots;
	int room, batch;

	x->completed = __atomic_load_n(x->completion.producer, __ATOMIC_ACQUIRE);
	__atomic_store_n(x->completion.consumer, x->completed, __ATOMIC_RELEASE);
	room = (int)(XDP_SLOTS - (x->sent - x->completed));
	batch = most < XDP_BATCH ? most : XDP_BATCH;
	if (batch > room)
		batch = room;
	for (int i = 0; i < batch; i++) {
		uint32_t at = (x->sent + (uint32_t)i) % XDP_SLOTS;

		slots[at].addr = (uint64_t)at * XDP_BUFFER_BYTES;
		slots[at].len = FRAME_BYTES;
		slots[at].options = 0;
	}
	x->sent += (uint32_t)batch;
	__atomic_store_n(x->tx.producer, x->sent, __ATOMIC_RELEASE);
	if (sendto(s->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 && errno != EAGAIN && errno != EBUSY && errno != ENOBUFS)
		return -1;
	return batch;
}

#endif
