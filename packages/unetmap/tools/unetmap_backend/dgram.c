// SPDX-License-Identifier: BSD-2-Clause
//
// A datagram a frame.
#include <errno.h>
#include <sys/socket.h>

#include "unetmap_backend/link.h"

enum { AT_ONCE = 64 };

static int
open_link(struct link *l)
{
	l->fd = link_bind(l, SOCK_DGRAM);
	return l->fd == -1 ? -1 : 0;
}

struct batch {
	struct mmsghdr messages[AT_ONCE];
	struct iovec parts[AT_ONCE];
	int count;
};

static void
add(struct batch *b, void *data, size_t bytes)
{
	b->parts[b->count] = (struct iovec){data, bytes};
	b->messages[b->count] = (struct mmsghdr){.msg_hdr = {
		.msg_iov = &b->parts[b->count], .msg_iovlen = 1}};
	b->count++;
}

// A connected one can be polled for room. Frames wait while the machine is not there yet, or starts anew.
static int
is_there(struct link *l)
{
	if (!l->connected)
		l->connected = connect(l->fd, (struct sockaddr *)&l->there, sizeof(l->there)) == 0;
	return l->connected;
}

static int
is_full(struct link *l, int error)
{
	if (error == ECONNREFUSED || error == ECONNRESET || error == ENOTCONN)
		l->connected = 0;
	return error == EAGAIN || error == ENOBUFS || !l->connected;
}

static int
send_frames(struct link *l, struct netmap_ring *rx)
{
	l->blocked = !is_there(l);
	while (!nm_ring_empty(rx) && !l->blocked) {
		struct batch b = {.count = 0};
		uint32_t at = rx->head;
		int sent;

		for (; at != rx->tail && b.count < AT_ONCE; at = nm_ring_next(rx, at))
			add(&b, NETMAP_BUF(rx, rx->slot[at].buf_idx), rx->slot[at].len);
		sent = sendmmsg(l->fd, b.messages, b.count, MSG_DONTWAIT);
		if (sent == -1 && !is_full(l, errno))
			return -1;
		l->blocked = sent < b.count;
		while (sent-- > 0)
			rx->head = rx->cur = nm_ring_next(rx, rx->head);
	}
	return 0;
}

// What is larger than a buffer is cut by the kernel; its slot is used again.
static void
take(struct netmap_ring *tx, const struct mmsghdr *m)
{
	if (m->msg_hdr.msg_flags & MSG_TRUNC)
		return;
	tx->slot[tx->head].len = m->msg_len;
	tx->slot[tx->head].flags = 0;
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

// One that was cut leaves a gap: the frames after it are in the wrong slots' buffers, which are exchanged.
static void
take_all(struct netmap_ring *tx, struct batch *b, int got, uint32_t first)
{
	uint32_t from = first;

	for (int i = 0; i < got; i++, from = nm_ring_next(tx, from)) {
		struct netmap_slot *slot = &tx->slot[tx->head];

		if (from != tx->head) {
			uint32_t buffer = slot->buf_idx;

			slot->buf_idx = tx->slot[from].buf_idx;
			tx->slot[from].buf_idx = buffer;
		}
		take(tx, &b->messages[i]);
	}
}

static int
receive_frames(struct link *l, struct netmap_ring *tx)
{
	for (;;) {
		struct batch b = {.count = 0};
		uint32_t at = tx->head;
		int got;

		for (; at != tx->tail && b.count < AT_ONCE; at = nm_ring_next(tx, at))
			add(&b, NETMAP_BUF(tx, tx->slot[at].buf_idx), tx->nr_buf_size);
		got = b.count ? recvmmsg(l->fd, b.messages, b.count, MSG_DONTWAIT, NULL) : 0;
		if (got == -1 && !is_full(l, errno))
			return -1;
		if (got <= 0)
			return 0;
		take_all(tx, &b, got, tx->head);
	}
}

const struct link_kind dgram_link = {
	.name = "dgram",
	.qemu = "dgram,id=%1$s,local.type=unix,local.path=%2$s.vm,remote.type=unix,remote.path=%2$s",
	.open = open_link,
	.send = send_frames,
	.receive = receive_frames,
};
