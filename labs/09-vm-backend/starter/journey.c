// SPDX-License-Identifier: BSD-2-Clause
/*
 * journey: sends frames by a network card, by three ways, and says where their time went. It runs in a machine.
 *
 *     ./journey -i eth0 -t 2
 *     ./journey -c 2000000000:300000000:1500000000:50000	splits these: wall, user, system, all in ns, and frames
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "port.h"

enum { FRAME_BYTES = 60, BATCH = 64 };

static uint8_t frame[FRAME_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0x10, 0x88, 0xb5 };

/* So much was used, by so many frames. */
struct used {
	uint64_t wall_ns, user_ns, system_ns;
	uint64_t frames;
};

/* What one frame cost, and where. */
struct cost {
	double total_ns;
	double program_ns;	/* in the program */
	double kernel_ns;	/* in the machine's kernel, for the program */
	double behind_ns;	/* the rest, in which the machine waited for what is behind its card */
};

static uint64_t
timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

/* What this process used up to now. */
static struct used
used_now(uint64_t frames)
{
	struct rusage usage;
	struct used u = { 0, 0, 0, frames };

	getrusage(RUSAGE_SELF, &usage);
	u.wall_ns = (uint64_t)(now_s() * 1e9);
	u.user_ns = timeval_ns(usage.ru_utime);
	u.system_ns = timeval_ns(usage.ru_stime);
	return u;
}

/* Splits what was used among the frames. Without a frame, all costs are 0. */
static struct cost
split(struct used u)
{
	struct cost c = { 0, 0, 0, 0 };

	/* your divisions here */
	(void)u;
	return c;
}

/* What was used from one moment to another one. */
static struct used
difference(struct used from, struct used to)
{
	struct used u = { to.wall_ns - from.wall_ns, to.user_ns - from.user_ns, to.system_ns - from.system_ns,
		to.frames - from.frames };

	return u;
}

/* ---- what is there already ---- */

static int
open_packet(const char *interface)
{
	struct sockaddr_ll device;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	memset(&device, 0, sizeof(device));
	device.sll_family = AF_PACKET;
	device.sll_ifindex = (int)if_nametoindex(interface);
	if (fd == -1 || device.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&device, sizeof(device)) == -1) {
		fprintf(stderr, "cannot open %s: %s\n", interface, strerror(errno));
		exit(1);
	}
	return fd;
}

static uint64_t
send_one(int fd)
{
	return send(fd, frame, FRAME_BYTES, 0) == FRAME_BYTES;
}

static uint64_t
send_many(int fd)
{
	static struct mmsghdr messages[BATCH];
	static struct iovec part;
	int sent;

	part.iov_base = frame;
	part.iov_len = FRAME_BYTES;
	for (int i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &part;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(fd, messages, BATCH, 0);
	return sent > 0 ? (uint64_t)sent : 0;
}

static uint64_t
send_ring(const struct nm_desc *d)
{
	struct netmap_ring *ring = tx_ring(d);
	struct pollfd pfd = { .fd = NETMAP_FD(d), .events = POLLOUT, .revents = 0 };
	uint64_t sent = 0;

	poll(&pfd, 1, 100);
	for (; !nm_ring_empty(ring); sent++) {
		struct netmap_slot *slot = &ring->slot[ring->head];

		memcpy(NETMAP_BUF(ring, slot->buf_idx), frame, FRAME_BYTES);
		slot->len = FRAME_BYTES;
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
	return sent;
}

static void
print_cost(const char *way, struct cost c, uint64_t frames)
{
	printf("%-9s %9.0f ns a frame: %7.0f program, %8.0f kernel, %8.0f behind; %llu frames\n", way, c.total_ns, c.program_ns,
	    c.kernel_ns, c.behind_ns, (unsigned long long)frames);
}

static void
race_sockets(const char *interface, double seconds)
{
	int fd = open_packet(interface);

	for (int batch = 0; batch < 2 && !stop; batch++) {
		double start = now_s();
		struct used before = used_now(0);
		uint64_t frames = 0;

		while (!stop && now_s() - start < seconds)
			frames += batch ? send_many(fd) : send_one(fd);
		print_cost(batch ? "sendmmsg" : "sendto", split(difference(before, used_now(frames))), frames);
	}
	close(fd);
}

static void
race_ring(const char *interface, double seconds)
{
	char name[64];
	struct nm_desc *d;
	struct used before;
	uint64_t frames = 0;
	double start;

	snprintf(name, sizeof(name), "netmap:%s", interface);
	d = open_port(name);
	start = now_s();
	before = used_now(0);
	while (!stop && now_s() - start < seconds)
		frames += send_ring(d);
	while (!stop && nm_tx_pending(tx_ring(d))) {
		ioctl(NETMAP_FD(d), NIOCTXSYNC, NULL);
		usleep(1000);
	}
	print_cost("netmap", split(difference(before, used_now(frames))), frames);
	nm_close(d);
}

static void
split_numbers(const char *text)
{
	unsigned long long wall = 0, user = 0, system_time = 0, frames = 0;
	struct used u;

	sscanf(text, "%llu:%llu:%llu:%llu", &wall, &user, &system_time, &frames);
	u.wall_ns = wall;
	u.user_ns = user;
	u.system_ns = system_time;
	u.frames = frames;
	print_cost("given", split(u), u.frames);
}

int
main(int argc, char **argv)
{
	const char *interface = NULL;
	double seconds = 2;
	int c;

	catch_signals();
	while ((c = getopt(argc, argv, "i:t:c:")) != -1) {
		if (c == 'i')
			interface = optarg;
		else if (c == 't')
			seconds = atof(optarg);
		else if (c == 'c') {
			split_numbers(optarg);
			return 0;
		}
	}
	if (interface == NULL) {
		fprintf(stderr, "usage: %s -i interface [-t seconds]\n", argv[0]);
		return 2;
	}
	race_sockets(interface, seconds);
	race_ring(interface, seconds);
	return 0;
}
