// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a guest which writes nonsense all over the memory it was given harms nobody: those who
// sync its ports for it live on, its neighbors on the switch and at the other end of its pipe go on
// undisturbed and never see a buffer index or a length out of bounds, and it is sent nothing of the
// memory of those who sync.
#include <poll.h>
#include <unetmap/passthrough.h>

#include "neighbors.h"

enum { GUESTS = 2, SECONDS = 4, SLOTS = 256 };

static const char *const names[GUESTS] = {"vale0:guest", "victim}1"};
static char secret[4096] __attribute__((aligned(4096))); // at the same address in each process here
static const char secret_word[] = "not for guests";

// ---- the host's side ----

static int request(int fd, uint16_t type, const char *name, void *body)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = type, .nr_body = (uintptr_t)body};

	snprintf(h.nr_name, sizeof h.nr_name, "%s", name);
	return ioctl(fd, NIOCCTRL, &h);
}

static int offer(const char *name, struct unetmap_passthrough *p)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC,
				     .nr_flags = UNETMAP_NR_PASSTHROUGH | NR_EXCLUSIVE,
				     .nr_tx_slots = SLOTS,
				     .nr_rx_slots = SLOTS};
	int fd = open("/dev/netmap", O_RDWR);

	if (request(fd, NETMAP_REQ_REGISTER, name, &reg) || request(fd, UNETMAP_REQ_PASSTHROUGH_GET, "", p)) {
		printf("cannot offer %s: %s\n", name, strerror(errno));
		_exit(1);
	}
	return fd;
}

static void serve(int fd)
{
	struct unetmap_passthrough_serve wish = {.for_ms = 100, .nap_us = 500};
	double end = now_s() + SECONDS;

	alarm(SECONDS + 20);
	while (now_s() < end)
		if (request(fd, UNETMAP_REQ_PASSTHROUGH_SERVE, "", &wish))
			_exit(2);
	_exit(0);
}

// ---- the guest ----

struct guest {
	char *memory;
	uint64_t bytes, map_bytes;
};

static uint32_t any_value(void)
{
	static const uint32_t edges[] = {0, 1, 2, SLOTS - 1, SLOTS, 2047, 2048, 2049, 65535, 0x7fffffff, 0xffffffff};

	return rand() % 2 ? edges[rand() % (sizeof edges / sizeof edges[0])] : (uint32_t)rand() % SLOTS;
}

static void spoil_slot(struct netmap_slot *slot)
{
	*slot = (struct netmap_slot){.buf_idx = rand() % 4 ? (uint32_t)rand() % 1000 : any_value(),
				     .len = rand() % 4 ? 60 : any_value(),
				     .flags = rand() % 4 ? 0 : any_value(),
				     .ptr = (uint64_t)any_value() << (rand() % 32)};
	if (rand() % 4 == 0) {
		slot->flags |= NS_INDIRECT;
		slot->ptr = (uintptr_t)secret;
	}
}

static struct netmap_ring *ring_at(const struct guest *g, int n)
{
	const uint64_t pool = 12288, ring_bytes = 20480; // of an area made for a guest (core/area.c)

	return (struct netmap_ring *)(g->memory + pool + n * ring_bytes);
}

// Where the marks are: behind what programs map, which ends before the last pages.
static void spoil_marks(const struct guest *g)
{
	for (uint64_t ofs = g->bytes - 65536; ofs < g->bytes; ofs += 64)
		if (rand() % 8 == 0)
			for (int i = 0; i < 2; i++)
				((uint32_t *)(g->memory + ofs))[i] = any_value();
}

static void spoil(const struct guest *g)
{
	for (int n = 0; n < 2; n++)
		for (int i = rand() % 64; i > 0; i--)
			spoil_slot(&ring_at(g, n)->slot[rand() % SLOTS]);
	spoil_marks(g);
	if (rand() % 256 == 0)
		memset(g->memory + rand() % (g->bytes - 4096), rand(), 4096);
	if (rand() % 16 == 0)
		memset(ring_at(g, rand() % 2), rand(), 256);
}

static void attack(void *argument)
{
	const struct unetmap_passthrough *p = argument;
	int fd = open(p->path, O_RDWR);
	struct guest g = {.bytes = p->bytes, .memory = mmap(NULL, p->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)};
	double end = now_s() + SECONDS;

	if (g.memory == MAP_FAILED)
		_exit(1);
	srand(time(NULL) + getpid());
	while (now_s() < end)
		spoil(&g);
	_exit(0);
}

// ---- the neighbors ----

static uint64_t take_all(struct nm_desc *d)
{
	struct netmap_ring *ring = rx_ring(d);
	uint64_t own = 0;

	ioctl(d->fd, NIOCRXSYNC, NULL);
	for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->head)) {
		const struct netmap_slot *slot = &ring->slot[ring->head];
		const char *frame = NETMAP_BUF(ring, slot->buf_idx);

		CHECK(slot->buf_idx >= 2 && frame + 2048 <= (char *)d->mem + d->memsize, "buffer %u", slot->buf_idx);
		CHECK(slot->len <= 2048, "a length of %u", slot->len);
		CHECK(!memmem(frame, slot->len, secret_word, sizeof secret_word), "a frame with the host's memory");
		own += is_own(slot, frame);
	}
	return own;
}

static void live_among(void)
{
	struct neighbors n = neighbors_open("netmap:victim{1");
	const double stop = now_s() + SECONDS;

	while (now_s() < stop) {
		neighbors_send(&n);
		while (put_frame(n.end, 4, (struct mark){.stream = 78}))
			;
		ioctl(n.end->fd, NIOCTXSYNC, NULL);
		n.seen += take_all(n.rx);
		take_all(n.end);
	}
	neighbors_close(&n);
}

static void await(pid_t pid, const char *who)
{
	int status;

	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s ended with status %#x", who, status);
}

static pid_t start_syncer(int number, int pipe_to_us[2])
{
	struct unetmap_passthrough p = {.bytes = 0};
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = offer(names[number], &p);
	if (write(pipe_to_us[1], &p, sizeof p) != sizeof p)
		_exit(1);
	serve(fd);
	_exit(0);
}

int main(void)
{
	struct unetmap_passthrough p[GUESTS];
	pid_t syncers[GUESTS], guests[GUESTS];
	int told[2];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pipe(told))
		return 1;
	for (int i = 0; i < 100; i++)
		strcpy(secret + i * 32, secret_word);
	for (int i = 0; i < GUESTS; i++) {
		syncers[i] = start_syncer(i, told);
		if (read(told[0], &p[i], sizeof p[i]) != sizeof p[i])
			return 1;
		guests[i] = start(attack, &p[i]);
	}
	live_among();
	for (int i = 0; i < GUESTS; i++) {
		await(syncers[i], "who syncs a hostile guest's port");
		await(guests[i], "a hostile guest");
	}
	return failures != 0;
}
