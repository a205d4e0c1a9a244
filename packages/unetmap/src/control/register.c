// SPDX-License-Identifier: BSD-2-Clause
//
// NETMAP_REQ_REGISTER: a descriptor becomes a port's.
#include <errno.h>
#include <string.h>

#include "control/csb.h"
#include "control/entry.h"
#include "control/request.h"
#include "core/clock.h"
#include "core/sys.h"
#include "ports/monitor.h"
#include "ports/nic_device.h"
#include "ports/null.h"
#include "ports/offer.h"
#include "ports/offsets.h"
#include "ports/port.h"

// 4.6 s were seen, where 16 programs shared two processors.
enum { INHERIT_MS = 30000, NAP_US = 50 * 1000 };

// ---- what is asked for ----

static uint32_t extra_wanted(const struct nmreq_register *reg)
{
	return reg->nr_extra_bufs < MAX_EXTRA_BUFFERS ? reg->nr_extra_bufs : MAX_EXTRA_BUFFERS;
}

static struct port_wish read_wish(const struct nmreq_register *reg)
{
	return (struct port_wish){
		.slots = {[RX] = reg->nr_rx_slots, [TX] = reg->nr_tx_slots},
		.rings = {[RX] = reg->nr_rx_rings, [TX] = reg->nr_tx_rings},
		.host_rings = {[RX] = reg->nr_host_rx_rings, [TX] = reg->nr_host_tx_rings},
		.extra_bufs = extra_wanted(reg),
		.mem_id = reg->nr_mem_id,
		.flags = reg->nr_flags,
	};
}

// ---- which rings ----

// One ring number for both directions; where there are fewer of the other, its first one.
static int one_ring(const struct port *port, struct binding *b, uint16_t ring)
{
	if (ring >= port->ring_count[TX] && ring >= port->ring_count[RX])
		return -EINVAL;
	for (int dir = RX; dir <= TX; dir++) {
		b->first[dir] = ring < port->ring_count[dir] ? ring : 0;
		b->last[dir] = b->first[dir] + 1;
	}
	return 0;
}

static void all_rings(const struct port *port, struct binding *b)
{
	for (int dir = RX; dir <= TX; dir++) {
		b->first[dir] = 0;
		b->last[dir] = port->ring_count[dir];
	}
}

// They come after the others.
static int host_rings(const struct port *port, struct binding *b)
{
	for (int dir = RX; dir <= TX; dir++) {
		b->first[dir] = port->ring_count[dir];
		b->last[dir] = port_ring_total(port, dir);
	}
	return port->host_count[RX] ? nic_host_check(port) : -EINVAL;
}

static int one_host_ring(const struct port *port, struct binding *b, uint16_t ring)
{
	if (ring >= port->host_count[TX] && ring >= port->host_count[RX])
		return -EINVAL;
	for (int dir = RX; dir <= TX; dir++) {
		b->first[dir] = port->ring_count[dir] + (ring < port->host_count[dir] ? ring : 0);
		b->last[dir] = b->first[dir] + 1;
	}
	return nic_host_check(port);
}

static int choose_by_mode(const struct port *port, const struct nmreq_register *reg, struct binding *b)
{
	int error;

	switch (reg->nr_mode) {
	case NR_REG_ONE_NIC:
		return one_ring(port, b, reg->nr_ringid);
	case NR_REG_ALL_NIC:
	case NR_REG_NULL:
		all_rings(port, b);
		return 0;
	case NR_REG_SW:
		return host_rings(port, b);
	case NR_REG_ONE_SW:
		return one_host_ring(port, b, reg->nr_ringid);
	case NR_REG_NIC_SW:
		error = host_rings(port, b);
		b->first[RX] = b->first[TX] = 0;
		return error;
	default:
		return -EINVAL;
	}
}

// Host rings are a NIC's; the modes that name them are refused on other ports.
static int choose_rings(const struct port *port, const struct nmreq_register *reg, struct binding *b)
{
	int error;

	memset(b, 0, sizeof *b);
	b->flags = reg->nr_flags;
	b->extra_bufs = extra_wanted(reg);
	error = choose_by_mode(port, reg, b);
	if (reg->nr_flags & NR_TX_RINGS_ONLY)
		b->first[RX] = b->last[RX] = 0;
	if (reg->nr_flags & NR_RX_RINGS_ONLY)
		b->first[TX] = b->last[TX] = 0;
	return error;
}

// ---- doing it ----

static int take_offsets(struct port *port, const struct binding *b, struct options *o)
{
	if (!option_given(o, NETMAP_REQ_OPT_OFFSETS))
		return 0;
	return option_answer(o, NETMAP_REQ_OPT_OFFSETS, offsets_apply(port, b, &o->offsets));
}

// Marks outside the rings are looked at last, when the descriptor has its rings.
static int take_csb(struct request *r)
{
	int error;

	if (!option_given(r->options, NETMAP_REQ_OPT_CSB))
		return 0;
	error = csb_enable(&segment->descs[r->desc], &r->options->csb);
	if (error)
		port_unbind(r->desc);
	return option_answer(r->options, NETMAP_REQ_OPT_CSB, error);
}

// Last of all: only now is it known which options nobody used.
static int check_options(struct request *r)
{
	int error = options_all_used(r->options);

	if (error)
		port_unbind(r->desc);
	return error;
}

static int bind_desc(struct port *port, const struct request *r, const struct nmreq_register *reg)
{
	struct binding b;
	int error;

	if (port->vnet_hdr_bytes && !(reg->nr_flags & NR_ACCEPT_VNET_HDR))
		return -EIO;
	error = choose_rings(port, reg, &b);
	if (!error)
		error = port_is_refused(port, &b) ? -EBUSY : take_offsets(port, &b, r->options);
	return error ? error : port_bind(port, r->desc, &b);
}

static void answer(const struct port *port, const struct desc *d, struct nmreq_register *reg)
{
	reg->nr_offset = d->if_ofs;
	reg->nr_memsize = segment->areas[port->area].map_bytes;
	reg->nr_tx_slots = port->slot_count[TX];
	reg->nr_rx_slots = port->slot_count[RX];
	reg->nr_tx_rings = port->ring_count[TX];
	reg->nr_rx_rings = port->ring_count[RX];
	reg->nr_host_tx_rings = port->host_count[TX];
	reg->nr_host_rx_rings = port->host_count[RX];
	reg->nr_mem_id = port->area + 1;
	reg->nr_extra_bufs = d->extra_bufs;
}

// A guest has all of a port, and nobody else has any of it.
static int is_whole(const struct nmreq_register *reg)
{
	return reg->nr_mode == NR_REG_ALL_NIC && reg->nr_flags == (UNETMAP_NR_PASSTHROUGH | NR_EXCLUSIVE);
}

static int check(const struct request *r, const struct nmreq_register *reg)
{
	if (segment->descs[r->desc].port != NONE)
		return -EBUSY;
	if (reg->nr_mode == NR_REG_PIPE_MASTER || reg->nr_mode == NR_REG_PIPE_SLAVE)
		return -EINVAL;
	if (port_check_memory(reg->nr_mem_id))
		return -EINVAL;
	if (reg->nr_flags & UNETMAP_NR_PASSTHROUGH && !is_whole(reg))
		return -EINVAL;
	return 0;
}

// It must be for rings that the watched port has, too.
static struct port *open_monitor(const char *name, const struct nmreq_register *reg, const struct port_wish *wish,
				 int *error)
{
	const struct port *watched = port_find(name);
	struct binding b;

	*error = watched ? choose_rings(watched, reg, &b) : 0;
	return *error ? NULL : monitor_open(name, wish, error);
}

static struct port *open_port(const char *name, const struct nmreq_register *reg, const struct port_wish *wish,
			      int *error)
{
	if (reg->nr_mode == NR_REG_NULL)
		return null_open(name, wish, error);
	if (reg->nr_flags & (NR_MONITOR_TX | NR_MONITOR_RX))
		return open_monitor(name, reg, wish, error);
	return port_open(name, wish, error);
}

// A zero-copy monitor watches both directions.
static struct nmreq_register *whole_flags(struct nmreq_register *reg)
{
	if (reg->nr_flags & NR_ZCOPY_MON)
		reg->nr_flags |= NR_MONITOR_TX | NR_MONITOR_RX;
	return reg;
}

static int register_now(struct request *r)
{
	struct nmreq_register *reg = whole_flags(r->body);
	struct port_wish wish = read_wish(reg);
	int error = check(r, reg);
	struct port *port;

	if (error)
		return error;
	port = open_port(r->name, reg, &wish, &error);
	if (!port)
		return error;
	error = offer_port(port, &wish);
	if (!error)
		error = port_ops(port->kind)->used ? port_ops(port->kind)->used(port, &wish) : 0;
	if (!error)
		error = bind_desc(port, r, reg);
	if (!error)
		error = take_csb(r);
	if (!error)
		error = check_options(r);
	if (!error)
		answer(port, &segment->descs[r->desc], reg);
	else if (!port->user_count)
		port_ops(port->kind)->unused(port);
	return error;
}

// The same descriptor as before somebody else could have the control lock?
static int has_been_closed(const struct request *r, uint32_t gen)
{
	const struct desc *d = &segment->descs[r->desc];

	return d->state != STATE_ACTIVE || d->gen != gen;
}

static void let_others_in(void)
{
	control_leave();
	sys_nap(NAP_US);
	control_enter();
}

// What a dead owner leaves to the kernel is given back some time, but nobody says when. That is no reason for the
// others of the region to stand still, nor to wait for ever.
int request_register(struct request *r)
{
	const uint32_t gen = segment->descs[r->desc].gen;
	const int64_t end = now_ns() + INHERIT_MS * (int64_t)NS_PER_MS;
	int error = register_now(r);

	while (error == -EAGAIN && now_ns() < end) {
		let_others_in();
		error = has_been_closed(r, gen) ? -EBADF : register_now(r);
	}
	return error == -EAGAIN ? -EBUSY : error;
}
