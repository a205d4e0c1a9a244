// SPDX-License-Identifier: BSD-2-Clause
//
// What a receiver made of a pipe's slots before it released them is what the sender finds there,
// whether or not the receiver said so with NS_BUF_CHANGED; but nobody gets an impossible buffer.
#include "../control/requests.h"

enum { EXTRA = 4, IMPOSSIBLE = 0x7fffffff };

struct pair {
	struct port_user from, to;
	uint32_t spare[EXTRA];
};

static void open_pair(struct pair *p, const char *from, const char *to)
{
	uint32_t next;

	WANT(0, use_with(&p->to, to, (struct nmreq_register){.nr_extra_bufs = EXTRA}, NULL));
	WANT(0, use(&p->from, from));
	next = p->to.nif->ni_bufs_head;
	for (int i = 0; i < EXTRA; i++) {
		p->spare[i] = next;
		next = *(uint32_t *)NETMAP_BUF(p->to.rx, next);
	}
	p->to.nif->ni_bufs_head = 0;
}

static void close_pair(struct pair *p)
{
	stop_using(&p->from);
	stop_using(&p->to);
}

// The receiver has one frame more, and its slot is returned.
static struct netmap_slot *one_arrives(struct pair *p)
{
	send_numbers(&p->from, 0, 1);
	ioctl(p->to.fd, NIOCRXSYNC);
	CHECK(nm_ring_space(p->to.rx) == 1, "%u frames, not one", nm_ring_space(p->to.rx));
	return &p->to.rx->slot[p->to.rx->head];
}

static void release_one(struct pair *p)
{
	p->to.rx->head = p->to.rx->cur = nm_ring_next(p->to.rx, p->to.rx->head);
	ioctl(p->to.fd, NIOCRXSYNC);
	ioctl(p->from.fd, NIOCTXSYNC);
}

static void exchanged(const char *from, const char *to, uint16_t flag)
{
	struct pair p;
	struct netmap_slot *slot, *back;
	uint32_t sent;

	open_pair(&p, from, to);
	slot = one_arrives(&p);
	back = &p.from.tx->slot[0];
	sent = slot->buf_idx;
	CHECK(back->buf_idx == sent, "buffer %u is sent, %u arrives", back->buf_idx, sent);
	slot->buf_idx = p.spare[0];
	slot->flags |= flag;
	slot->len = 77;
	slot->ptr = 5;
	release_one(&p);
	CHECK(back->buf_idx == p.spare[0], "the sender has %u, not %u", back->buf_idx, p.spare[0]);
	CHECK(back->len == 77 && back->ptr == 5, "len %u, ptr %lu", back->len, (unsigned long)back->ptr);
	CHECK((back->flags & NS_BUF_CHANGED) == flag, "flags %x", back->flags);
	CHECK(slot->flags == 0, "the receiver's flags are %x", slot->flags);
	p.to.nif->ni_bufs_head = sent;
	*(uint32_t *)NETMAP_BUF(p.to.rx, sent) = 0;
	close_pair(&p);
}

static void impossible(void)
{
	struct pair p;
	struct netmap_slot *slot;
	uint32_t sent;

	open_pair(&p, "imp{1", "imp}1");
	slot = one_arrives(&p);
	sent = slot->buf_idx;
	slot->buf_idx = IMPOSSIBLE;
	release_one(&p);
	CHECK(p.from.tx->slot[0].buf_idx == sent, "the sender has %u", p.from.tx->slot[0].buf_idx);
	close_pair(&p);
}

// Buffers that changed hands, released or not, are given back by whoever has them at the end.
static void none_is_lost(void)
{
	struct port_user keeper;
	struct pair p;
	uint32_t before;

	WANT(0, use(&keeper, "kept{1"));
	before = free_buffers(keeper.reg.nr_mem_id);
	for (int released = 0; released <= 1; released++) {
		struct netmap_slot *slot;
		uint32_t sent;

		open_pair(&p, "kept{2", "kept}2");
		slot = one_arrives(&p);
		sent = slot->buf_idx;
		slot->buf_idx = p.spare[0];
		*(uint32_t *)NETMAP_BUF(p.to.rx, sent) = p.spare[1];
		*(uint32_t *)NETMAP_BUF(p.to.rx, p.spare[1]) = p.spare[2];
		*(uint32_t *)NETMAP_BUF(p.to.rx, p.spare[2]) = p.spare[3];
		*(uint32_t *)NETMAP_BUF(p.to.rx, p.spare[3]) = 0;
		p.to.nif->ni_bufs_head = sent;
		if (released) {
			p.to.rx->head = p.to.rx->cur = 1;
			ioctl(p.to.fd, NIOCRXSYNC);
		}
		close_pair(&p);
		CHECK(free_buffers(keeper.reg.nr_mem_id) == before, "%u buffers are free, not %u (released: %d)",
		      free_buffers(keeper.reg.nr_mem_id), before, released);
	}
	stop_using(&keeper);
}

int main(void)
{
	exchanged("swap{1", "swap}1", NS_BUF_CHANGED);
	exchanged("swap}2", "swap{2", 0);
	impossible();
	none_is_lost();
	return failures ? 1 : 0;
}
