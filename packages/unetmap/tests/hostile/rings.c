// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a program which writes nonsense into its rings, and asks for nonsense, harms nobody:
// its own calls return, and its neighbors (another pair on the same switch, the other end of its
// pipe) go on undisturbed and never see a buffer index or a length out of bounds.
#include <poll.h>
#include <sys/mman.h>

#include "neighbors.h"

enum { ATTACKERS = 3, SECONDS = 4, OPEN_FDS = 6 };

static uint32_t any_value(void)
{
	static const uint32_t edges[] = {0, 1, 2, 1022, 1023, 1024, 2047, 2048, 2049, 20481, 20482, 65535,
					 0x7fffffff, 0x80000000, 0xffffffff};

	switch (rand() % 3) {
	case 0:
		return edges[rand() % (sizeof edges / sizeof edges[0])];
	case 1:
		return rand() % 2048;
	default:
		return (uint32_t)rand() << 16 ^ rand();
	}
}

// Programs are mapped higher up; so is what AddressSanitizer keeps for itself and lets nobody touch.
static uint64_t any_address(void)
{
	return any_value() & 0x3fffffff;
}

// ---- nonsense in rings ----

static void spoil_slot(struct netmap_slot *slot)
{
	switch (rand() % 5) {
	case 0:
		slot->buf_idx = any_value();
		break;
	case 1:
		slot->len = any_value();
		break;
	case 2:
		slot->flags = any_value();
		break;
	case 3:
		slot->ptr = any_address();
		break;
	default:
		slot->flags |= NS_BUF_CHANGED;
	}
}

static void spoil_ring(struct netmap_ring *ring)
{
	uint32_t *marks[] = {&ring->head, &ring->cur, &ring->tail, &ring->flags};

	for (int i = rand() % 8; i > 0; i--)
		spoil_slot(&ring->slot[rand() % 1024]);
	if (rand() % 2)
		*marks[rand() % 4] = any_value();
	else
		ring->head = ring->cur = rand() % 1024;
	if (rand() % 64 == 0)
		memset(ring, rand(), 128);
}

static void spoil_rings(const char *name, int rounds)
{
	struct nmreq wish = {.nr_arg3 = rand() % 10};
	struct nm_desc *d = nm_open(name, &wish, 0, NULL);
	struct netmap_ring *tx, *rx;

	if (!d)
		return;
	tx = tx_ring(d);
	rx = rx_ring(d);
	for (int i = 0; i < rounds; i++) {
		struct pollfd p = {d->fd, rand(), 0};

		spoil_ring(rand() % 2 ? tx : rx);
		if (rand() % 3)
			ioctl(d->fd, rand() % 2 ? NIOCTXSYNC : NIOCRXSYNC, NULL);
		else
			poll(&p, 1, 0);
	}
	d->nifp->ni_bufs_head = any_value();
	munmap(d->mem, d->memsize);
	close(d->fd);
	free(d);
}

// ---- nonsense requests ----

static const char *const names[] = {"vale0:a", "vale0:", "vale:x", "vale9:b", "p{1", "p}1", "p{", "", "vale0:evil0",
				    "eth0", "vale0:w1", "vale0:w2", "null:x", "{", "vale0:a{3", "vale0:a/t#0"};

static uint64_t any_pointer(void *real)
{
	return rand() % 4 ? (uint64_t)(uintptr_t)real : any_address();
}

static void ask(int fd)
{
	static uint8_t body[4096];
	struct nmreq_option option = {.nro_reqtype = rand() % 8, .nro_next = rand() % 8 ? 0u : any_value()};
	struct nmreq_header h = {.nr_version = rand() % 8 ? NETMAP_API : rand(), .nr_reqtype = rand() % 18};

	for (size_t i = 0; i < 256; i++)
		body[i] = rand() % 3 ? 0 : rand();
	strcpy(h.nr_name, names[rand() % (sizeof names / sizeof names[0])]);
	if (rand() % 16 == 0)
		memset(h.nr_name, rand(), sizeof h.nr_name);
	if (rand() % 2 == 0)
		((struct nmreq_register *)body)->nr_mode = rand() % 9;
	if (rand() % 2)
		memset(body, 0, 16);
	((struct nmreq_register *)body)->nr_extra_bufs = rand() % 50 ? rand() % 1000u : any_value() % 200000;
	h.nr_body = any_pointer(body);
	h.nr_options = rand() % 4 ? 0 : any_pointer(&option);
	ioctl(fd, NIOCCTRL, rand() % 32 ? &h : (void *)(uintptr_t)any_address());
}

static void ask_legacy(int fd)
{
	struct nmreq q = {.nr_version = NETMAP_API + rand() % 3 - 1, .nr_ringid = any_value(), .nr_cmd = rand() % 4 ? 0 : rand() % 14,
			  .nr_arg2 = rand() % 4 ? 0 : any_value(), .nr_arg3 = rand() % 100, .nr_flags = any_value(),
			  .nr_tx_slots = any_value(), .nr_rx_rings = rand() % 3};

	strncpy(q.nr_name, names[rand() % (sizeof names / sizeof names[0])], sizeof q.nr_name);
	ioctl(fd, rand() % 2 ? NIOCREGIF : NIOCGINFO, rand() % 16 ? &q : NULL);
}

static void use_oddly(int fd)
{
	size_t bytes = rand() % 4 ? 42369024u : any_value();
	void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, rand() % 2 ? 0 : (off_t)any_value() << 12);
	struct pollfd p = {fd, rand(), 0};
	char byte;

	poll(&p, 1, 0);
	read(fd, &byte, 1);
	ioctl(fd, _IO('i', rand() % 256), any_value());
	if (map != MAP_FAILED)
		munmap(map, bytes);
}

static void ask_nonsense(int rounds)
{
	int fds[OPEN_FDS];

	for (int i = 0; i < OPEN_FDS; i++)
		fds[i] = open("/dev/netmap", O_RDWR);
	for (int i = 0; i < rounds; i++) {
		int n = rand() % OPEN_FDS;

		ask(fds[n]);
		ask_legacy(fds[rand() % OPEN_FDS]);
		use_oddly(fds[n]);
		if (rand() % 8 == 0) {
			close(fds[n]);
			fds[n] = open("/dev/netmap", O_RDWR);
		}
	}
	for (int i = 0; i < OPEN_FDS; i++)
		close(fds[i]);
}

static void attack(void *number)
{
	double end = now_s() + SECONDS;
	char name[40];

	srand(time(NULL) * 31 + (long)number);
	snprintf(name, sizeof name, "vale0:evil%ld", (long)number);
	alarm(SECONDS + 10);
	while (now_s() < end) {
		spoil_rings(name, 2000);
		spoil_rings("netmap:victim{1", 500);
		ask_nonsense(20);
	}
}

// ---- the neighbors ----

static void check_rx(struct nm_desc *d)
{
	struct netmap_ring *ring = rx_ring(d);

	ioctl(d->fd, NIOCRXSYNC, NULL);
	for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->head)) {
		struct netmap_slot *slot = &ring->slot[ring->head];
		char *frame = NETMAP_BUF(ring, slot->buf_idx);

		CHECK(slot->buf_idx >= 2 && frame + 2048 <= (char *)d->mem + d->memsize, "buffer %u", slot->buf_idx);
	}
}

static uint64_t take_own(struct nm_desc *d)
{
	struct netmap_ring *ring = rx_ring(d);
	uint64_t own = 0;

	ioctl(d->fd, NIOCRXSYNC, NULL);
	for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->head))
		own += is_own(&ring->slot[ring->head], NETMAP_BUF(ring, ring->slot[ring->head].buf_idx));
	return own;
}

static void await(pid_t *attackers)
{
	for (int i = 0; i < ATTACKERS; i++) {
		int status;

		waitpid(attackers[i], &status, 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "attacker %d ended with status %#x", i, status);
	}
}

static void live_among(pid_t *attackers)
{
	struct neighbors n = neighbors_open("netmap:victim}1");
	const double stop = now_s() + SECONDS;

	while (now_s() < stop) {
		neighbors_send(&n);
		n.seen += take_own(n.rx);
		check_rx(n.end);
	}
	await(attackers);
	neighbors_close(&n);
}

int main(void)
{
	pid_t attackers[ATTACKERS];

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (long i = 0; i < ATTACKERS; i++)
		attackers[i] = start(attack, (void *)i);
	live_among(attackers);
	return failures != 0;
}
