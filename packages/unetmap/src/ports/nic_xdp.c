// SPDX-License-Identifier: BSD-2-Clause
//
// AF_XDP in copying mode: the kernel copies between the device and frames that it shares with us,
// and no socket buffer is made for what arrives. One socket a hardware queue.
//
//   frames of a queue: NIC_RX_FRAMES that go round fill -> (kernel) -> rx -> fill,
//                      NIC_TX_FRAMES that go round tx -> (kernel) -> done -> tx
//
// Whoever dies in between loses the frames in its hands; nobody gets one twice, because the index
// that gives a frame away is stored before the one that takes the next.
#include <errno.h>
#include <linux/if_xdp.h>
#include <string.h>
#include <sys/socket.h>
#include <unetmap/stats.h>

#include "core/barriers.h"
#include "core/sys.h"
#include "ports/nic_bpf.h"
#include "ports/nic_burst.h"
#include "ports/nic_device.h"

#ifndef SOL_XDP
#define SOL_XDP 283
#endif
#ifndef AF_XDP
#define AF_XDP 44
#endif

enum {
	XDP_HEADROOM_BYTES = 256, // the kernel's, in front of each frame that arrives
	FRAME_BYTES = 2048,
	OVERHEAD_BYTES = 18, // Ethernet and a VLAN tag
	SEND_BUFFER_BYTES = 8 << 20,
	BIND_MS = 500,
	LONGEST_NAP_MS = 32,
	KICKS_WITHOUT_PROGRESS = 3,
	TX_BUDGET = 9, // XDP_MAX_TX_SKB_BUDGET, newer than the headers that this must build with
};

static int set(int fd, int option, const void *value, uint32_t bytes)
{
	return setsockopt(fd, SOL_XDP, option, value, bytes) ? -errno : 0;
}

// ---- opening ----

static int register_frames(struct nic_queue *q)
{
	struct xdp_umem_reg reg;
	uint32_t rx = NIC_RX_FRAMES, tx = NIC_TX_FRAMES;
	int error;

	memset(&reg, 0, sizeof reg);
	reg.addr = (uintptr_t)q->map;
	reg.len = q->map_bytes;
	reg.chunk_size = q->frame_bytes;
	error = set(q->fd, XDP_UMEM_REG, &reg, sizeof reg);
	if (!error)
		error = set(q->fd, XDP_UMEM_FILL_RING, &rx, sizeof rx);
	if (!error)
		error = set(q->fd, XDP_UMEM_COMPLETION_RING, &tx, sizeof tx);
	if (!error)
		error = set(q->fd, XDP_RX_RING, &rx, sizeof rx);
	return error ? error : set(q->fd, XDP_TX_RING, &tx, sizeof tx);
}

static int map_index(int fd, struct nic_index *index, uint64_t at, const struct xdp_ring_offset *ofs,
		     uint32_t entries, uint32_t entry_bytes)
{
	char *map = sys_mmap(ofs->desc + entries * entry_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			     fd, at);

	if (map == MAP_FAILED)
		return -errno;
	*index = (struct nic_index){(uint32_t *)(map + ofs->producer), (uint32_t *)(map + ofs->consumer),
				    map + ofs->desc, entries - 1};
	return 0;
}

static int map_indices(struct nic_queue *q)
{
	struct xdp_mmap_offsets ofs;
	socklen_t bytes = sizeof ofs;
	int error = 0;

	if (getsockopt(q->fd, SOL_XDP, XDP_MMAP_OFFSETS, &ofs, &bytes))
		return -errno;
	error |= map_index(q->fd, &q->rx, XDP_PGOFF_RX_RING, &ofs.rx, NIC_RX_FRAMES, sizeof(struct xdp_desc));
	error |= map_index(q->fd, &q->tx, XDP_PGOFF_TX_RING, &ofs.tx, NIC_TX_FRAMES, sizeof(struct xdp_desc));
	error |= map_index(q->fd, &q->fill, XDP_UMEM_PGOFF_FILL_RING, &ofs.fr, NIC_RX_FRAMES, sizeof(uint64_t));
	error |= map_index(q->fd, &q->done, XDP_UMEM_PGOFF_COMPLETION_RING, &ofs.cr, NIC_TX_FRAMES,
			   sizeof(uint64_t));
	return error ? -ENOMEM : 0;
}

static void give_rx_frames(struct nic_queue *q)
{
	uint64_t *fill = q->fill.entries;

	for (uint32_t i = 0; i < NIC_RX_FRAMES; i++)
		fill[i] = (uint64_t)i * q->frame_bytes;
	publish(q->fill.producer, NIC_RX_FRAMES);
}

// The program on the device is ours by now, so whoever has the queue is dead: a living owner's program would not
// have let us get here. (One who sends by a socket without having a program there is none of us, and cannot be told
// from the dead.) A dead one's socket goes when the last frame that it sent is freed, wherever that waits, then a grace
// period of RCU later, then by a job of a work queue that needs the lock of all devices: at once as a rule, after
// seconds on a busy machine. -EAGAIN if it lasts, so that nobody has to wait with us.
static int bind_socket(const struct nic_device *dev, int fd, uint16_t n)
{
	int nap_ms = 1, waited_ms = 0;
	struct sockaddr_xdp address;

	memset(&address, 0, sizeof address);
	address.sxdp_family = AF_XDP;
	address.sxdp_flags = XDP_COPY;
	address.sxdp_ifindex = dev->ifindex;
	address.sxdp_queue_id = n;
	while (bind(fd, (struct sockaddr *)&address, sizeof address)) {
		if (errno != EBUSY)
			return -errno;
		if (waited_ms >= BIND_MS)
			return -EAGAIN;
		sys_nap(nap_ms * 1000);
		waited_ms += nap_ms;
		nap_ms = nap_ms < LONGEST_NAP_MS ? 2 * nap_ms : nap_ms;
	}
	return 0;
}

static int bind_queue(struct nic_device *dev, struct nic_queue *q, uint16_t n)
{
	int error = bind_socket(dev, q->fd, n);
	int size = SEND_BUFFER_BYTES, budget = NIC_TX_FRAMES;

	if (error)
		return error;
	setsockopt(q->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
	set(q->fd, TX_BUDGET, &budget, sizeof budget);
	return bpf_map_set(dev->xdp_map, n, q->fd);
}

static uint64_t memory_bytes(const struct nic_queue *q)
{
	return (uint64_t)(NIC_RX_FRAMES + NIC_TX_FRAMES) * q->frame_bytes;
}

static int xdp_join(struct nic_queue *q)
{
	int error = nic_map_memory(q, memory_bytes(q));

	return error ? error : map_indices(q);
}

static int xdp_open(struct nic_device *dev, uint16_t n)
{
	struct nic_queue *q = &dev->queues[n];
	int error;

	q->frame_bytes = dev->mtu + OVERHEAD_BYTES > FRAME_BYTES - XDP_HEADROOM_BYTES ? NIC_LARGE_FRAME_BYTES : FRAME_BYTES;
	q->fd = sys_result(socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
	if (q->fd < 0)
		return q->fd;
	error = nic_make_memory(q, memory_bytes(q));
	if (!error)
		error = register_frames(q);
	if (!error)
		error = map_indices(q);
	if (error)
		return error;
	give_rx_frames(q);
	return bind_queue(dev, q, n);
}

static void unmap_index(struct nic_index *index, uint32_t entry_bytes)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)index->producer & ~(page - 1);
	uintptr_t end = (uintptr_t)index->entries + (index->mask + 1ul) * entry_bytes;

	if (index->entries)
		syscall(SYS_munmap, start, end - start);
	*index = (struct nic_index){0};
}

static void xdp_close(struct nic_queue *q)
{
	unmap_index(&q->rx, sizeof(struct xdp_desc));
	unmap_index(&q->tx, sizeof(struct xdp_desc));
	unmap_index(&q->fill, sizeof(uint64_t));
	unmap_index(&q->done, sizeof(uint64_t));
	nic_drop_memory(q);
	if (q->fd >= 0)
		sys_close(q->fd);
	q->fd = -1;
}

static int xdp_take(struct nic_device *dev)
{
	int program, link;

	dev->xdp_map = bpf_make_socket_map(dev->queue_count);
	if (dev->xdp_map < 0)
		return dev->xdp_map;
	program = nic_burst_load(dev, dev->xdp_map);
	if (program < 0)
		program = bpf_load_redirect_to_sockets(dev->xdp_map);
	if (program < 0)
		return program;
	link = bpf_attach(program, dev->ifindex, AT_XDP);
	sys_close(program);
	if (link >= 0)
		dev->links[dev->link_count++] = link;
	return link < 0 ? link : 0;
}

// ---- receiving ----

static void xdp_rx_begin(struct nic_queue *q)
{
	q->rx_at = *q->rx.consumer;
	q->rx_end = observe(q->rx.producer);
}

// The kernel drops when there are no more frames to fill, and then we find that so.
static uint64_t xdp_rx_lost(struct nic_queue *q)
{
	struct xdp_statistics now;
	socklen_t bytes = sizeof now;
	uint64_t lost;

	if (observe(q->fill.consumer) != *q->fill.producer || getsockopt(q->fd, SOL_XDP, XDP_STATISTICS, &now, &bytes))
		return 0;
	lost = now.rx_dropped + now.rx_ring_full - q->shared->rx_lost;
	q->shared->rx_lost += lost;
	return lost;
}

static char *xdp_rx_next(struct nic_queue *q, uint32_t *len)
{
	const struct xdp_desc *d;

	if (q->rx_at == q->rx_end)
		return NULL;
	d = (struct xdp_desc *)q->rx.entries + (q->rx_at++ & q->rx.mask);
	*len = d->len;
	return q->map + d->addr;
}

static void xdp_rx_end(struct nic_queue *q)
{
	const struct xdp_desc *rx = q->rx.entries;
	uint64_t *fill = q->fill.entries;
	uint32_t at = *q->rx.consumer, to = *q->fill.producer;

	if (at == q->rx_at)
		return;
	for (; at != q->rx_at; at++)
		fill[to++ & q->fill.mask] = rx[at & q->rx.mask].addr & ~(uint64_t)(q->frame_bytes - 1);
	publish(q->rx.consumer, at);
	publish(q->fill.producer, to);
}

// ---- sending ----

static void xdp_tx_begin(struct nic_queue *q)
{
	q->tx_at = *q->tx.producer;
	q->tx_room = NIC_TX_FRAMES - (q->tx_at - observe(q->tx.consumer));
	q->done_at = *q->done.consumer;
	q->done_end = observe(q->done.producer);
	q->primed = q->shared->tx_primed;
}

static int next_frame(const struct nic_queue *q, uint64_t *frame)
{
	if (!q->tx_room)
		return 0;
	if (q->primed < NIC_TX_FRAMES)
		*frame = (uint64_t)(NIC_RX_FRAMES + q->primed) * q->frame_bytes;
	else if (q->done_at != q->done_end)
		*frame = ((uint64_t *)q->done.entries)[q->done_at & q->done.mask];
	else
		return 0;
	return 1;
}

static char *xdp_tx_next(struct nic_queue *q)
{
	uint64_t frame;

	return next_frame(q, &frame) ? q->map + frame : NULL;
}

static void xdp_tx_put(struct nic_queue *q, uint32_t len)
{
	uint64_t frame = 0;

	next_frame(q, &frame);
	((struct xdp_desc *)q->tx.entries)[q->tx_at++ & q->tx.mask] = (struct xdp_desc){.addr = frame, .len = len};
	q->tx_room--;
	if (q->primed < NIC_TX_FRAMES)
		q->primed++;
	else
		q->done_at++;
}

// The kernel sends a number of frames a call; others may still be in the hands of the device.
static void kick(struct nic_queue *q)
{
	uint32_t before = observe(q->tx.consumer);

	for (int idle = 0; before != *q->tx.producer && idle < KICKS_WITHOUT_PROGRESS;) {
		uint32_t now;

		sendto(q->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
		now = observe(q->tx.consumer);
		idle = now == before ? idle + 1 : 0;
		before = now;
	}
}

static void xdp_tx_end(struct nic_queue *q)
{
	publish(&q->shared->tx_primed, q->primed);
	publish(q->done.consumer, q->done_at);
	publish(q->tx.producer, q->tx_at);
	kick(q);
}

static const struct nic_backend *xdp_for_many(struct nic_queue *q, uint32_t frames)
{
	return nic_burst_suits(q, frames) ? &nic_burst : NULL;
}

const struct nic_backend nic_xdp = {
	.id = UNETMAP_NIC_AF_XDP,
	.take = xdp_take,
	.open = xdp_open,
	.join = xdp_join,
	.close = xdp_close,
	.rx_begin = xdp_rx_begin,
	.rx_next = xdp_rx_next,
	.rx_end = xdp_rx_end,
	.rx_lost = xdp_rx_lost,
	.tx_begin = xdp_tx_begin,
	.tx_next = xdp_tx_next,
	.tx_put = xdp_tx_put,
	.tx_end = xdp_tx_end,
	.for_many = xdp_for_many,
};
