// SPDX-License-Identifier: BSD-2-Clause
//
// Who is killed in the soak: processes that use netmap in every way there is, each for ever. A victim
// says when it has its ports, and opens them exclusively where it can: a port left busy shows.
#ifndef TESTS_DEATH_VICTIMS_H_
#define TESTS_DEATH_VICTIMS_H_

#include <errno.h>
#include <sys/resource.h>
#include <unetmap/passthrough.h>
#include <unetmap/rings.h>
#include <unetmap/stats.h>

#include "traffic.h"

// Shared with the victims.
struct board {
	uint64_t pipe_sent; // next number for the pipe's sender
	uint64_t pipe_seen; // next number that the pipe's receiver expects
	uint32_t pipe_generation; // the sender of the last one that its receiver saw
	uint64_t pipe_errors;
	uint64_t sleeper_seen, sleeper_errors, forwarded, watched, asked;
	uint64_t sleeper_missed, sleeper_counted; // of the witness's frames; as lost on their way to its ports
	struct mark device_last; // what came by the veth pair
	uint64_t device_seen, device_errors;
	uint64_t held;			 // syncs of a program that is held
	uint64_t from_guest, to_guest;
	char device_path[2048];		 // of the guest
	uint32_t generation;
	uint32_t ready; // the last victim started has its port
};

static struct board *board;
static struct nm_desc *shared_tx; // the witness's, inherited

enum { WAKES_A_REPORT = 8, LATER = 12, VICTIM_RINGS = 4, VICTIM_SLOTS = 64 };

// Whoever comes after a dead one gets the processor first: most of them never rest.
static void say_ready(void)
{
	setpriority(PRIO_PROCESS, 0, LATER);
	__atomic_store_n(&board->ready, 1, __ATOMIC_RELEASE);
}

static void poll_for(struct nm_desc *d, short events)
{
	struct pollfd p = {d->fd, events, 0};

	poll(&p, 1, 20);
}

static struct nm_desc *open_shaped(const char *name, uint32_t rings, uint16_t mem_id, uint32_t extra_bufs)
{
	struct nmreq wish = {.nr_tx_rings = rings, .nr_rx_rings = rings, .nr_tx_slots = VICTIM_SLOTS,
			     .nr_rx_slots = VICTIM_SLOTS, .nr_arg3 = extra_bufs};
	char there[64];
	struct nm_desc *d;

	snprintf(there, sizeof there, mem_id ? "%s@%u" : "%s", name, mem_id);
	d = nm_open(there, &wish, 0, NULL);

	if (d)
		return d;
	printf("cannot open %s: %s\n", name, strerror(errno));
	fflush(stdout);
	_exit(1);
}

static void switch_sender(void *unused)
{
	struct nm_desc *d = open_port("vale0:victim/x");
	struct mark m = {.stream = 1, .generation = __atomic_add_fetch(&board->generation, 1, __ATOMIC_SEQ_CST)};

	say_ready();
	for (;;) {
		while (put_frame(d, 7, m))
			m.seq++;
		if (m.seq % 2)
			ioctl(d->fd, NIOCTXSYNC, NULL);
		else
			poll_for(d, POLLOUT);
	}
}

static void switch_receiver(void *unused)
{
	struct nm_desc *d = open_port("vale0:listener/x");
	struct mark m;

	say_ready();
	for (;;) {
		poll_for(d, POLLIN);
		while (take_frame(d, &m))
			;
	}
}

// Whatever was lost on its way to a port, as long as that lives.
static uint64_t drops_of(int fd, const char *name)
{
	struct unetmap_stats stats = {.index = 0};
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = UNETMAP_REQ_STATS_GET, .nr_body = (uintptr_t)&stats};
	uint64_t drops = 0;

	for (; !ioctl(fd, NIOCCTRL, &h); stats.index++)
		for (uint32_t i = 0; !strcmp(stats.name, name) && i < stats.ring_count; i++)
			drops += stats.rings[i].dir == 0 ? stats.rings[i].drops : 0;
	return drops;
}

struct losses {
	uint64_t missed, counted; // of this life; what of the first the board has not yet
};

// Both at once, so that who is killed in between is not held against the engine.
static void tell_losses(struct losses *l, uint64_t counted)
{
	__atomic_add_fetch(&board->sleeper_counted, counted - l->counted, __ATOMIC_RELAXED);
	__atomic_add_fetch(&board->sleeper_missed, l->missed, __ATOMIC_RELAXED);
	*l = (struct losses){.counted = counted};
}

// Sleeps for real between the witness's frames, which must come in order while it lives.
static void sleeper(void *unused)
{
	struct nm_desc *d = open_port("vale0:sleeper/x");
	struct losses losses = {0};
	struct mark m, last = {0};

	say_ready();
	for (uint32_t wakes = 0;; wakes++) {
		poll_for(d, POLLIN);
		while (take_frame(d, &m)) {
			board->sleeper_seen++;
			if (m.stream != 0)
				continue;
			if (last.seq && m.seq <= last.seq)
				__atomic_add_fetch(&board->sleeper_errors, 1, __ATOMIC_SEQ_CST);
			else if (last.seq)
				losses.missed += m.seq - last.seq - 1;
			last = m;
		}
		if (wakes % WAKES_A_REPORT == 0)
			tell_losses(&losses, drops_of(d->fd, "vale0:sleeper"));
		sleep_us(300);
	}
}

static void opener(void *unused)
{
	say_ready();
	for (;;) {
		struct nm_desc *d = open_shaped("vale0:visitor/x", 2, shared_tx->req.nr_arg2, 7);
		struct nm_desc *p = open_shaped("netmap:visit{1/x", 1, shared_tx->req.nr_arg2, 3);

		put_frame(d, 9, (struct mark){.stream = 3});
		ioctl(d->fd, NIOCTXSYNC, NULL);
		nm_close(d);
		nm_close(p);
	}
}

// A number is counted as sent after its frame is in the ring; a successor may begin with sending it once more.
static void pipe_sender(void *unused)
{
	struct nm_desc *d = open_port("netmap:pp{1/x");
	const uint32_t generation = __atomic_add_fetch(&board->generation, 1, __ATOMIC_SEQ_CST);

	say_ready();
	for (;;) {
		while (put_frame(d, 8, (struct mark){.stream = 2, .generation = generation, .seq = board->pipe_sent}))
			board->pipe_sent++;
		poll_for(d, POLLOUT);
	}
}

static int is_repeated_by_successor(const struct mark *m)
{
	return m->generation > board->pipe_generation && m->seq + 1 == board->pipe_seen;
}

static void note_seen(const struct mark *m)
{
	board->pipe_generation = m->generation;
	__atomic_store_n(&board->pipe_seen, m->seq + 1, __ATOMIC_RELEASE);
}

// The marks live in the ring: a successor goes on where its predecessor's head was, which may have
// died after moving it and before writing on the board. Nothing else may be missing, and nothing come twice.
static void pipe_receiver(void *unused)
{
	struct nm_desc *d = open_port("netmap:pp}1/x");
	struct mark m;

	say_ready();
	for (int first = 1;;) {
		poll_for(d, POLLIN);
		for (; take_frame(d, &m); first = 0) {
			const int unnoted = first && m.seq == board->pipe_seen + 1;

			if (m.seq != board->pipe_seen && !unnoted && !is_repeated_by_successor(&m)) {
				printf("pipe: %lu of sender %u after %lu of %u%s\n", m.seq, m.generation, board->pipe_seen - 1,
				       board->pipe_generation, first ? ", to a new receiver" : "");
				__atomic_add_fetch(&board->pipe_errors, 1, __ATOMIC_SEQ_CST);
			}
			note_seen(&m);
		}
	}
}

// Dies in syncs of a ring that the witness goes on with.
static void sharer(void *unused)
{
	say_ready();
	for (;;) {
		ioctl(shared_tx->fd, NIOCTXSYNC, NULL);
		poll_for(shared_tx, POLLOUT);
	}
}

static void watch_for(struct nm_desc *d, int looks)
{
	struct mark m;

	while (looks--) {
		poll_for(d, POLLIN);
		while (take_frame(d, &m))
			__atomic_add_fetch(&board->watched, 1, __ATOMIC_RELAXED);
	}
}

static void monitor(void *unused)
{
	say_ready();
	for (int n = 0;; n++) {
		struct nm_desc *d = open_shaped(n % 2 ? "vale0:w1/t" : "vale0:w2/zr", 1, 0, n % 3);

		watch_for(d, 20);
		nm_close(d);
	}
}

// Ports with several rings each on a switch that comes and goes with them.
static void many_rings(void *unused)
{
	say_ready();
	for (;;) {
		struct nm_desc *a = open_shaped("vale5:a/x", VICTIM_RINGS, 0, 0);
		struct nm_desc *b = open_shaped("vale5:b/x", VICTIM_RINGS, 0, 0);
		struct mark m;

		for (int i = 0; i < 200; i++) {
			put_frame(a, 9, (struct mark){.stream = 5});
			ioctl(a->fd, NIOCTXSYNC, NULL);
			ioctl(b->fd, NIOCRXSYNC, NULL);
			while (take_frame(b, &m))
				;
		}
		nm_close(b);
		nm_close(a);
	}
}

static void swap_buffers(struct netmap_slot *from, struct netmap_slot *to)
{
	const uint32_t buffer = to->buf_idx;

	to->buf_idx = from->buf_idx;
	to->len = from->len;
	from->buf_idx = buffer;
	to->flags = from->flags = NS_BUF_CHANGED;
}

static int forward(struct netmap_ring *rx, struct netmap_ring *tx)
{
	int moved = 0;

	for (; !nm_ring_empty(rx) && !nm_ring_empty(tx); moved++) {
		swap_buffers(&rx->slot[rx->cur], &tx->slot[tx->cur]);
		rx->head = rx->cur = nm_ring_next(rx, rx->cur);
		tx->head = tx->cur = nm_ring_next(tx, tx->cur);
	}
	return moved;
}

// Between two pipes without a copy.
static void forwarder(void *unused)
{
	struct nm_desc *in = open_shaped("netmap:zz{1", 1, 0, 0);
	struct nm_desc *near = open_shaped("netmap:zz}1", 1, 0, 0);
	struct nm_desc *out = open_shaped("netmap:zz{2", 1, 0, 0);

	say_ready();
	for (;;) {
		put_frame(in, 9, (struct mark){.stream = 6});
		ioctl(in->fd, NIOCTXSYNC, NULL);
		ioctl(near->fd, NIOCRXSYNC, NULL);
		board->forwarded += forward(rx_ring(near), tx_ring(out));
		ioctl(out->fd, NIOCTXSYNC, NULL);
	}
}

// ---- requests ----

static int ask(int fd, uint16_t type, const char *name, void *body)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = type, .nr_body = (uintptr_t)body};

	strncpy(h.nr_name, name, sizeof h.nr_name - 1);
	return ioctl(fd, NIOCCTRL, &h);
}

static void ask_all(int fd)
{
	static union {
		struct nmreq_port_info_get info;
		struct nmreq_pools_info pools;
		struct nmreq_vale_list list;
		struct nmreq_port_hdr hdr;
		struct unetmap_stats stats;
	} body;

	memset(&body, 0, sizeof body);
	ask(fd, NETMAP_REQ_PORT_INFO_GET, rand() % 2 ? "vale6:asked" : "asked{1", &body);
	ask(fd, NETMAP_REQ_POOLS_INFO_GET, "vale0:w1", &body);
	memset(&body, 0, sizeof body);
	ask(fd, NETMAP_REQ_VALE_LIST, "", &body);
	ask(fd, NETMAP_REQ_PORT_HDR_GET, "vale0:w1", &body);
	memset(&body, 0, sizeof body);
	ask(fd, UNETMAP_REQ_STATS_GET, "", &body);
}

static void make_and_remove(int fd)
{
	struct nmreq_vale_newif newif = {.nr_tx_slots = VICTIM_SLOTS, .nr_rx_slots = VICTIM_SLOTS};
	struct nmreq_vale_attach attach = {.reg = {.nr_mode = NR_REG_ALL_NIC}};
	struct nmreq_vale_detach detach = {0};

	ask(fd, NETMAP_REQ_VALE_NEWIF, "lasting", &newif);
	ask(fd, NETMAP_REQ_VALE_ATTACH, "vale6:lasting", &attach);
	ask(fd, NETMAP_REQ_VALE_DETACH, "vale6:lasting", &detach);
	ask(fd, NETMAP_REQ_VALE_DELIF, "lasting", NULL);
}

static void requester(void *unused)
{
	int fd = open("/dev/netmap", O_RDWR);

	srand(getpid());
	say_ready();
	for (;; board->asked++) {
		ask_all(fd);
		make_and_remove(fd);
		if (rand() % 8)
			continue;
		close(fd);
		fd = open("/dev/netmap", O_RDWR);
	}
}

// ---- holds ----

static void hold(int fd, uint32_t steps, int let_go)
{
	struct unetmap_hold body = {.steps = steps, .let_go = let_go};

	ask(fd, UNETMAP_REQ_HOLD, "vale0:held", &body);
}

// Most of its life it holds the port, and its program stands still.
static void holder(void *unused)
{
	int fd = open("/dev/netmap", O_RDWR);

	say_ready();
	for (;;) {
		hold(fd, 0, 0);
		sleep_us(500);
		hold(fd, 1 + board->held % 7, 0);
		sleep_us(500);
		if (board->held % 3 == 0)
			hold(fd, 0, 1);
	}
}

static void held_sender(void *unused)
{
	struct nm_desc *d = open_port("vale0:held/x");

	say_ready();
	for (;; __atomic_add_fetch(&board->held, 1, __ATOMIC_RELAXED)) {
		put_frame(d, 9, (struct mark){.stream = 9});
		if (board->held % 2)
			ioctl(d->fd, NIOCTXSYNC, NULL);
		else
			poll_for(d, POLLOUT);
	}
}

// ---- passthrough ----

static int give(struct unetmap_passthrough *p)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC, .nr_flags = UNETMAP_NR_PASSTHROUGH | NR_EXCLUSIVE,
				     .nr_tx_slots = VICTIM_SLOTS, .nr_rx_slots = VICTIM_SLOTS};
	int fd = open("/dev/netmap", O_RDWR);

	if (!ask(fd, NETMAP_REQ_REGISTER, "vale4:given", &reg) && !ask(fd, UNETMAP_REQ_PASSTHROUGH_GET, "", p))
		return fd;
	printf("cannot give vale4:given to a guest: %s\n", strerror(errno));
	fflush(stdout);
	_exit(1);
}

// The host of a guest, and its neighbor.
static void host(void *unused)
{
	struct unetmap_passthrough p = {.guest_name = "inside"};
	struct unetmap_passthrough_serve serve = {.for_ms = 1, .nap_us = 200};
	struct nm_desc *near = open_port("vale4:near/x");
	int fd = give(&p);
	struct mark m;

	memcpy(board->device_path, p.path, sizeof board->device_path);
	say_ready();
	for (;;) {
		put_frame(near, 9, (struct mark){.stream = 10});
		ioctl(near->fd, NIOCTXSYNC, NULL);
		ask(fd, UNETMAP_REQ_PASSTHROUGH_SERVE, "", &serve);
		ioctl(near->fd, NIOCRXSYNC, NULL);
		while (take_frame(near, &m))
			board->from_guest += m.stream == 11;
	}
}

static int is_gone(struct nm_desc *d)
{
	struct pollfd p = {d->fd, POLLOUT, 0};

	return poll(&p, 1, 1) > 0 && p.revents & POLLERR;
}

static void be_guest(struct nm_desc *d)
{
	struct mark m;

	while (!is_gone(d)) {
		put_frame(d, 9, (struct mark){.stream = 11});
		ioctl(d->fd, NIOCTXSYNC, NULL);
		ioctl(d->fd, NIOCRXSYNC, NULL);
		while (take_frame(d, &m))
			board->to_guest += m.stream == 10;
	}
}

// Hosts come and go; each has a port for it.
static void guest(void *unused)
{
	say_ready();
	for (;; sleep_us(1000)) {
		struct nm_desc *d;

		setenv("UNETMAP_PASSTHROUGH", board->device_path, 1);
		d = nm_open("netmap:inside/x", NULL, 0, NULL);
		if (!d)
			continue;
		be_guest(d);
		nm_close(d);
	}
}

// ---- network devices ----

// By AF_XDP and by AF_PACKET in turn.
static struct nm_desc *open_device(const char *name)
{
	const uint32_t turn = __atomic_add_fetch(&board->generation, 1, __ATOMIC_SEQ_CST);

	setenv("UNETMAP_NIC", turn / 2 % 2 ? "xdp" : "packet", 1);
	return open_port(name);
}

static void device_sender(void *unused)
{
	struct nm_desc *d = open_device("netmap:nmv0/x");
	struct mark m = {.stream = 7, .generation = __atomic_add_fetch(&board->generation, 1, __ATOMIC_SEQ_CST)};

	say_ready();
	for (;; sleep_us(100)) {
		for (int n = 0; n < 300 && put_frame(d, 7, m); n++)
			m.seq++;
		if (m.seq % 2)
			ioctl(d->fd, NIOCTXSYNC, NULL);
		else
			poll_for(d, POLLOUT);
	}
}

static void device_receiver(void *unused)
{
	struct nm_desc *d = open_device("netmap:nmv1/x");
	struct mark m;

	say_ready();
	for (;;) {
		poll_for(d, POLLIN);
		while (take_frame(d, &m)) {
			if (m.stream != 7 || !later(&m, &board->device_last))
				board->device_errors++;
			board->device_last = m;
			board->device_seen++;
		}
	}
}

// With its host rings, and so a tap.
static void device_owner(void *unused)
{
	struct nm_desc *d = open_device("netmap:nmv2*/x");

	say_ready();
	for (uint64_t n = 0;; n++) {
		put_frame(d, 8, (struct mark){.stream = 8, .seq = n});
		poll_for(d, POLLIN);
	}
}

static const struct victim {
	const char *what;
	void (*body)(void *);
} victims[] = {
	{"sender on a switch", switch_sender},
	{"receiver on a switch", switch_receiver},
	{"sender into a pipe", pipe_sender},
	{"receiver from a pipe", pipe_receiver},
	{"sleeper", sleeper},
	{"opener", opener},
	{"sharer of a ring", sharer},
	{"monitor", monitor},
	{"many rings", many_rings},
	{"forwarder", forwarder},
	{"requester", requester},
	{"holder", holder},
	{"sender that is held", held_sender},
	{"host of a guest", host},
	{"guest", guest},
	{"sender by a device", device_sender},
	{"receiver from a device", device_receiver},
	{"owner of a device", device_owner},
};

enum { VICTIMS = sizeof victims / sizeof victims[0], DEVICE_VICTIMS = 3 }; // these are the last

#endif
