// SPDX-License-Identifier: BSD-2-Clause
//
// UNETMAP_REQ_STATS_GET: reads counters, changes nothing.
#include <errno.h>
#include <string.h>

#include "control/request.h"
#include "control/stats.h"
#include "core/barriers.h"
#include "ports/port.h"

static void marks(const struct kring *k, struct unetmap_ring_stats *s)
{
	s->dir = k->dir;
	s->ring = k->ring_id;
	s->num_slots = k->num_slots;
	s->head = glance(&k->rhead);
	s->cur = glance(&k->rcur);
	s->tail = glance(&k->rtail);
	s->hwcur = glance(&k->hwcur);
	s->hwtail = glance(&k->rtail);
	s->syncs = glance(&k->syncs);
	s->wakeups = glance(&k->wakeups);
	s->bad = glance(&k->bad);
}

static void tx_counts(const struct kring *k, struct unetmap_ring_stats *s)
{
	s->packets = glance(&k->tx_packets);
	s->bytes = glance(&k->tx_bytes);
	s->drops = glance(&k->lost);
}

// What arrived at a pipe's end is what the other end sent; nothing is ever dropped between.
static void rx_counts(const struct port *port, const struct kring *k, struct unetmap_ring_stats *s)
{
	const struct kring *peer = port->kind == KIND_PIPE ? &port_at(port->peer)->rings[TX][k->ring_id] : NULL;

	if (peer) {
		s->packets = glance(&peer->tx_packets);
		s->bytes = glance(&peer->tx_bytes);
		s->hwtail = glance(&peer->hwcur);
		return;
	}
	s->packets = glance(&k->packets);
	s->bytes = glance(&k->bytes);
	s->drops = glance(&k->drops) + glance(&k->passed_by);
	s->hwtail = glance(&k->hwtail);
}

void ring_stats(const struct port *port, const struct kring *k, struct unetmap_ring_stats *s)
{
	marks(k, s);
	if (k->dir == TX)
		tx_counts(k, s);
	else
		rx_counts(port, k, s);
}

static void port_stats(const struct port *port, struct unetmap_stats *s)
{
	s->kind = port->kind;
	s->backend = port->backend;
	s->host_way = port->host_way;
	s->mem_id = port->area + 1;
	s->tx_rings = port->ring_count[TX];
	s->rx_rings = port->ring_count[RX];
	s->users = port->user_count;
	s->pid = port->pid;
	memcpy(s->name, port->name, sizeof s->name);
	for (int dir = TX; dir >= RX; dir--)
		for (int n = 0; n < port_ring_total(port, dir); n++)
			ring_stats(port, &port->rings[dir][n], &s->rings[s->ring_count++]);
}

// A pipe's other end exists for the engine as soon as one is open; people are shown what is open.
int request_stats(struct request *r)
{
	struct unetmap_stats *s = r->body;
	uint32_t index = s->index;

	for (; index < segment->port_high; index++) {
		const struct port *port = port_at(index);

		if (port->state != STATE_ACTIVE || !port->user_count)
			continue;
		memset(s, 0, sizeof *s);
		s->index = index;
		port_stats(port, s);
		return 0;
	}
	return -ENOENT;
}
