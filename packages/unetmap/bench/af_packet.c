// SPDX-License-Identifier: BSD-2-Clause
//
// af_packet FROM TO MS CPU CPU: sends 60-byte frames into the device FROM, one sendto
// each, while a process receives them at TO, one recv each. Prints packets a second:
// sent, received.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BYTES 60
#define ETHERTYPE 0x88b5 // for local experiments (IEEE 802)

static void __attribute__((__noreturn__))
fail(const char *what)
{
	fprintf(stderr, "af_packet: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static struct sockaddr_ll
address_of(const char *device)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE),
		.sll_ifindex = (int)if_nametoindex(device),
	};

	if (address.sll_ifindex == 0)
		fail(device);
	return address;
}

static int
open_socket(const struct sockaddr_ll *address, int protocol)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(protocol));

	if (fd == -1)
		fail("socket");
	if (protocol && bind(fd, (const struct sockaddr *)address, sizeof(*address)) == -1)
		fail("bind");
	return fd;
}

static void __attribute__((__noreturn__))
receive(int fd, volatile uint64_t *received, int cpu)
{
	char frame[2048];

	pin(cpu);
	for (;;)
		if (recv(fd, frame, sizeof(frame), 0) == FRAME_BYTES)
			++*received;
}

static uint64_t
send_for(const struct sockaddr_ll *to, double duration)
{
	static const uint8_t frame[FRAME_BYTES] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
	int fd = open_socket(to, 0);
	double end = seconds() + duration;
	uint64_t sent = 0;

	while (seconds() < end)
		for (int i = 0; i < 64; i++)
			sent += sendto(fd, frame, sizeof(frame), 0, (const struct sockaddr *)to,
					sizeof(*to)) == FRAME_BYTES;
	return sent;
}

int
main(int argc, char **argv)
{
	volatile uint64_t *received =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sockaddr_ll from, to;
	double start, duration;
	uint64_t sent;
	pid_t reader;
	int fd;

	if (argc != 6 || received == MAP_FAILED)
		return 1;
	from = address_of(argv[1]);
	to = address_of(argv[2]);
	fd = open_socket(&to, ETHERTYPE);
	reader = fork();
	if (reader == 0)
		receive(fd, received, atoi(argv[5]));
	pin(atoi(argv[4]));
	start = seconds();
	sent = send_for(&from, atoi(argv[3]) / 1000.0);
	duration = seconds() - start;
	printf("%.0f %.0f\n", (double)sent / duration, (double)*received / duration);
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	return 0;
}
