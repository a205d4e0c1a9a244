// SPDX-License-Identifier: BSD-2-Clause
//
// UNETMAP_REQ_RING_GET and UNETMAP_REQ_HOLD: what a ring looks like, and stopping who uses it.
#include <errno.h>
#include <string.h>
#include <unetmap/rings.h>

#include "control/request.h"
#include "control/stats.h"
#include "core/hold.h"
#include "core/user_memory.h"
#include "ports/port.h"

static void marks_in_memory(const struct netmap_ring *ring, struct unetmap_ring *r)
{
	r->head = glance(&ring->head);
	r->cur = glance(&ring->cur);
	r->tail = glance(&ring->tail);
	r->flags = glance(&ring->flags);
}

static int copy_slots(const struct kring *k, const struct netmap_ring *ring, const struct unetmap_ring *r)
{
	const uint32_t count = r->room < k->num_slots ? r->room : k->num_slots;

	return r->slots ? copy_to_user(r->slots, ring->slot, count * sizeof ring->slot[0]) : 0;
}

// The slot is the program's to scribble on: what it says is read once and checked.
static void frame_start(const struct kring *k, char *base, const struct netmap_slot *slot, char *to)
{
	const uint32_t buffer = glance(&slot->buf_idx);

	memset(to, 0, UNETMAP_RING_FRAME_BYTES);
	if (buffer_is_valid(k, buffer))
		memcpy(to, ring_buffer(k, base, buffer) + ring_offset(k, glance(&slot->ptr)), UNETMAP_RING_FRAME_BYTES);
}

static int copy_frames(const struct kring *k, char *base, const struct netmap_ring *ring, struct unetmap_ring *r)
{
	char frames[UNETMAP_RING_MAX_FRAMES][UNETMAP_RING_FRAME_BYTES];

	if (!r->frames || r->first_frame >= k->num_slots)
		r->frame_count = 0;
	if (r->frame_count > k->num_slots)
		r->frame_count = k->num_slots;
	for (uint32_t i = 0; i < r->frame_count; i++)
		frame_start(k, base, &ring->slot[ring_advance(k, r->first_frame, i)], frames[i]);
	return r->frame_count ? copy_to_user(r->frames, frames, r->frame_count * sizeof frames[0]) : 0;
}

static void hold_state(const struct port *port, struct unetmap_ring *r)
{
	const struct hold *h = hold_of(port->name);

	r->held = h != NULL;
	r->call = r->phase = r->stops = r->steps = 0;
	if (!h)
		return;
	r->stops = glance(&h->stops);
	r->steps = glance(&h->steps);
	hold_place(h, &r->call, &r->phase);
}

static int read_ring(const struct port *port, const struct kring *k, struct unetmap_ring *r)
{
	char *base;
	const struct netmap_ring *ring = ring_memory(k, &base);
	int error;

	if (!ring)
		return -ENOENT;
	r->kind = port->kind;
	r->users = port->user_count;
	r->mem_id = port->area + 1;
	memset(&r->synced, 0, sizeof r->synced);
	ring_stats(port, k, &r->synced);
	marks_in_memory(ring, r);
	hold_state(port, r);
	error = copy_slots(k, ring, r);
	return error ? error : copy_frames(k, base, ring, r);
}

int request_ring_get(struct request *r)
{
	struct unetmap_ring *body = r->body;
	const enum ring_dir dir = body->dir ? TX : RX;
	const struct port *port = port_find(r->name);

	if (body->frame_count > UNETMAP_RING_MAX_FRAMES)
		return -EINVAL;
	if (!port || !port->user_count || body->ring >= port_ring_total(port, dir) ||
	    !port->rings[dir][body->ring].held)
		return -ENOENT;
	return read_ring(port, &port->rings[dir][body->ring], body);
}

int request_hold(struct request *r)
{
	const struct unetmap_hold *body = r->body;

	if (!*r->name)
		return -EINVAL;
	return body->let_go ? hold_let_go(r->desc, r->name) : hold_take(r->desc, r->name, body->steps);
}
