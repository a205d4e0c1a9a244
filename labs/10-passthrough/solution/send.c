// SPDX-License-Identifier: BSD-2-Clause
/*
 * send: sends numbered frames into a port, whatever port it is, on the host or in a machine.
 *
 *     ./send -i vale0:vm1 -n 5000	so many
 *     ./send -i vale0:vm1 -t 4		as many as leave in so many seconds
 */
#include "frame.h"
#include "port.h"

struct sender {
	struct nm_desc *port;
	struct netmap_ring *ring;
	uint64_t sent;		/* frames that were put into the ring */
	uint64_t count;		/* frames that shall be */
};

/* Puts frames into the ring, as far as it has room and frames are left. */
static void
fill(struct sender *s)
{
	struct netmap_ring *ring = s->ring;

	for (; s->sent < s->count && !nm_ring_empty(ring); s->sent++) {
		struct netmap_slot *slot = &ring->slot[ring->head];

		slot->len = write_frame((uint8_t *)NETMAP_BUF(ring, slot->buf_idx), (uint32_t)s->sent);
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
}

/* Sleeps until the ring has room, or for a tenth of a second. Frames that are in the ring leave meanwhile. */
static void
wait_for_room(const struct sender *s)
{
	struct pollfd pfd = { .fd = NETMAP_FD(s->port), .events = POLLOUT, .revents = 0 };

	poll(&pfd, 1, 100);
}

/* Waits until nothing of ours is left in the ring. */
static void
wait_until_sent(const struct sender *s)
{
	while (!stop && nm_tx_pending(s->ring)) {
		ioctl(NETMAP_FD(s->port), NIOCTXSYNC, NULL);
		usleep(1000);
	}
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port [-n count | -t seconds]\n", name);
	exit(2);
}

static struct sender
parse_options(int argc, char **argv, double *seconds)
{
	struct sender s = { .port = NULL, .ring = NULL, .sent = 0, .count = UINT64_MAX };
	int c;

	while ((c = getopt(argc, argv, "i:n:t:")) != -1) {
		if (c == 'i')
			s.port = open_port(optarg);
		else if (c == 'n')
			s.count = strtoull(optarg, NULL, 10);
		else if (c == 't')
			*seconds = atof(optarg);
		else
			usage(argv[0]);
	}
	if (s.port == NULL)
		usage(argv[0]);
	s.ring = tx_ring(s.port);
	return s;
}

int
main(int argc, char **argv)
{
	double seconds = 1e9, start;
	struct sender s;

	catch_signals();
	s = parse_options(argc, argv, &seconds);
	start = now_s();
	printf("sending on a ring of %u slots\n", s.ring->num_slots);
	while (!stop && s.sent < s.count && now_s() - start < seconds) {
		wait_for_room(&s);
		fill(&s);
	}
	wait_until_sent(&s);
	printf("sent %llu frames\n", (unsigned long long)s.sent);
	nm_close(s.port);
	return 0;
}
