// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: a module sees frames as they are: of several slots, from a program's own memory, behind a
// virtio-net header; what it writes into a frame arrives; the ring it chooses is the one where the
// frame arrives; and several senders at once get their answers, each its own.
#include <pthread.h>

#include "stage.h"

enum { SENDERS = 4, ROUNDS = 200, BATCH = 100 };

static void put(struct nmport_d *d, const char *bytes, unsigned len, int flags)
{
	struct netmap_ring *r = NETMAP_TXRING(d->nifp, 0);
	struct netmap_slot *slot = &r->slot[r->head];

	if (flags & NS_INDIRECT)
		slot->ptr = (uintptr_t)bytes;
	else
		memcpy(NETMAP_BUF(r, slot->buf_idx), bytes, len);
	slot->len = len;
	slot->flags = flags;
	r->head = r->cur = nm_ring_next(r, r->head);
}

static void sync_tx(struct nmport_d *d)
{
	CHECK(ioctl(d->fd, NIOCTXSYNC) == 0, "NIOCTXSYNC");
}

// The frame that has arrived on a ring, whose slots follow one another; its length, 0 if there is none.
static unsigned receive(struct nmport_d *d, int ring, char *bytes, unsigned *slots)
{
	struct netmap_ring *r = NETMAP_RXRING(d->nifp, ring);
	unsigned len = 0, more = 1;

	CHECK(ioctl(d->fd, NIOCRXSYNC) == 0, "NIOCRXSYNC");
	for (*slots = 0; more && !nm_ring_empty(r); ++*slots) {
		struct netmap_slot *slot = &r->slot[r->head];

		memcpy(bytes + len, NETMAP_BUF(r, slot->buf_idx), slot->len);
		len += slot->len;
		more = slot->flags & NS_MOREFRAG;
		r->head = r->cur = nm_ring_next(r, r->head);
	}
	return len;
}

// The peeker module forwards to the port that byte 12 names, ring byte 13, adds 1 to byte 14, and writes
// what it saw: slots to byte 15, the first slot's length to byte 16.
static void expect_frame(struct nmport_d *to, int ring, char *bytes, unsigned len, unsigned slots)
{
	unsigned got_slots, got = receive(to, ring, bytes, &got_slots);

	CHECK(got == len && got_slots == slots, "%u bytes in %u slots, not %u in %u", got, got_slots, len, slots);
}

static void expect(struct nmport_d *to, int ring, unsigned len, unsigned slots, unsigned first_len)
{
	char bytes[8192];

	expect_frame(to, ring, bytes, len, slots);
	CHECK(bytes[14] == 8 && bytes[15] == (char)slots && bytes[16] == (char)first_len,
	      "the module saw %d slots, %d bytes", bytes[15], bytes[16]);
}

// What is in the program's own memory stays as it is.
static void sees_indirect_frames(struct nmport_d *a, struct nmport_d *b, const char *frame)
{
	char bytes[8192];

	put(a, frame, 90, NS_INDIRECT);
	sync_tx(a);
	expect_frame(b, 0, bytes, 90, 1);
	CHECK(memcmp(bytes, frame, 90) == 0 && frame[14] == 7, "the module wrote into the program's memory");
}

static void sees_frames(struct nmport_d *a, struct nmport_d *b)
{
	char frame[200] = "ddddddssssss\1\0\7";

	put(a, frame, 60, 0);
	sync_tx(a);
	expect(b, 0, 60, 1, 60);
	put(a, frame, 100, NS_MOREFRAG);
	put(a, frame, 50, 0);
	sync_tx(a);
	expect(b, 0, 150, 2, 100);
	sees_indirect_frames(a, b, frame);
	frame[13] = 1;
	put(a, frame, 60, 0);
	sync_tx(a);
	expect(b, 1, 60, 1, 60);
	frame[13] = 3; // of two
	put(a, frame, 60, 0);
	put(a, frame, 10, 0); // too short for the module
	sync_tx(a);
	expect(b, 1, 60, 1, 60);
}

// Behind a virtio-net header in a slot of its own, and in front of the frame.
static void sees_behind_headers(struct nmport_d *a, struct nmport_d *b)
{
	struct nmreq_header hdr;
	struct nmreq_port_hdr body = {.nr_hdr_len = 12};
	char frame[72] = "\0\0\0\0\0\0\0\0\0\0\0\0ddddddssssss\1\0\7", bytes[8192];

	for (int i = 0; i < 2; i++) {
		nmreq_header_init(&hdr, NETMAP_REQ_PORT_HDR_SET, &body);
		strcpy(hdr.nr_name, i ? "vale0:b" : "vale0:a");
		CHECK(ioctl(a->fd, NIOCCTRL, &hdr) == 0, "PORT_HDR_SET");
	}
	put(a, frame, 72, 0);
	sync_tx(a);
	expect_frame(b, 0, bytes, 72, 1);
	CHECK(bytes[26] == 8 && bytes[27] == 1 && bytes[28] == 72, "the header is in the way");
	put(a, frame, 12, NS_MOREFRAG);
	put(a, frame + 12, 60, 0);
	sync_tx(a);
	expect_frame(b, 0, bytes, 72, 2);
	CHECK(bytes[26] == 8 && bytes[28] == 60, "the header's slot is in the way");
}

struct pair {
	struct nmport_d *from, *to;
	int to_index;
};

static void *send_much(void *argument)
{
	struct pair *p = argument;
	char frame[60] = "ddddddssssss\1\0\0", bytes[8192];
	unsigned slots;

	frame[12] = p->to_index;
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < BATCH; i++) {
			frame[20] = i;
			put(p->from, frame, 60, 0);
		}
		sync_tx(p->from);
		for (int i = 0; i < BATCH; i++) {
			CHECK(receive(p->to, 0, bytes, &slots) == 60 && bytes[12] == p->to_index && bytes[20] == i,
			      "frame %d of round %d for %d", i, round, p->to_index);
		}
	}
	return NULL;
}

static void answers_all_at_once(void)
{
	struct pair pairs[SENDERS];
	pthread_t threads[SENDERS];
	char name[20];

	for (int i = 0; i < SENDERS; i++) {
		snprintf(name, sizeof name, "vale0:f%d", i);
		pairs[i].from = open_port(name);
		snprintf(name, sizeof name, "vale0:t%d", i);
		pairs[i].to = open_port(name);
		pairs[i].to_index = 3 + 2 * i; // after a and b
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_create(&threads[i], NULL, send_much, &pairs[i]);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < SENDERS; i++) {
		nmport_close(pairs[i].from);
		nmport_close(pairs[i].to);
	}
}

int main(void)
{
	struct nmport_d *a = open_port("vale0:a"), *b = open_port("vale0:b@conf:rings=2");

	CHECK(vale_module("--patience 60000 load $BUILD/modules/test/peeker.so vale0: >/dev/null 2>&1") == 0, "load");
	sees_frames(a, b);
	answers_all_at_once();
	sees_behind_headers(a, b);
	CHECK(vale_module("unload vale0:") == 0, "unload");
	nmport_close(a);
	nmport_close(b);
	return failures ? 1 : 0;
}
