// SPDX-License-Identifier: BSD-2-Clause
/*
 * card: speaks to a backend as QEMU does for a network card. Its frames come from a port and go there; or the bytes of a
 * file are what it says.
 *
 *     ./card -i 'netmap:card{1' -s vm1.sock	goes on until it is stopped
 *     ./card -s vm1.sock -f FILE -p 7		says what is in FILE, seven bytes at a time
 *
 * It waits in place, in a process for each direction.
 */
#include "link.h"
#include "port.h"

static int
plug_in(const char *path)
{
	struct sockaddr_un address = socket_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		usleep(20000);
	return fd;
}

/* All of it, or the end of the program. */
static void
say(int fd, const uint8_t *bytes, size_t count)
{
	for (size_t done = 0; done < count;) {
		ssize_t sent = send(fd, bytes + done, count - done, MSG_NOSIGNAL);

		if (sent <= 0)
			exit(0);
		done += (size_t)sent;
	}
}

/* The first frame that waits at the port is told to the backend. */
static void
tell_one(struct netmap_ring *rx, FILE *backend)
{
	const struct netmap_slot *slot = &rx->slot[rx->head];
	uint8_t length[LENGTH_BYTES];

	put_length(length, slot->len);
	fwrite(length, 1, LENGTH_BYTES, backend);
	fwrite(NETMAP_BUF(rx, slot->buf_idx), 1, slot->len, backend);
	rx->head = rx->cur = nm_ring_next(rx, rx->head);
}

static void
tell(struct nm_desc *d, FILE *backend)
{
	struct pollfd pfd = { .fd = NETMAP_FD(d), .events = POLLIN, .revents = 0 };

	for (;;) {
		poll(&pfd, 1, 200);
		while (!nm_ring_empty(rx_ring(d)))
			tell_one(rx_ring(d), backend);
		if (fflush(backend) != 0)
			exit(0);
	}
}

static void
take_one(struct netmap_ring *tx, FILE *backend)
{
	static uint8_t frame[LONGEST_FRAME];
	uint8_t length[LENGTH_BYTES];
	uint32_t bytes;

	if (fread(length, 1, LENGTH_BYTES, backend) != LENGTH_BYTES)
		exit(0);
	bytes = get_length(length);
	if (bytes > sizeof(frame) || fread(frame, 1, bytes, backend) != bytes) {
		printf("the backend told of %u bytes, which is no frame\n", bytes);
		exit(1);
	}
	if (bytes > tx->nr_buf_size)
		return;
	memcpy(NETMAP_BUF(tx, tx->slot[tx->head].buf_idx), frame, bytes);
	tx->slot[tx->head].len = (uint16_t)bytes;
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

static void
take(struct nm_desc *d, FILE *backend)
{
	struct pollfd room = { .fd = NETMAP_FD(d), .events = POLLOUT, .revents = 0 };

	for (;;) {
		while (nm_ring_empty(tx_ring(d)))
			poll(&room, 1, 200);
		take_one(tx_ring(d), backend);
		ioctl(NETMAP_FD(d), NIOCTXSYNC, NULL);
	}
}

static void
say_file(int fd, const char *path, size_t piece)
{
	uint8_t bytes[65536];
	FILE *file = fopen(path, "r");
	size_t got;

	if (file == NULL)
		give_up(path);
	if (piece == 0 || piece > sizeof(bytes))
		piece = sizeof(bytes);
	while ((got = fread(bytes, 1, piece, file)) > 0) {
		say(fd, bytes, got);
		usleep(200);
	}
	fclose(file);
	printf("said everything\n");
	while (recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
	printf("the backend hung up\n");
}

static void
be_card(const char *port, const char *path)
{
	struct nm_desc *d = open_port(port);
	FILE *backend = fdopen(plug_in(path), "r+");

	if (backend == NULL)
		give_up(path);
	signal(SIGPIPE, SIG_IGN);
	printf("plugged in\n");
	if (fork() == 0)
		tell(d, backend);
	else
		take(d, backend);
}

int
main(int argc, char **argv)
{
	const char *port = NULL, *path = NULL, *file = NULL;
	size_t piece = 0;
	int c;

	while ((c = getopt(argc, argv, "i:s:f:p:")) != -1) {
		if (c == 'i')
			port = optarg;
		else if (c == 's')
			path = optarg;
		else if (c == 'f')
			file = optarg;
		else if (c == 'p')
			piece = (size_t)atol(optarg);
		else
			path = NULL;
	}
	if (path == NULL || (port == NULL) == (file == NULL)) {
		fprintf(stderr, "usage: %s -s socket (-i port | -f file [-p bytes])\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (file != NULL)
		say_file(plug_in(path), file, piece);
	else
		be_card(port, path);
	return 0;
}
