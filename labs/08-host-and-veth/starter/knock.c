// SPDX-License-Identifier: BSD-2-Clause
/*
 * knock: sends a datagram five times a second, and says how many came back.
 *
 *     ./knock 10.8.0.1 7
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAUSE_MS = 200, A_SECOND = 5 };

/* Until something has come, or the time is over. */
static int
has_come_back(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char bytes[64];

	if (poll(&pfd, 1, PAUSE_MS) <= 0)
		return 0;
	return recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) >= 0;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	unsigned long sent = 0, back = 0;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 3 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: %s address port\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("knock");
		return 1;
	}
	for (;;) {
		if (send(fd, "knock", 5, 0) > 0)
			sent++;
		if (has_come_back(fd)) {
			back++;
			usleep(PAUSE_MS * 1000);
		}
		if (sent % A_SECOND == 0)
			printf("%lu datagrams, %lu came back\n", sent, back);
	}
}
