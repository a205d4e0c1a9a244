// SPDX-License-Identifier: BSD-2-Clause
/*
 * send: the same 60-byte packet, by ever shorter ways.
 *
 *     ./send sendto -t 2        for two seconds
 *     ./send netmap -n 1000     a thousand packets
 *
 * Each way has a function that opens what it needs, and one that sends some packets and says how many.
 */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/ioctl.h>

#include "sender.h"
#include "xdp.h"

#define BATCH 64

/* ---- through the whole stack: a call for each packet ---- */

static bool
open_udp(struct sender *s)
{
	s->fd = socket(AF_INET, SOCK_DGRAM, 0);
	return s->fd >= 0 && connect(s->fd, (struct sockaddr *)&s->to, sizeof(s->to)) == 0;
}

static int
send_sendto(struct sender *s, int most)
{
	(void)most;
	return sendto(s->fd, s->frame + HEADER_BYTES, PAYLOAD_BYTES, 0, NULL, 0) < 0 ? -1 : 1;
}

/* ---- the whole stack, and a call for many packets ---- */

static int
send_sendmmsg(struct sender *s, int most)
{
	struct iovec payload = { .iov_base = s->frame + HEADER_BYTES, .iov_len = PAYLOAD_BYTES };
	struct mmsghdr messages[BATCH];
	int count = most < BATCH ? most : BATCH;

	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < count; i++) {
		messages[i].msg_hdr.msg_iov = &payload;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	return sendmmsg(s->fd, messages, (unsigned int)count, 0);
}

/* ---- a whole frame to the device: no UDP, no IP, no route ---- */

static bool
open_packet(struct sender *s)
{
	struct sockaddr_ll device = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex(INTERFACE),
	};

	s->fd = socket(AF_PACKET, SOCK_RAW, 0);
	return s->fd >= 0 && bind(s->fd, (struct sockaddr *)&device, sizeof(device)) == 0;
}

static int
send_packet(struct sender *s, int most)
{
	(void)most;
	return send(s->fd, s->frame, FRAME_BYTES, 0) < 0 ? -1 : 1;
}

/* ---- netmap: slots in shared memory, and a call when they are full ---- */

static bool
open_netmap(struct sender *s)
{
	s->port = nm_open("vale0:send", NULL, 0, NULL);
	return s->port != NULL;
}

static int
send_netmap(struct sender *s, int most)
{
	struct netmap_ring *ring = NETMAP_TXRING(s->port->nifp, 0);
	int count = 0;

	for (; count < most && !nm_ring_empty(ring); count++) {
		struct netmap_slot *slot = &ring->slot[ring->head];

		memcpy(NETMAP_BUF(ring, slot->buf_idx), s->frame, FRAME_BYTES);
		slot->len = FRAME_BYTES;
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
	return ioctl(s->port->fd, NIOCTXSYNC, NULL) < 0 ? -1 : count;
}

static const struct way ways[] = {
	{ "sendto", open_udp, send_sendto },
	{ "sendmmsg", open_udp, send_sendmmsg },
	{ "packet", open_packet, send_packet },
	{ "xdp", open_xdp, send_xdp },
	{ "netmap", open_netmap, send_netmap },
};

int
main(int argc, char **argv)
{
	return run(ways, sizeof(ways) / sizeof(ways[0]), argc, argv);
}
