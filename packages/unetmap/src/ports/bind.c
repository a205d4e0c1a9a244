// SPDX-License-Identifier: BSD-2-Clause
//
// Descriptors and the ports they are bound to.
#include <errno.h>
#include <string.h>

#include "core/barriers.h"
#include "core/desc.h"
#include "core/hold.h"
#include "ports/monitor.h"
#include "ports/port.h"

// ---- who may have which rings ----

static int overlap(const struct desc *d, const struct binding *b)
{
	for (int dir = RX; dir <= TX; dir++)
		if (d->first[dir] < b->last[dir] && b->first[dir] < d->last[dir])
			return 1;
	return 0;
}

int port_is_refused(const struct port *port, const struct binding *b)
{
	for (int i = 0; i < MAX_USERS; i++) {
		const struct desc *d = port->users[i] ? &segment->descs[port->users[i] - 1] : NULL;

		if (d && overlap(d, b) && ((d->flags | b->flags) & NR_EXCLUSIVE))
			return 1;
	}
	return 0;
}

int port_ring_is_bound(const struct port *port, enum ring_dir dir, uint16_t ring)
{
	for (int i = 0; i < MAX_USERS; i++) {
		const struct desc *d = port->users[i] ? &segment->descs[port->users[i] - 1] : NULL;

		if (d && d->first[dir] <= ring && ring < d->last[dir])
			return 1;
	}
	return 0;
}

static int free_place(const struct port *port)
{
	for (int i = 0; i < MAX_USERS; i++)
		if (!port->users[i])
			return i;
	return -ENOMEM;
}

// ---- the netmap_if ----

static void show_rings(struct netmap_if *nif, const struct port *port, const struct binding *b,
		       enum ring_dir dir, uint64_t if_ofs, int at)
{
	for (int n = b->first[dir]; n < b->last[dir]; n++)
		nif->ring_ofs[at + n] = port->rings[dir][n].ring_ofs - if_ofs;
}

// There is room for one even where there is none, unless there are no rings at all.
static int host_places(const struct port *port, enum ring_dir dir)
{
	if (port->host_count[dir])
		return port->host_count[dir];
	return port->ring_count[TX] ? 1 : 0;
}

static void write_if(struct netmap_if *nif, const struct port *port, const struct binding *b, uint64_t if_ofs)
{
	const int host_tx = host_places(port, TX), host_rx = host_places(port, RX);
	const int rings = port->ring_count[TX] + port->ring_count[RX] + host_tx + host_rx;

	memset(nif, 0, sizeof *nif + rings * sizeof nif->ring_ofs[0]);
	memcpy(nif->ni_name, port->name, sizeof nif->ni_name - 1);
	nif->ni_flags = segment->areas[port->area].is_private ? NI_PRIV_MEM : 0;
	nif->ni_tx_rings = port->ring_count[TX];
	nif->ni_rx_rings = port->ring_count[RX];
	nif->ni_host_tx_rings = host_tx;
	nif->ni_host_rx_rings = host_rx;
	show_rings(nif, port, b, TX, if_ofs, 0);
	show_rings(nif, port, b, RX, if_ofs, port->ring_count[TX] + host_tx);
}

// ---- extra buffers: a list through the first word of each ----

static uint32_t *first_word(struct area *a, char *base, uint32_t buffer)
{
	return (uint32_t *)(base + a->buf_pool_ofs + (uint64_t)buffer * a->buf_bytes);
}

enum { BACKED_AT_ONCE = 256 };

// Buffers come in rising order. Those from here on get their pages, a run at a time. Returns where
// the run ends, 0 if the file system is full.
static uint32_t back_run(uint16_t area, uint32_t first, uint32_t wanted)
{
	uint32_t last = first + (wanted < BACKED_AT_ONCE ? wanted : BACKED_AT_ONCE) - 1;
	uint32_t end = segment->areas[area].buf_total - 1;

	if (last > end)
		last = end;
	return area_back_buffers(area, first, last) ? 0 : last + 1;
}

static uint32_t give_extra_buffers(struct netmap_if *nif, uint16_t area, char *base, uint32_t wanted)
{
	struct area *a = &segment->areas[area];
	uint32_t granted = 0, backed_until = 0, *word, *link = &nif->ni_bufs_head;

	while (granted < wanted) {
		int64_t buffer = area_find_buffer(area);

		if (buffer < 0)
			break;
		if (buffer >= backed_until)
			backed_until = back_run(area, buffer, wanted - granted);
		if (!backed_until)
			break;
		word = first_word(a, base, buffer);
		*word = 0;
		publish(link, (uint32_t)buffer); // on the list before it is taken
		area_take_buffer(area, buffer);
		link = word;
		granted++;
	}
	return granted;
}

// The program may have made any list of it; it need not end.
static void take_extra_buffers(struct netmap_if *nif, uint16_t area, char *base)
{
	struct area *a = &segment->areas[area];
	uint32_t buffer = nif->ni_bufs_head;

	for (uint32_t n = 0; n < a->buf_total && buffer >= RESERVED_BUFFERS && buffer < a->buf_total; n++) {
		area_give_buffer(area, buffer);
		buffer = *first_word(a, base, buffer);
	}
}

// ---- binding ----

static int is_bound_to(uint16_t user, const struct port *port)
{
	const struct desc *d = &segment->descs[user - 1];

	return d->state == STATE_ACTIVE && d->port == port_id(port) && d->port_gen == port->gen;
}

// Counted afresh each time: a process may have died anywhere in bind or unbind.
static void count_users(struct port *port)
{
	port->user_count = 0;
	for (int i = 0; i < MAX_USERS; i++)
		if (port->users[i] && is_bound_to(port->users[i], port))
			port->user_count++;
		else
			publish(&port->users[i], 0);
}

static void enter(struct port *port, uint16_t id, int place, const struct binding *b)
{
	struct desc *d = &segment->descs[id];

	memcpy(d->first, b->first, sizeof d->first);
	memcpy(d->last, b->last, sizeof d->last);
	d->flags = b->flags;
	d->no_tx_poll = (b->flags & NR_NO_TX_POLL) != 0;
	d->port_gen = port->gen;
	publish(&port->users[place], id + 1);
	publish(&d->port, port_id(port)); // from here on it is bound, and no half-done work
	count_users(port);
}

static struct netmap_if *take_if(struct desc *d, const struct port *port, const struct binding *b, char *base)
{
	int64_t ofs = area_find_if(port->area);
	struct netmap_if *nif = (struct netmap_if *)(base + ofs);

	if (ofs < 0)
		return NULL;
	write_if(nif, port, b, ofs);
	d->area = port->area;
	d->area_gen = port->area_gen;
	d->if_ofs = ofs;
	publish(&d->held, 1);
	area_take_if(port->area, ofs);
	return nif;
}

static void give_if(uint16_t id)
{
	struct desc *d = &segment->descs[id];
	char *base = area_view(d->area, d->area_gen);

	if (base)
		take_extra_buffers((struct netmap_if *)(base + d->if_ofs), d->area, base);
	area_give_if(d->area, d->if_ofs);
	publish(&d->held, 0);
}

int port_bind(struct port *port, uint16_t id, const struct binding *b)
{
	struct desc *d = &segment->descs[id];
	int place = free_place(port);
	struct netmap_if *nif;
	char *base;

	if (port_is_refused(port, b))
		return -EBUSY;
	base = area_view(port->area, port->area_gen);
	if (place < 0 || !base)
		return -ENOMEM;
	nif = take_if(d, port, b, base);
	if (!nif)
		return -ENOMEM;
	d->extra_bufs = give_extra_buffers(nif, port->area, base, b->extra_bufs);
	enter(port, id, place, b);
	return 0;
}

static void forget_user(struct port *port, uint16_t id)
{
	for (int i = 0; i < MAX_USERS; i++)
		if (port->users[i] == id + 1)
			publish(&port->users[i], 0);
	count_users(port);
}

static void abandon(struct port *port)
{
	monitors_orphan(port);
	port_ops(port->kind)->unused(port);
}

void port_unbind(uint16_t id)
{
	struct desc *d = &segment->descs[id];
	struct port *port = port_at(d->port);

	if (d->held)
		give_if(id);
	if (port->state == STATE_ACTIVE && port->gen == d->port_gen)
		forget_user(port, id);
	publish(&d->port, NONE);
	scribble(&d->csb_atok, 0);
	scribble(&d->csb_ktoa, 0);
	if (port->state == STATE_ACTIVE && !port->user_count)
		abandon(port);
	port_leave_area(d->area);
}

void desc_close(uint16_t id)
{
	hold_drop_all(id);
	if (segment->descs[id].port != NONE)
		port_unbind(id);
	desc_remove(id);
}

// ---- what others left behind ----

// Whoever was binding it died at that, and another process has it still.
static void sweep_desc(uint16_t id)
{
	const struct desc *d = &segment->descs[id];

	if (d->state == STATE_ACTIVE && d->port == NONE && d->held)
		give_if(id);
}

// Whoever was making or unmaking it died at that: nobody else holds the control lock.
static void sweep_port(struct port *port)
{
	const uint16_t area = port->area;

	if (port->state == STATE_BUILDING) {
		port_ops(port->kind)->unused(port);
		if (port->state == STATE_BUILDING)
			port_free(port);
		port_leave_area(area);
	} else if (port->state == STATE_ACTIVE) {
		count_users(port);
		if (!port->user_count)
			abandon(port);
	}
}

static void sweep(void)
{
	for (uint32_t id = 0; id < segment->desc_high; id++)
		sweep_desc(id);
	for (uint32_t id = 0; id < segment->port_high; id++)
		sweep_port(port_at(id));
	for (int i = 0; port_kinds[i]; i++)
		if (port_kinds[i]->sweep)
			port_kinds[i]->sweep();
	area_sweep_files();
	desc_sweep_files();
}

void ports_reap(int interrupted)
{
	if (interrupted)
		sweep();
	for (uint32_t id = 0; id < segment->desc_high; id++)
		if (segment->descs[id].state != STATE_FREE && !desc_is_alive(id))
			desc_close(id);
	for (uint32_t id = 0; id < segment->area_high; id++)
		port_leave_area(id);
}
