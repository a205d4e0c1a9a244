// SPDX-License-Identifier: BSD-2-Clause
/* What every way of sending shares: the frame, the clock, and the table of ways. */
#ifndef SENDER_H
#define SENDER_H

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#define INTERFACE "veth0"
#define FRAME_BYTES 60
#define HEADER_BYTES 42		/* Ethernet, IPv4 and UDP */
#define PAYLOAD_BYTES (FRAME_BYTES - HEADER_BYTES)

struct sender {
	int fd;				/* the socket, where there is one */
	struct nm_desc *port;		/* the netmap port, where there is one */
	void *own;			/* whatever else a way needs */
	struct sockaddr_in to;		/* the container, UDP port 9 */
	uint8_t frame[FRAME_BYTES];	/* the same packet from its Ethernet header on */
};

/* One way to send. */
struct way {
	const char *name;
	bool (*open)(struct sender *s);
	/* Sends at least one packet and at most `most`, and gives how many it were; -1 with errno. */
	int (*send)(struct sender *s, int most);
};

static inline void
put16(uint8_t *p, unsigned int value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline unsigned int
ip_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* From 10.1.0.1 to 10.1.0.2, both on the veth pair, UDP port 9: nobody listens, and nobody answers. */
static inline void
build_frame(uint8_t frame[FRAME_BYTES])
{
	static const uint8_t head[] = {
		0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x00,
		0x45, 0, 0, FRAME_BYTES - 14, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 1, 0, 1, 10, 1, 0, 2,
		0x04, 0x00, 0, 9, 0, FRAME_BYTES - 34, 0, 0
	};

	memset(frame, 0, FRAME_BYTES);
	memcpy(frame, head, sizeof(head));
	put16(frame + 24, ip_checksum(frame + 14));
}

static inline double
seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static inline double
now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A line for people, and for the checks: where each packet's time went. */
static inline void
report(const char *name, double packets, double calls, double seconds, const struct rusage *before)
{
	struct rusage after;
	double user, kernel;

	getrusage(RUSAGE_SELF, &after);
	user = seconds_of(after.ru_utime) - seconds_of(before->ru_utime);
	kernel = seconds_of(after.ru_stime) - seconds_of(before->ru_stime);
	printf("%-8s %6.3f Mpps %6.0f ns: %5.0f yours %5.0f kernel %6.1f a call\n", name, packets / seconds / 1e6,
	       seconds / packets * 1e9, user / packets * 1e9, kernel / packets * 1e9, packets / calls);
}

/* Sends for so many seconds, or so many packets if that is not 0. */
static inline bool
measure(const struct way *way, struct sender *s, double seconds, uint64_t packets)
{
	double start = now_seconds(), end = start;
	uint64_t sent = 0, calls = 0;
	struct rusage before;

	getrusage(RUSAGE_SELF, &before);
	while (packets > 0 ? sent < packets : end - start < seconds) {
		int most = packets > 0 && packets - sent < 1024 ? (int)(packets - sent) : 1024;
		int count = way->send(s, most);

		if (count < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ECONNREFUSED))
			continue;
		if (count < 0)
			return false;
		sent += (uint64_t)count;
		if (++calls % 16 == 0 || packets == 0)
			end = now_seconds();
	}
	report(way->name, (double)sent, (double)calls, now_seconds() - start, &before);
	return true;
}

static inline const struct way *
find_way(const struct way *ways, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	fprintf(stderr, "usage: ./send WAY [-t seconds | -n packets]\nways:");
	for (int i = 0; i < count; i++)
		fprintf(stderr, " %s", ways[i].name);
	fprintf(stderr, "\n");
	exit(2);
}

/* Does what the command line asks for. */
static inline int
run(const struct way *ways, int count, int argc, char **argv)
{
	const struct way *way = find_way(ways, count, argc > 1 ? argv[1] : "");
	struct sender s = { .fd = -1 };
	double seconds = 2;
	uint64_t packets = 0;
	int c;

	optind = 2;
	while ((c = getopt(argc, argv, "t:n:")) != -1) {
		if (c == 't')
			seconds = atof(optarg);
		else if (c == 'n')
			packets = strtoull(optarg, NULL, 10);
		else
			find_way(ways, count, "");
	}
	build_frame(s.frame);
	s.to.sin_family = AF_INET;
	s.to.sin_port = htons(9);
	inet_pton(AF_INET, "10.1.0.2", &s.to.sin_addr);
	if (!way->open(&s) || !measure(way, &s, seconds, packets)) {
		fprintf(stderr, "%-9s %s\n", way->name, strerror(errno));
		return 1;
	}
	if (s.port != NULL)
		nm_close(s.port);
	return 0;
}

#endif
