// SPDX-License-Identifier: BSD-2-Clause
//
// A stream of frames, each after its length in four bytes, the highest first.
//
// QEMU keeps what it has read and its machine has no room for, without a limit, and reads again once there is room for one
// frame. Linux's driver makes room for 32 at a time or more: if no more come at once, nothing piles up.
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unetmap_backend/link.h"

enum { LENGTH_BYTES = 4, LONGEST_BYTES = 68 * 1024, FRAMES_A_LOT = 16 }; // the least socket takes two such lots of short frames

static int
open_link(struct link *l)
{
	l->listener = link_bind(l, SOCK_STREAM);
	l->in = malloc(LINK_BYTES);
	l->out = malloc(LINK_BYTES);
	return l->listener == -1 || !l->in || !l->out || listen(l->listener, 1) == -1 ? -1 : 0;
}

static void
gather(struct link *l, struct netmap_ring *rx)
{
	l->out_from = l->out_to = 0;
	for (int n = 0; n < FRAMES_A_LOT && !nm_ring_empty(rx); n++) {
		const struct netmap_slot *slot = &rx->slot[rx->head];
		const uint32_t length = htonl(slot->len);

		if (l->out_to + LENGTH_BYTES + slot->len > LINK_BYTES)
			return;
		memcpy(l->out + l->out_to, &length, LENGTH_BYTES);
		memcpy(l->out + l->out_to + LENGTH_BYTES, NETMAP_BUF(rx, slot->buf_idx), slot->len);
		l->out_to += LENGTH_BYTES + slot->len;
		rx->head = rx->cur = nm_ring_next(rx, rx->head);
	}
}

static int
send_frames(struct link *l, struct netmap_ring *rx)
{
	l->blocked = 0;
	for (;;) {
		ssize_t sent;

		if (l->out_from == l->out_to)
			gather(l, rx);
		if (l->out_from == l->out_to)
			return 0;
		sent = send(l->fd, l->out + l->out_from, l->out_to - l->out_from, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent == -1 && errno != EAGAIN)
			return -1;
		l->blocked = sent == -1;
		if (l->blocked)
			return 0;
		l->out_from += sent;
	}
}

static void
put(struct netmap_ring *tx, const char *frame, uint32_t length)
{
	struct netmap_slot *slot = &tx->slot[tx->head];

	if (length > tx->nr_buf_size)
		return;
	memcpy(NETMAP_BUF(tx, slot->buf_idx), frame, length);
	slot->len = length;
	slot->flags = 0;
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

// Returns the bytes of whole frames that were taken, or -1: no frame is as long as that.
static ssize_t
scatter(struct link *l, struct netmap_ring *tx)
{
	size_t at = 0;

	while (!nm_ring_empty(tx) && at + LENGTH_BYTES <= l->in_bytes) {
		uint32_t length;

		memcpy(&length, l->in + at, LENGTH_BYTES);
		length = ntohl(length);
		if (length > LONGEST_BYTES) {
			errno = EPROTO;
			return -1;
		}
		if (at + LENGTH_BYTES + length > l->in_bytes)
			break;
		put(tx, l->in + at + LENGTH_BYTES, length);
		at += LENGTH_BYTES + length;
	}
	return at;
}

static int
receive_frames(struct link *l, struct netmap_ring *tx)
{
	ssize_t got = 0, taken;

	if (!nm_ring_empty(tx) && l->in_bytes < LINK_BYTES)
		got = recv(l->fd, l->in + l->in_bytes, LINK_BYTES - l->in_bytes, MSG_DONTWAIT);
	if (got == -1 && errno != EAGAIN)
		return -1;
	l->in_bytes += got > 0 ? got : 0;
	taken = scatter(l, tx);
	if (taken == -1)
		return -1;
	memmove(l->in, l->in + taken, l->in_bytes - taken);
	l->in_bytes -= taken;
	return 0;
}

const struct link_kind stream_link = {
	.name = "stream",
	.qemu = "stream,id=%1$s,server=off,addr.type=unix,addr.path=%2$s",
	.open = open_link,
	.send = send_frames,
	.receive = receive_frames,
};
