// SPDX-License-Identifier: BSD-2-Clause
//
// Opening and closing: an input, and pipes in its memory region.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include "balancer.h"

static int
no_memory(void)
{
	D("no memory");
	return -1;
}

// The extra buffers are a list through their first words.
static int
take_spare_buffers(struct balancer *b)
{
	struct netmap_if *nifp = b->input->nifp;
	uint32_t granted = b->input->reg.nr_extra_bufs, *word;
	struct piece piece = {0};

	if (b->o->extra_buffers)
		D("obtained %u extra buffers", granted);
	if (b->o->extra_buffers && !granted)
		D("*** overflow queues disabled ***");
	if (queue_init(&b->spare, granted) == -1)
		return no_memory();
	for (piece.buf_idx = nifp->ni_bufs_head; piece.buf_idx && b->spare.count < granted;
		piece.buf_idx = *word) {
		queue_push(&b->spare, &piece);
		word = (uint32_t *)(void *)NETMAP_BUF(b->memory, piece.buf_idx);
	}
	nifp->ni_bufs_head = 0;
	return 0;
}

static int
open_input(struct balancer *b)
{
	const struct options *o = b->o;

	b->input = nmport_prepare(o->port);
	if (b->input)
		b->input->reg.nr_extra_bufs = o->extra_buffers;
	if (!b->input || nmport_open_desc(b->input) == -1) {
		D("cannot open %s: %s", o->port, strerror(errno));
		return -1;
	}
	if (b->input->first_rx_ring > b->input->last_rx_ring) {
		D("%s has no rings to receive from", o->port);
		return -1;
	}
	D("successfully opened %s", o->port);
	b->memory = NETMAP_RXRING(b->input->nifp, b->input->first_rx_ring);
	return take_spare_buffers(b);
}

// Exclusive, and only to send; in the input's region, for buffers are handed over.
static int
open_pipe(struct balancer *b, struct pipe *p, const struct group *g, uint32_t number)
{
	int is_switch = strncmp(g->name, "vale", 4) == 0;

	snprintf(p->name, sizeof(p->name), "%s%s{%u/xT@%u", is_switch ? "" : "netmap:", g->name,
		g->first_id + number, b->input->reg.nr_mem_id);
	D("opening pipe named %s", p->name);
	p->port = nmport_open(p->name);
	if (!p->port) {
		D("cannot open %s: %s", p->name, strerror(errno));
		return -1;
	}
	if (p->port->mem != b->input->mem) {
		D("%s is in use, in another memory region than %s: close it, then start again", p->name,
			b->o->port);
		return -1;
	}
	D("successfully opened pipe #%u %s (tx slots: %u)", number + 1, p->name, p->port->reg.nr_tx_slots);
	D("zerocopy enabled");
	return 0;
}

static int
init_pipe(struct balancer *b, struct pipe *p)
{
	p->ring = NETMAP_TXRING(p->port->nifp, p->port->first_tx_ring);
	p->unpassed = nm_ring_next(p->ring, p->ring->tail);
	p->sent = calloc(p->ring->num_slots, sizeof(*p->sent));
	return p->sent && queue_init(&p->overflow, b->spare.size) == 0 ? 0 : no_memory();
}

static int
open_group(struct balancer *b, struct group *g)
{
	for (uint32_t i = 0; i < g->pipe_count; i++)
		if (open_pipe(b, &g->pipes[i], g, i) == -1 || init_pipe(b, &g->pipes[i]) == -1)
			return -1;
	return 0;
}

// Groups of one name number their pipes on.
static void
lay_out_groups(struct balancer *b)
{
	struct pipe *next = b->pipes;

	for (uint32_t i = 0; i < b->o->group_count; i++) {
		const struct group_spec *spec = &b->o->groups[i];
		struct group *g = &b->groups[i];

		snprintf(g->name, sizeof(g->name), "%s", spec->name[0] ? spec->name : b->input->hdr.nr_name);
		g->pipe_count = spec->pipes;
		g->pipes = next;
		next += spec->pipes;
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(b->groups[j].name, g->name) == 0)
				g->first_id += b->groups[j].pipe_count;
	}
}

static uint32_t
largest_ring(const struct balancer *b)
{
	uint32_t slots = b->memory->num_slots;

	for (uint32_t i = b->input->first_rx_ring; i <= b->input->last_rx_ring; i++)
		if (NETMAP_RXRING(b->input->nifp, i)->num_slots > slots)
			slots = NETMAP_RXRING(b->input->nifp, i)->num_slots;
	for (uint32_t i = 0; i < b->pipe_count; i++)
		if (b->pipes[i].ring->num_slots > slots)
			slots = b->pipes[i].ring->num_slots;
	return slots;
}

int
balancer_open(struct balancer *b, const struct options *o)
{
	memset(b, 0, sizeof(*b));
	b->o = o;
	for (uint32_t i = 0; i < o->group_count; i++)
		b->pipe_count += o->groups[i].pipes;
	b->pipes = calloc(b->pipe_count, sizeof(*b->pipes));
	if (!b->pipes)
		return no_memory();
	if (open_input(b) == -1)
		return -1;
	lay_out_groups(b);
	for (uint32_t i = 0; i < o->group_count; i++)
		if (open_group(b, &b->groups[i]) == -1)
			return -1;
	b->packet = calloc(largest_ring(b), sizeof(*b->packet));
	return b->packet ? 0 : no_memory();
}

static uint32_t
give_back(struct balancer *b, struct queue *q)
{
	struct netmap_if *nifp = b->input->nifp;
	uint32_t total = q->count;

	while (q->count > 0) {
		uint32_t index = queue_pop(q).buf_idx;

		*(uint32_t *)(void *)NETMAP_BUF(b->memory, index) = nifp->ni_bufs_head;
		nifp->ni_bufs_head = index;
	}
	return total;
}

static void
drop_held(struct pipe *p)
{
	for (uint32_t i = 0; i < p->overflow.count; i++) {
		struct piece piece = queue_pop(&p->overflow);

		if (!(piece.flags & NS_MOREFRAG))
			count(&p->counters.drops, 1);
		count(&p->counters.dropped_bytes, piece.len);
		queue_push(&p->overflow, &piece);
	}
}

// Only a part of it may be open.
void
balancer_close(struct balancer *b)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < b->pipe_count; i++) {
		struct pipe *p = &b->pipes[i];

		if (p->sent) {
			drop_held(p);
			total += give_back(b, &p->overflow);
		}
		if (p->port)
			ioctl(p->port->fd, NIOCTXSYNC, NULL);
		nmport_close(p->port);
		queue_free(&p->overflow);
		free(p->sent);
	}
	if (b->spare.pieces)
		total += give_back(b, &b->spare);
	if (b->o->extra_buffers)
		D("added %u buffers to netmap free list", total);
	nmport_close(b->input);
	queue_free(&b->spare);
	free(b->packet);
}
