// SPDX-License-Identifier: BSD-2-Clause
//
// netmap's header library, whose functions are inline, under names that can be looked up; and of libnetmap, whose
// functions have names, all that calls.c is to find.
#include <stdint.h>

#include <net/netmap.h>
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include <libnetmap.h>

enum { MOST_DISPATCHED = 16 };

struct dispatched {
	uint32_t count;
	uint32_t lengths[MOST_DISPATCHED];
	uint32_t flags[MOST_DISPATCHED];
};

struct nm_desc *header_open(const char *name, const struct nmreq *request, uint64_t flags, const struct nm_desc *arg)
{
	return nm_open(name, request, flags, arg);
}

int header_close(struct nm_desc *d)
{
	return nm_close(d);
}

int header_mmap(struct nm_desc *d, const struct nm_desc *parent)
{
	return nm_mmap(d, parent);
}

int header_inject(struct nm_desc *d, const void *frame, size_t bytes)
{
	return nm_inject(d, frame, bytes);
}

// 0, or 1 and what the header says of the packet
int header_nextpkt(struct nm_desc *d, struct nm_pkthdr *header)
{
	return nm_nextpkt(d, header) != NULL;
}

static void note(u_char *arg, const struct nm_pkthdr *header, const u_char *bytes)
{
	struct dispatched *seen = (struct dispatched *)arg;

	(void)bytes;
	if (seen->count < MOST_DISPATCHED) {
		seen->lengths[seen->count] = header->len;
		seen->flags[seen->count] = header->flags;
	}
	seen->count++;
}

int header_dispatch(struct nm_desc *d, int count, struct dispatched *seen)
{
	seen->count = 0;
	return nm_dispatch(d, count, note, (u_char *)seen);
}

static void say_nothing(struct nmctx *context, const char *message)
{
	(void)context;
	(void)message;
}

void quiet_libnetmap(void)
{
	nmctx_get()->error = say_nothing;
}

void *const wanted_of_libnetmap[] = {
	nmport_open, nmport_close, nmport_inject, nmport_prepare, nmport_undo_prepare, nmport_open_desc,
	nmport_clone, nmport_register, nmport_undo_register, nmport_mmap, nmport_undo_mmap,
};
