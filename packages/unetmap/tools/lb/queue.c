// SPDX-License-Identifier: BSD-2-Clause
#include "queue.h"

#include <net/netmap.h>
#include <stdlib.h>

int
queue_init(struct queue *q, uint32_t size)
{
	q->first = q->count = 0;
	q->size = size;
	q->pieces = calloc(size ? size : 1, sizeof(*q->pieces));
	return q->pieces ? 0 : -1;
}

void
queue_free(struct queue *q)
{
	free(q->pieces);
	q->pieces = NULL;
}

static struct piece *
piece_at(const struct queue *q, uint32_t i)
{
	i += q->first;
	return &q->pieces[i < q->size ? i : i - q->size];
}

void
queue_push(struct queue *q, const struct piece *piece)
{
	*piece_at(q, q->count++) = *piece;
}

struct piece
queue_pop(struct queue *q)
{
	struct piece piece = *piece_at(q, 0);

	q->first = q->first + 1 == q->size ? 0 : q->first + 1;
	q->count--;
	return piece;
}

uint32_t
queue_front_slots(const struct queue *q)
{
	uint32_t slots = 0;

	while (slots < q->count)
		if (!(piece_at(q, slots++)->flags & NS_MOREFRAG))
			break;
	return slots;
}
