// SPDX-License-Identifier: BSD-2-Clause
#include "control/options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "core/user_memory.h"

// In-kernel netmap copies all of a request into a buffer of this size: besides body and options, the program's
// pointers to those, one to each option, and a table of the types.
enum {
	POINTER_BYTES = 8,
	TABLE_BYTES = NETMAP_REQ_OPT_MAX * POINTER_BYTES,
	ALL_BYTES = NETMAP_REQ_MAXSIZE,
	BUFFER_BYTES = ALL_BYTES + (2 + NETMAP_REQ_OPT_MAX) * POINTER_BYTES + TABLE_BYTES,
	OPTION_BYTES = POINTER_BYTES + sizeof(struct nmreq_option)
};

struct copy {
	void *to;
	uint64_t bytes; // with the header; 0 = it has no more than that
	uint64_t room;
};

static struct copy copy_of(struct options *o, const struct nmreq_option *head)
{
	switch (head->nro_reqtype) {
	case NETMAP_REQ_OPT_OFFSETS:
		return (struct copy){&o->offsets, sizeof o->offsets, sizeof o->offsets};
	case NETMAP_REQ_OPT_CSB:
		return (struct copy){&o->csb, sizeof o->csb, sizeof o->csb};
	case NETMAP_REQ_OPT_SYNC_KLOOP_MODE:
		return (struct copy){&o->mode, sizeof o->mode, sizeof o->mode};
	case NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS:
		return (struct copy){&o->eventfds, head->nro_size, sizeof o->eventfds};
	default:
		return (struct copy){0};
	}
}

// Body and options together have a limit. Types that are not known are passed by.
static int read_body(struct options *o, const struct nmreq_option *head, uint64_t at)
{
	const struct copy copy = copy_of(o, head);
	uint64_t bytes = copy.bytes < copy.room ? copy.bytes : copy.room;
	const uint64_t rest = copy.bytes > sizeof *head ? copy.bytes - sizeof *head : 0;

	if (head->nro_reqtype >= NETMAP_REQ_OPT_MAX)
		return 0;
	if (head->nro_size > ALL_BYTES || rest > ALL_BYTES || o->bytes + rest > ALL_BYTES ||
	    o->buffered + rest > BUFFER_BYTES)
		return -EMSGSIZE;
	o->bytes += rest;
	o->buffered += rest;
	if (!copy.to)
		return 0;
	if (bytes < sizeof *head)
		bytes = sizeof *head;
	return copy_from_user(copy.to, at, bytes);
}

static int index_type(struct options *o, uint32_t type)
{
	if (type < 1)
		return option_answer(o, 0, -EINVAL);
	if (type >= NETMAP_REQ_OPT_MAX)
		return 0;
	if (o->given[type]) {
		o->list[o->count - 1].status = EINVAL;
		return option_answer(o, type, -EINVAL);
	}
	o->given[type] = o->count;
	return 0;
}

static int read_one(struct options *o, uint64_t *at)
{
	struct option_place *place = &o->list[o->count];
	struct nmreq_option head;
	int error;

	if (o->count == MAX_OPTIONS || o->buffered + OPTION_BYTES > BUFFER_BYTES) {
		o->count = 0; // there may be a loop in it
		return -EMSGSIZE;
	}
	if (copy_from_user(&head, *at, sizeof head))
		return -EFAULT;
	*place = (struct option_place){.at = *at};
	o->count++;
	o->bytes += sizeof head;
	o->buffered += OPTION_BYTES;
	error = index_type(o, head.nro_reqtype);
	if (!error)
		error = read_body(o, &head, *at);
	*at = head.nro_next;
	return error;
}

int options_read(struct options *o, uint64_t at, uint32_t body_bytes)
{
	o->count = 0;
	o->bytes = body_bytes;
	o->buffered = body_bytes + 2 * POINTER_BYTES + TABLE_BYTES;
	memset(o->given, 0, sizeof o->given);
	while (at) {
		int error = read_one(o, &at);

		if (error)
			return error;
	}
	for (uint32_t n = 0; n < o->count; n++)
		o->list[n].status = EOPNOTSUPP;
	return 0;
}

int option_answer(struct options *o, uint32_t type, int error)
{
	uint32_t place = type ? o->given[type] : o->count;

	if (place)
		o->list[place - 1].status = -error;
	return error;
}

int options_all_used(const struct options *o)
{
	for (uint32_t n = 0; n < o->count; n++)
		if (o->list[n].status == EOPNOTSUPP)
			return -EOPNOTSUPP;
	return 0;
}

static int write_one(const struct option_place *place)
{
	return copy_to_user(place->at + offsetof(struct nmreq_option, nro_status), &place->status, sizeof place->status);
}

static int write_max_offset(const struct options *o)
{
	const struct option_place *place = &o->list[o->given[NETMAP_REQ_OPT_OFFSETS] - 1];

	return copy_to_user(place->at + offsetof(struct nmreq_opt_offsets, nro_max_offset), &o->offsets.nro_max_offset,
			    sizeof o->offsets.nro_max_offset);
}

int options_write(const struct options *o, int error)
{
	for (uint32_t n = 0; n < o->count; n++)
		if (write_one(&o->list[n]))
			return -EFAULT;
	if (!error && option_given(o, NETMAP_REQ_OPT_OFFSETS) && !o->list[o->given[NETMAP_REQ_OPT_OFFSETS] - 1].status)
		return write_max_offset(o);
	return 0;
}
