// SPDX-License-Identifier: BSD-2-Clause
//
// round_trip netmap|udp|line poll|busy MS CPU CPU PAUSE: 60 bytes go to another process and back, again and
// again, through a VALE switch or UDP over loopback; both sides wait with poll, or look until it is
// there. PAUSE microseconds are between an answer and the next question. Prints the median of a
// round trip in microseconds. With `line` nothing goes but one line of the processors' caches each way, looked at
// all the time: what the two processors take at least.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <libnetmap.h>
#include <net/netmap_user.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pinned.h"

enum { FRAME_BYTES = 60, MAX_TRIPS = 1 << 20 };

struct line {
	__attribute__((aligned(256))) uint32_t count;
};

struct end {
	int fd;
	struct nmport_d *port; // NULL = UDP, or bare lines
	struct line *mine, *theirs;
	int busy;
};

static void wait_for_input(const struct end *e)
{
	struct pollfd p = {.fd = e->fd, .events = POLLIN};

	while (poll(&p, 1, -1) != 1)
		;
}

static void udp_send(const struct end *e)
{
	char frame[FRAME_BYTES] = {0};

	if (send(e->fd, frame, sizeof frame, 0) != FRAME_BYTES)
		fail("send");
}

static void udp_receive(const struct end *e)
{
	char frame[FRAME_BYTES];

	if (!e->busy)
		wait_for_input(e);
	while (recv(e->fd, frame, sizeof frame, e->busy ? MSG_DONTWAIT : 0) != FRAME_BYTES)
		;
}

static void netmap_send(const struct end *e)
{
	struct netmap_ring *ring = NETMAP_TXRING(e->port->nifp, 0);
	struct netmap_slot *slot = &ring->slot[ring->head];

	memset(NETMAP_BUF(ring, slot->buf_idx), 0xff, FRAME_BYTES);
	slot->len = FRAME_BYTES;
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
	ioctl(e->fd, NIOCTXSYNC, NULL);
}

static void netmap_receive(const struct end *e)
{
	struct netmap_ring *ring = NETMAP_RXRING(e->port->nifp, 0);

	while (nm_ring_empty(ring))
		if (e->busy)
			ioctl(e->fd, NIOCRXSYNC, NULL);
		else
			wait_for_input(e);
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
}

static uint32_t line_count; // what this process wrote last: looking there is a trip of its own, when others did since

static void line_send(const struct end *e)
{
	__atomic_store_n(&e->mine->count, ++line_count, __ATOMIC_RELEASE);
}

// Who asks has counted the question already.
static void line_receive(const struct end *e)
{
	const uint32_t awaited = e->mine < e->theirs ? line_count : line_count + 1;

	while (__atomic_load_n(&e->theirs->count, __ATOMIC_ACQUIRE) != awaited)
		;
}

static void send_one(const struct end *e)
{
	if (e->port)
		netmap_send(e);
	else if (e->mine)
		line_send(e);
	else
		udp_send(e);
}

static void receive_one(const struct end *e)
{
	if (e->port)
		netmap_receive(e);
	else if (e->mine)
		line_receive(e);
	else
		udp_receive(e);
}

// Both ends, [0] and [1].
static void open_udp(struct end *ends)
{
	struct sockaddr_in address[2];
	socklen_t length = sizeof address[0];

	for (int i = 0; i < 2; i++) {
		address[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		ends[i].fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (bind(ends[i].fd, (struct sockaddr *)&address[i], length) ||
		    getsockname(ends[i].fd, (struct sockaddr *)&address[i], &length))
			fail("socket");
	}
	for (int i = 0; i < 2; i++)
		if (connect(ends[i].fd, (struct sockaddr *)&address[!i], length))
			fail("connect");
}

static void open_netmap(struct end *ends)
{
	for (int i = 0; i < 2; i++) {
		ends[i].port = nmport_open(i ? "vale0:pong" : "vale0:ping");
		if (!ends[i].port)
			fail("nmport_open");
		ends[i].fd = ends[i].port->fd;
	}
}

static void open_lines(struct end *ends)
{
	struct line *lines = mmap(NULL, 2 * sizeof *lines, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (lines == MAP_FAILED)
		fail("mmap");
	for (int i = 0; i < 2; i++) {
		ends[i].mine = &lines[i];
		ends[i].theirs = &lines[!i];
	}
}

static void __attribute__((noreturn)) answer(const struct end *e, int cpu)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(cpu);
	for (;;) {
		receive_one(e);
		send_one(e);
	}
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double median_us(int64_t *trips, uint32_t count)
{
	qsort(trips, count, sizeof *trips, by_size);
	return (double)trips[count / 2] / 1e3;
}

static double ask(const struct end *e, int64_t duration_ns, int pause_us)
{
	static int64_t trips[MAX_TRIPS];
	int64_t end = now_ns() + duration_ns, asked, answered = 0;
	uint32_t count = 0;

	while (answered < end && count < MAX_TRIPS) {
		if (pause_us)
			usleep(pause_us);
		asked = now_ns();
		send_one(e);
		receive_one(e);
		answered = now_ns();
		trips[count++] = answered - asked;
	}
	return median_us(trips, count);
}

int main(int argc, char **argv)
{
	struct end ends[2] = {0};
	pid_t other;

	if (argc != 7)
		return 1;
	ends[0].busy = ends[1].busy = !strcmp(argv[2], "busy");
	if (!strcmp(argv[1], "udp"))
		open_udp(ends);
	else if (!strcmp(argv[1], "line"))
		open_lines(ends);
	else
		open_netmap(ends);
	other = fork();
	if (other == 0)
		answer(&ends[1], atoi(argv[5]));
	pin(atoi(argv[4]));
	printf("%.3f\n", ask(&ends[0], atoi(argv[3]) * 1000000ll, atoi(argv[6])));
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	return 0;
}
