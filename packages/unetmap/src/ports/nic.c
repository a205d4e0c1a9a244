// SPDX-License-Identifier: BSD-2-Clause
//
// Ports named after a network device of the host. The device is taken from its stack when the first
// descriptor is bound (asking what it is like does not disturb it), and given back with the last.
// Frames are copied between the rings and the kernel's: nic_device.h.
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "core/barriers.h"
#include "core/sys.h"
#include "ports/monitor.h"
#include "ports/nic_checksum.h"
#include "ports/nic_device.h"
#include "ports/nic_forward.h"
#include "ports/port.h"
#include "ports/rx_queue.h"

enum { SLOTS = 1024 };

// ---- the port ----

static int claims(const char *name)
{
	struct nic_shape shape;
	int error;

	if (!sys_interface_index(name))
		return 0;
	error = nic_shape(name, &shape);
	return error ? error : 1;
}

static int furnish(struct port *port, const struct port_wish *wish)
{
	const struct area_need none = {0};
	struct port_wish global = *wish;
	int area;

	if (!global.mem_id)
		global.mem_id = GLOBAL_AREA + 1;
	area = port_choose_area(port->name, &global, &none);
	if (area < 0)
		return area;
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	return port_make_own_rings(port);
}

static void dissolve(struct port *port)
{
	uint16_t area = port->area;

	port_free(port);
	port_leave_area(area);
}

static uint16_t host_rings(uint32_t wanted, uint16_t own)
{
	const uint32_t most = MAX_RINGS + 1 - own;

	return !wanted ? 1 : wanted < most ? wanted : most;
}

static int create(const char *name, const struct port_wish *wish)
{
	struct port *port = port_alloc(name, KIND_NIC, wish);
	struct nic_shape shape;
	int error = port ? nic_shape(name, &shape) : -ENOMEM;

	if (!port)
		return error;
	for (int dir = RX; dir <= TX; dir++) {
		port->ring_count[dir] = error ? 0 : shape.rings[dir];
		port->host_count[dir] = host_rings(wish->host_rings[dir], port->ring_count[dir]);
		port->slot_count[dir] = SLOTS;
	}
	if (!error)
		error = furnish(port, wish);
	if (error) {
		dissolve(port);
		return error;
	}
	port_announce(port);
	return port_id(port);
}

static int used(struct port *port, const struct port_wish *wish)
{
	int error = 0;

	return nic_device(port, &error) ? 0 : error;
}

static void unused(struct port *port)
{
	port_drop_rings(port, TX, 1);
	port_drop_rings(port, RX, 1);
	dissolve(port);
	nic_device_drop_stale();
}

static int is_broken(const struct port *port)
{
	const struct nic_device *dev = nic_device_held(port);

	return dev && dev->broken;
}

// ---- syncing ----

struct way {
	const struct nic_backend *ops;
	struct nic_queue *q;
};

// 0 if there is none: the device has gone, or the stack cannot be reached. What the stack sends comes to the first host
// ring, as by a device with one queue.
static int find_way(struct port *port, const struct kring *k, struct way *way)
{
	struct nic_device *dev = nic_device(port, NULL);
	int host = k->ring_id - port->ring_count[k->dir];

	if (!dev || (host > 0 && k->dir == RX))
		return 0;
	*way = host >= 0 ? (struct way){&nic_tap, nic_host_queue(dev, host)} :
			   (struct way){dev->backend, &dev->queues[k->ring_id]};
	return way->q->fd >= 0;
}

static uint32_t slots_for(uint32_t len)
{
	return len ? (len + BUFFER_BYTES - 1) / BUFFER_BYTES : 1;
}

static void put_frame(struct rx_queue *to, const char *data, uint32_t len)
{
	uint32_t slots = slots_for(len);

	if (!rx_queue_admit(to, slots))
		return;
	for (; slots > 1; slots--, data += BUFFER_BYTES, len -= BUFFER_BYTES)
		rx_queue_put(to, data, BUFFER_BYTES, 1, NS_MOREFRAG);
	rx_queue_put(to, data, len, 1, 0);
}

// Frames that do not fit now stay where they are; the kernel drops when that, too, is full.
static void pull(struct way way, struct rx_queue *to)
{
	const uint32_t most = slots_for(way.q->frame_bytes);
	char *data;
	uint32_t len;

	way.ops->rx_begin(way.q);
	to->drops += way.ops->rx_lost(way.q);
	while (rx_queue_has_room(to, most) && (data = way.ops->rx_next(way.q, &len))) {
		if (way.ops != &nic_tap)
			nic_complete_checksum(data, len);
		put_frame(to, data, len);
	}
	way.ops->rx_end(way.q);
}

static void release(struct kring *k, struct netmap_ring *ring)
{
	for (uint32_t i = k->hwcur; i != k->rhead; i = ring_next(k, i))
		ring->slot[i].flags &= ~NS_BUF_CHANGED;
	publish(&k->hwcur, k->rhead);
}

static enum marks rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	enum marks marks = ring_read_rx_marks(k, ring, k->hwtail, 1);
	struct rx_queue to;
	struct way way;

	monitor_done_with(port, k, ring, k->hwcur, k->rhead);
	release(k, ring);
	if (find_way(port, k, &way) && rx_queue_enter(&to, k, NONE)) {
		pull(way, &to);
		rx_queue_close(&to);
	}
	if (port->monitor_count[RX])
		monitor_copy(port, k, ring, base, k->rtail, k->hwtail);
	ring_show_tail(k, ring, k->hwtail);
	return marks;
}

struct tx_frame {
	uint32_t slots, len;
	int good;
};

static int slot_is_good(const struct kring *k, const struct netmap_slot *slot)
{
	const uint64_t ofs = ring_offset(k, slot->ptr);

	return buffer_is_valid(k, slot->buf_idx) && !(slot->flags & NS_INDIRECT) && ofs <= BUFFER_BYTES &&
	       slot->len <= BUFFER_BYTES - ofs;
}

// Copies the frame that begins at `at` and ends before `end`. Each slot is read once.
static struct tx_frame gather(const struct kring *k, struct netmap_ring *ring, char *base, uint32_t at,
			      uint32_t end, char *to, uint32_t room)
{
	struct tx_frame f = {.good = 1};
	int more = 1;

	for (; more && at != end; at = ring_next(k, at), f.slots++) {
		struct netmap_slot slot = ring->slot[at];

		more = slot.flags & NS_MOREFRAG;
		f.good = f.good && slot_is_good(k, &slot) && slot.len <= room - f.len;
		if (f.good) {
			memcpy(to + f.len, ring_buffer(k, base, slot.buf_idx) + ring_offset(k, slot.ptr), slot.len);
			f.len += slot.len;
		}
		ring->slot[at].flags &= ~NS_BUF_CHANGED;
	}
	f.good = f.good && !more && f.len >= 14;
	return f;
}

// Puts slots from `at` on; returns where it had to stop.
static uint32_t put_frames(struct way way, struct kring *k, struct netmap_ring *ring, char *base, uint32_t at)
{
	while (at != k->rhead) {
		char *to = way.ops->tx_next(way.q);
		struct tx_frame f;

		if (!to)
			break;
		f = gather(k, ring, base, at, k->rhead, to, way.q->frame_bytes);
		at = ring_advance(k, at, f.slots);
		if (!f.good) {
			k->bad++;
			continue;
		}
		k->tx_packets++;
		k->tx_bytes += f.len;
		way.ops->tx_put(way.q, f.len);
	}
	return at;
}

enum { TX_ROUNDS = 2 }; // sending makes room

static const struct nic_backend *best_for(const struct way *way, uint32_t slots)
{
	const struct nic_backend *better = way->ops->for_many ? way->ops->for_many(way->q, slots) : NULL;

	return better ? better : way->ops;
}

static void push(struct way way, struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	way.ops = best_for(&way, ring_distance(k, k->hwcur, k->rhead));
	for (int round = 0; round < TX_ROUNDS; round++) {
		uint32_t end;

		way.ops->tx_begin(way.q);
		end = put_frames(way, k, ring, base, k->hwcur);
		if (port->monitor_count[TX])
			monitor_copy(port, k, ring, base, k->hwcur, end);
		publish(&k->hwcur, end);
		way.ops->tx_end(way.q);
		if (end == k->rhead)
			return;
	}
}

static enum marks tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	enum marks marks = ring_read_tx_marks(k, ring, k->rtail);
	struct way way;

	if (marks != MARKS_OK)
		return marks;
	if (find_way(port, k, &way))
		push(way, port, k, ring, base);
	monitor_done_with(port, k, ring, ring_next(k, k->rtail), k->hwcur);
	ring_show_tail(k, ring, ring_prev(k, k->hwcur));
	return MARKS_OK;
}

// ---- sleeping ----

// Where the program's ring is full nothing that arrives could wake it; a tx ring that is not full is
// ready anyway.
static short waits_for(const struct kring *k, enum ring_dir dir, const struct way *way)
{
	const uint32_t used = ring_distance(k, glance(&k->hwcur), glance(&k->hwtail));

	if (dir == RX)
		return used + slots_for(way->q->frame_bytes) < k->num_slots ? POLLIN : 0;
	return glance(&k->rcur) == glance(&k->rtail) ? POLLOUT : 0;
}

static void notice_loss(struct nic_device *dev)
{
	if (dev && sys_interface_index(dev->name) != dev->ifindex)
		dev->broken = 1;
}

static int wait_fds(struct port *port, const struct desc *d, enum ring_dir dir, struct pollfd *fds, int max)
{
	int count = 0;

	notice_loss(nic_device_held(port));
	for (int n = d->first[dir]; n < d->last[dir] && count < max; n++) {
		const struct kring *k = &port->rings[dir][n];
		struct way way;
		short events = find_way(port, k, &way) ? waits_for(k, dir, &way) : 0;

		if (events)
			fds[count++] = (struct pollfd){way.q->fd, events, 0};
	}
	return count;
}

const struct port_ops nic_ops = {
	.kind = KIND_NIC,
	.claims = claims,
	.create = create,
	.used = used,
	.unused = unused,
	.tx_sync = tx_sync,
	.rx_sync = rx_sync,
	.forward = nic_forward,
	.is_broken = is_broken,
	.wait_fds = wait_fds,
};
