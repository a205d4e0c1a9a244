// SPDX-License-Identifier: BSD-2-Clause
#include "ports/offer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/hold.h"
#include "core/robust_lock.h"

static void place_marks(struct kring *k, char *base)
{
	const uint64_t ofs = csb_place(segment->areas[k->area].map_bytes, k->dir, k->ring_id);
	struct csb_entry *entry = (struct csb_entry *)(base + ofs);

	*entry = (struct csb_entry){.atok = {.head = k->rhead, .cur = k->rcur},
				    .ktoa = {.hwcur = k->hwcur, .hwtail = k->rtail}};
	k->csb_ofs = ofs;
}

static void describe(const struct port *port, struct bar_header *bar)
{
	const struct area *a = &segment->areas[port->area];

	*bar = (struct bar_header){.version = BAR_VERSION,
				   .map_bytes = a->map_bytes,
				   .if_total = a->if_total,
				   .ring_total = a->ring_total,
				   .buf_total = a->buf_total,
				   .ring_bytes = a->ring_bytes,
				   .keeps_unread = port->kind == KIND_PIPE};
	for (int dir = RX; dir <= TX; dir++) {
		bar->ring_count[dir] = port->ring_count[dir];
		bar->slot_count[dir] = port->slot_count[dir];
		for (int n = 0; n < port->ring_count[dir]; n++)
			bar->ring_ofs[dir][n] = port->rings[dir][n].ring_ofs;
	}
}

static struct bar_header *header_of(const struct port *port)
{
	char *base = area_view(port->area, port->area_gen);

	return base ? bar_header_at(base, segment->areas[port->area].bar_bytes) : NULL;
}

// Nobody has it open, so nobody syncs it.
static int begin(struct port *port)
{
	char *base = area_view(port->area, port->area_gen);

	if (!base)
		return -ENOMEM;
	port->passed = 1;
	for (int dir = RX; dir <= TX; dir++)
		for (int n = 0; n < port->ring_count[dir]; n++)
			place_marks(&port->rings[dir][n], base);
	describe(port, header_of(port));
	return 0;
}

int offer_port(struct port *port, const struct port_wish *wish)
{
	if (!offer_is_wished(wish))
		return port->passed ? -EBUSY : 0;
	if (port->kind != KIND_VALE && port->kind != KIND_PIPE)
		return -EOPNOTSUPP;
	if (!segment->areas[port->area].bar_bytes || port->user_count)
		return -EBUSY;
	return port->passed ? 0 : begin(port);
}

void offer_name(struct port *port, const char *name)
{
	struct bar_header *bar = header_of(port);

	if (!bar)
		return;
	memset(bar->name, 0, sizeof bar->name);
	snprintf(bar->name, sizeof bar->name, "%s", *name ? name : port->name);
	publish(&bar->magic, BAR_MAGIC);
}

static void tell(const struct kring *k, const struct kring *counts)
{
	char *base = area_view(k->area, k->area_gen);
	struct csb_entry *entry = (struct csb_entry *)(base + k->csb_ofs);
	const int sent = counts->dir == TX;

	if (!base)
		return;
	scribble(&entry->counts.packets, glance(sent ? &counts->tx_packets : &counts->packets));
	scribble(&entry->counts.bytes, glance(sent ? &counts->tx_bytes : &counts->bytes));
	scribble(&entry->counts.drops, sent ? 0 : glance(&counts->drops));
}

// What arrived at a pipe's end is what the other end sent.
static const struct kring *source_of(const struct port *port, const struct kring *rx)
{
	return port->kind == KIND_PIPE ? &port_at(port->peer)->rings[TX][rx->ring_id] : rx;
}

int offer_refresh(struct kring *k)
{
	struct port *port = port_at(glance(&k->port));
	struct netmap_ring *ring = NULL;
	char *base;

	if (hold_any() || !robust_try_lock(&k->lock))
		return 0;
	if (observe(&k->active) && k->csb_ofs)
		ring = ring_memory(k, &base);
	if (ring) {
		port_ops(port->kind)->rx_sync(port, k, ring, base);
		tell(k, source_of(port, k));
	}
	robust_unlock(&k->lock);
	return ring != NULL;
}

void offer_tell_counts(const struct port *port)
{
	for (int n = 0; n < port->ring_count[TX]; n++)
		tell(&port->rings[TX][n], &port->rings[TX][n]);
	for (int n = 0; n < port->ring_count[RX]; n++)
		tell(&port->rings[RX][n], source_of(port, &port->rings[RX][n]));
}
