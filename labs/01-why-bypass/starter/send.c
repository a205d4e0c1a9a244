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
	/* step 1: up to BATCH packets with one call of sendmmsg() */
	return send_sendto(s, most);
}

/* ---- a whole frame to the device: no UDP, no IP, no route ---- */

static bool
open_packet(struct sender *s)
{
	/* step 2: a socket for whole frames, bound to INTERFACE */
	return open_udp(s);
}

static int
send_packet(struct sender *s, int most)
{
	/* step 2: the frame, with one call of send() */
	return send_sendto(s, most);
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
	/* step 3: your loop here, and one ioctl() */
	(void)s;
	(void)most;
	errno = ENOSYS;
	return -1;
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
