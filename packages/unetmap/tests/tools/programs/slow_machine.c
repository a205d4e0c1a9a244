// SPDX-License-Identifier: BSD-2-Clause
//
// slow_machine SOCKET READS: reads as QEMU's stream netdev does, once in 10 ms, and says how many frames came at most in
// one go, and how many bytes of frames in all. Exits 1 where a frame is cut or has a wrong length.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUFFER_BYTES = 4096 + 65536, LENGTH_BYTES = 4, LONGEST_BYTES = 2048, PAUSE_US = 10000 };

static char buffer[2 * BUFFER_BYTES];

static int
connect_to(const char *path)
{
	struct sockaddr_un there = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(there.sun_path, path, sizeof(there.sun_path) - 1);
	if (fd == -1 || connect(fd, (struct sockaddr *)&there, sizeof(there)) == -1) {
		perror(path);
		exit(1);
	}
	return fd;
}

// Counts the whole frames of `buffer`, and takes them out of it.
static unsigned
take_frames(size_t *held, unsigned long *bytes)
{
	unsigned frames = 0;
	size_t at = 0;

	while (at + LENGTH_BYTES <= *held) {
		uint32_t length;

		memcpy(&length, buffer + at, LENGTH_BYTES);
		length = ntohl(length);
		if (length > LONGEST_BYTES)
			exit(1);
		if (at + LENGTH_BYTES + length > *held)
			break;
		at += LENGTH_BYTES + length;
		*bytes += length;
		frames++;
	}
	memmove(buffer, buffer + at, *held - at);
	*held -= at;
	return frames;
}

int
main(int argc, char **argv)
{
	const int fd = connect_to(argv[1]), reads = argc > 2 ? atoi(argv[2]) : 0;
	unsigned long bytes = 0;
	unsigned most = 0;
	size_t held = 0;

	for (int i = 0; i < reads; i++) {
		ssize_t got = recv(fd, buffer + held, BUFFER_BYTES, 0);
		unsigned frames;

		if (got <= 0)
			return 1;
		held += got;
		frames = take_frames(&held, &bytes);
		most = frames > most ? frames : most;
		usleep(PAUSE_US);
	}
	printf("at once %u, bytes %lu\n", most, bytes);
	return 0;
}
