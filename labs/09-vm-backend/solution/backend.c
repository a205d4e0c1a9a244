// SPDX-License-Identifier: BSD-2-Clause
/*
 * backend: joins the network card of a virtual machine, which speaks on a socket, and a netmap port.
 *
 *     ./backend -i vale0:vm1 -s vm1.sock
 */
#include "link.h"
#include "port.h"

struct backend {
	struct nm_desc *port;
	int listener;
	int fd;				/* the card, or -1 */
	uint8_t in[BUFFER_BYTES];	/* what the card said and is not in the port yet; it begins with a length */
	size_t in_bytes;
	uint8_t out[BUFFER_BYTES];	/* what the card is told; from out_from to out_to it does not know yet */
	size_t out_from, out_to;
	uint64_t from_machine, to_machine;
};

/* Puts a frame into the slot at head. One that no slot can hold is left out. */
static void
put_frame(struct netmap_ring *tx, const uint8_t *frame, uint32_t length)
{
	struct netmap_slot *slot = &tx->slot[tx->head];

	if (length == 0 || length > tx->nr_buf_size)
		return;
	memcpy(NETMAP_BUF(tx, slot->buf_idx), frame, length);
	slot->len = (uint16_t)length;
	slot->flags = 0;
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

/* Puts whole frames from b->in into the port, as far as it has room. Gives how many bytes were used; -1 for a broken stream. */
static ssize_t
frames_in(struct backend *b)
{
	struct netmap_ring *tx = tx_ring(b->port);
	size_t at = 0;

	while (at + LENGTH_BYTES <= b->in_bytes && !nm_ring_empty(tx)) {
		uint32_t length = get_length(b->in + at);

		if (length > LONGEST_FRAME)
			return -1;
		if (at + LENGTH_BYTES + length > b->in_bytes)
			break;
		put_frame(tx, b->in + at + LENGTH_BYTES, length);
		at += LENGTH_BYTES + length;
		b->from_machine++;
	}
	return (ssize_t)at;
}

/* Puts frames from the port into b->out, which is empty, as far as they fit. */
static void
frames_out(struct backend *b)
{
	struct netmap_ring *rx = rx_ring(b->port);

	b->out_from = b->out_to = 0;
	while (!nm_ring_empty(rx)) {
		const struct netmap_slot *slot = &rx->slot[rx->head];
		uint32_t length = slot->len > rx->nr_buf_size ? rx->nr_buf_size : slot->len;

		if (b->out_to + LENGTH_BYTES + length > BUFFER_BYTES)
			break;
		put_length(b->out + b->out_to, length);
		memcpy(b->out + b->out_to + LENGTH_BYTES, NETMAP_BUF(rx, slot->buf_idx), length);
		b->out_to += LENGTH_BYTES + length;
		b->to_machine++;
		rx->head = rx->cur = nm_ring_next(rx, rx->head);
	}
}

/* Sleeps until something can go on; what cannot is not waited for. Gives whether the card said something or hung up. */
static bool
wait_for_work(const struct backend *b)
{
	bool card_full = b->out_from < b->out_to, port_full = nm_ring_empty(tx_ring(b->port));
	struct pollfd pfd[2];

	pfd[0].fd = NETMAP_FD(b->port);
	pfd[0].events = (card_full ? 0 : POLLIN) | (port_full ? POLLOUT : 0);
	pfd[1].fd = b->fd;
	pfd[1].events = (port_full ? 0 : POLLIN) | (card_full ? POLLOUT : 0);
	pfd[1].revents = 0;
	poll(pfd, 2, 500);
	return (pfd[1].revents & (POLLIN | POLLHUP)) != 0;
}

/* ---- what is there already ---- */

static void
hang_up(struct backend *b, const char *why)
{
	printf("the card has gone: %s\n", why);
	close(b->fd);
	b->fd = -1;
	b->in_bytes = b->out_from = b->out_to = 0;
}

/* Reads what the card said, as far as b->in has room. */
static void
listen_to_card(struct backend *b)
{
	ssize_t got = recv(b->fd, b->in + b->in_bytes, BUFFER_BYTES - b->in_bytes, MSG_DONTWAIT);

	if (got > 0)
		b->in_bytes += (size_t)got;
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		hang_up(b, got == 0 ? "it closed the socket" : strerror(errno));
}

static void
pass_in(struct backend *b)
{
	ssize_t used = frames_in(b);

	if (used < 0) {
		hang_up(b, "it said nonsense");
		return;
	}
	memmove(b->in, b->in + used, b->in_bytes - (size_t)used);
	b->in_bytes -= (size_t)used;
	if (used > 0)
		ioctl(NETMAP_FD(b->port), NIOCTXSYNC, NULL);
}

/* Tells the card as much as it takes. */
static void
pass_out(struct backend *b)
{
	ssize_t sent;

	if (b->out_from == b->out_to)
		frames_out(b);
	if (b->out_from == b->out_to)
		return;
	sent = send(b->fd, b->out + b->out_from, b->out_to - b->out_from, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent > 0)
		b->out_from += (size_t)sent;
	else if (errno != EAGAIN && errno != EINTR)
		hang_up(b, strerror(errno));
}

static void
serve_card(struct backend *b)
{
	while (!stop && b->fd != -1) {
		if (wait_for_work(b))
			listen_to_card(b);
		if (b->fd != -1)
			pass_in(b);
		if (b->fd != -1)
			pass_out(b);
	}
}

static void
await_card(struct backend *b)
{
	struct pollfd pfd = { .fd = b->listener, .events = POLLIN, .revents = 0 };

	if (poll(&pfd, 1, 500) > 0)
		b->fd = accept(b->listener, NULL, NULL);
	if (b->fd != -1)
		printf("a card is plugged in\n");
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = socket_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 || listen(fd, 1) == -1)
		give_up(path);
	return fd;
}

int
main(int argc, char **argv)
{
	static struct backend b;

	if (argc != 5 || strcmp(argv[1], "-i") != 0 || strcmp(argv[3], "-s") != 0) {
		fprintf(stderr, "usage: %s -i port -s socket\n", argv[0]);
		return 2;
	}
	catch_signals();
	b.fd = -1;
	b.listener = listen_at(argv[4]);
	b.port = open_port(argv[2]);
	printf("waiting for a card at %s\n", argv[4]);
	while (!stop) {
		await_card(&b);
		serve_card(&b);
	}
	unlink(argv[4]);
	printf("%llu frames from the machine, %llu to it\n", (unsigned long long)b.from_machine,
	    (unsigned long long)b.to_machine);
	nm_close(b.port);
	return 0;
}
