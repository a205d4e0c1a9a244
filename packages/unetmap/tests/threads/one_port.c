// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that threads may share even one descriptor: several sync and poll the rings that one of them
// fills, and another empties, while others ask, map, watch and make ports. What is sent arrives in
// order and at most once. Built by -fsanitize=thread it looks for races as well (make tsan-check).
#include <pthread.h>
#include <unetmap/stats.h>

#include "../death/traffic.h"

enum { SECONDS = 2, SYNCERS = 2 };

static double end_s;
static struct nm_desc *tx, *rx;
static uint64_t sent, seen, asked, watched, mapped;

static int is_over(void)
{
	return now_s() > end_s;
}

// The program's side of a ring, as threads must use it among each other.
static uint32_t tail_of(struct netmap_ring *ring)
{
	return __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
}

static void move_to(struct netmap_ring *ring, uint32_t at)
{
	__atomic_store_n(&ring->cur, at, __ATOMIC_RELAXED);
	__atomic_store_n(&ring->head, at, __ATOMIC_RELEASE);
}

static int put(uint64_t seq)
{
	struct netmap_ring *ring = tx_ring(tx);
	const uint32_t at = __atomic_load_n(&ring->head, __ATOMIC_RELAXED);
	struct netmap_slot *slot = &ring->slot[at];
	uint8_t *frame = (uint8_t *)NETMAP_BUF(ring, slot->buf_idx);

	if (at == tail_of(ring))
		return 0;
	memset(frame, 0xff, 6);
	memset(frame + 6, 2, 6);
	memcpy(frame + MARK_OFS, &seq, sizeof seq);
	slot->len = FRAME_BYTES;
	move_to(ring, nm_ring_next(ring, at));
	return 1;
}

static int take(uint64_t *seq)
{
	struct netmap_ring *ring = rx_ring(rx);
	const uint32_t at = __atomic_load_n(&ring->head, __ATOMIC_RELAXED);

	if (at == tail_of(ring))
		return 0;
	memcpy(seq, NETMAP_BUF(ring, ring->slot[at].buf_idx) + MARK_OFS, sizeof *seq);
	CHECK(ring->slot[at].len == FRAME_BYTES, "a frame of %u bytes", ring->slot[at].len);
	move_to(ring, nm_ring_next(ring, at));
	return 1;
}

static void poll_for(int fd, short events)
{
	struct pollfd p = {fd, events, 0};

	poll(&p, 1, 5);
}

static void *fill(void *unused)
{
	while (!is_over()) {
		if (put(sent + 1))
			sent++;
		else
			ioctl(tx->fd, NIOCTXSYNC, NULL);
	}
	ioctl(tx->fd, NIOCTXSYNC, NULL);
	return NULL;
}

static void *empty(void *unused)
{
	uint64_t last = 0, seq;

	while (!is_over()) {
		ioctl(rx->fd, NIOCRXSYNC, NULL);
		for (; take(&seq); last = seq, seen++)
			CHECK(seq > last, "%lu after %lu", seq, last);
	}
	return NULL;
}

static void *sync_all(void *number)
{
	for (long n = (long)number; !is_over(); n++) {
		if (n % 3)
			ioctl(tx->fd, NIOCTXSYNC, NULL);
		else
			poll_for(tx->fd, POLLOUT);
		poll_for(rx->fd, POLLIN);
	}
	return NULL;
}

static int ask(int fd, uint16_t type, const char *name, void *body)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = type, .nr_body = (uintptr_t)body};

	strncpy(h.nr_name, name, sizeof h.nr_name - 1);
	return ioctl(fd, NIOCCTRL, &h);
}

static void *ask_about(void *unused)
{
	int fd = open("/dev/netmap", O_RDWR);

	for (; !is_over(); asked++) {
		struct unetmap_stats stats = {0};
		struct nmreq_port_info_get info = {0};
		struct nmreq_vale_newif newif = {.nr_tx_slots = 64, .nr_rx_slots = 64};

		CHECK(!ask(fd, UNETMAP_REQ_STATS_GET, "", &stats), "no counters");
		ask(fd, NETMAP_REQ_PORT_INFO_GET, "vale0:asked", &info);
		ask(fd, NETMAP_REQ_VALE_NEWIF, "lasting", &newif);
		ask(fd, NETMAP_REQ_VALE_DELIF, "lasting", NULL);
	}
	close(fd);
	return NULL;
}

static void *watch(void *unused)
{
	for (; !is_over(); watched++) {
		struct nm_desc *d = open_port(watched % 2 ? "vale0:tx/t" : "vale0:rx/r");

		poll_for(d->fd, POLLIN);
		nm_close(d);
	}
	return NULL;
}

static void *map(void *unused)
{
	for (; !is_over(); mapped++) {
		int fd = dup(rx->fd);
		void *memory = mmap(NULL, rx->memsize, PROT_READ, MAP_SHARED, fd, 0);

		CHECK(memory != MAP_FAILED, "cannot map");
		close(fd);
		munmap(memory, rx->memsize);
	}
	return NULL;
}

int main(void)
{
	static void *(*const bodies[])(void *) = {fill, empty, ask_about, watch, map};
	enum { BODIES = sizeof bodies / sizeof bodies[0] };
	pthread_t threads[BODIES + SYNCERS];
	int count = 0;

	tx = open_port("vale0:tx");
	rx = open_port("vale0:rx");
	end_s = now_s() + SECONDS;
	for (int i = 0; i < BODIES; i++)
		pthread_create(&threads[count++], NULL, bodies[i], NULL);
	for (long i = 0; i < SYNCERS; i++)
		pthread_create(&threads[count++], NULL, sync_all, (void *)i);
	while (count--)
		pthread_join(threads[count], NULL);
	printf("%lu of %lu frames; %lu times asked, %lu watched, %lu mapped\n", seen, sent, asked, watched, mapped);
	CHECK(seen > 1000 && asked && watched && mapped, "too little happened");
	nm_close(rx);
	nm_close(tx);
	return failures != 0;
}
