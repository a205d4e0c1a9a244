// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that the death of processes harms nobody else. Victims (victims.h) are killed at random
// instants and started again at once. A witness in the same region must keep flowing and see every
// stream in order, what it loses must be counted, and from time to time all victims are killed
// together and the auditor must find the region as it was before them.
//
//	soak [KILLS [SEED]]
#include <dirent.h>

#include "victims.h"

#include "audit.h"
#include "devices.h"

enum { SHORT_KILLS = 120, MAX_LIFE_US = 6000, STUCK_S = 180, KILLS_BETWEEN_RESTS = 500, BATCH = 1024 };

// ---- the witness: a sender and a receiver that live ----

static struct witness {
	struct nm_desc *tx, *rx;
	uint64_t sent, seen_own, seen_victims, seen;
	uint64_t missed_of_victims; // while their sender lived
	struct mark last[2];
	double last_progress;
} witness;

static void watch(struct witness *w, const struct mark *m)
{
	w->seen++;
	if (m->stream > 1)
		return;
	CHECK(later(m, &w->last[m->stream]), "stream %u: %u/%lu after %u/%lu", m->stream, m->generation, m->seq,
	      w->last[m->stream].generation, w->last[m->stream].seq);
	if (m->stream == 1 && m->generation == w->last[1].generation)
		w->missed_of_victims += m->seq - w->last[1].seq - 1;
	w->last[m->stream] = *m;
	w->last_progress = now_s();
	if (m->stream == 0)
		w->seen_own++;
	else
		w->seen_victims++;
}

static void drain(struct witness *w)
{
	struct mark m;

	ioctl(w->tx->fd, NIOCTXSYNC, NULL);
	ioctl(w->tx->fd, NIOCRXSYNC, NULL);
	while (take_frame(w->tx, &m)) // it hears the victims' floods, too
		;
	ioctl(w->rx->fd, NIOCRXSYNC, NULL);
	while (take_frame(w->rx, &m))
		watch(w, &m);
}

static void observe_for(struct witness *w, double seconds)
{
	double end = now_s() + seconds;

	do {
		if (put_frame(w->tx, 3, (struct mark){.stream = 0, .seq = w->sent + 1}))
			w->sent++;
		drain(w);
	} while (now_s() < end);
	CHECK(now_s() - w->last_progress < STUCK_S, "nothing arrives any more");
}

// ---- what was lost, and what was counted as lost ----

static int stats_of(const char *name, struct unetmap_stats *stats)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = UNETMAP_REQ_STATS_GET, .nr_body = (uintptr_t)stats};

	for (memset(stats, 0, sizeof *stats); !ioctl(witness.rx->fd, NIOCCTRL, &h); stats->index++)
		if (!strcmp(stats->name, name))
			return 1;
	return 0;
}

static void check_losses(const struct witness *w, uint32_t kills)
{
	struct unetmap_stats tx, rx;
	uint64_t lost = w->sent - w->seen_own, counted;

	CHECK(stats_of("vale0:w1", &tx) && stats_of("vale0:w2", &rx), "no counters");
	CHECK(tx.rings[0].dir == 1 && rx.rings[1].dir == 0, "rings in another order");
	counted = rx.rings[1].drops + tx.rings[0].drops;
	printf("the witness sent %lu and missed %lu; counted as lost on its way in: %lu, with their sender: %lu\n", w->sent,
	       lost, rx.rings[1].drops, tx.rings[0].drops);
	CHECK(lost <= counted, "%lu frames lost, %lu counted", lost, counted);
	CHECK(tx.rings[0].drops <= (uint64_t)kills * BATCH, "%lu lost with %u senders", tx.rings[0].drops, kills);
	printf("of the victims' it missed %lu; the sleeper missed %lu of its own, where %lu were counted\n", w->missed_of_victims,
	       board->sleeper_missed, board->sleeper_counted);
	CHECK(w->missed_of_victims <= rx.rings[1].drops + (uint64_t)kills * BATCH, "%lu of the victims' lost, %lu counted",
	      w->missed_of_victims, rx.rings[1].drops);
	CHECK(board->sleeper_missed <= board->sleeper_counted + (uint64_t)kills * BATCH, "the sleeper missed %lu, %lu were counted",
	      board->sleeper_missed, board->sleeper_counted);
	CHECK(rx.rings[1].packets + (uint64_t)kills * BATCH >= w->seen && rx.rings[1].packets <= w->seen + (uint64_t)kills * BATCH,
	      "%lu frames counted, %lu seen", rx.rings[1].packets, w->seen);
}

// ---- victims ----

static pid_t pids[VICTIMS];
static int victim_count = VICTIMS;

// Never two dead at a time: a pipe that neither end has open forgets what was in it, and should.
static void start_victim(int n)
{
	double began = now_s();

	board->ready = 0;
	pids[n] = start(victims[n].body, NULL);
	while (!__atomic_load_n(&board->ready, __ATOMIC_ACQUIRE) && !failures) {
		observe_for(&witness, 0);
		CHECK(now_s() - began < STUCK_S, "%s does not get going", victims[n].what);
	}
}

static void kill_victim(int n)
{
	CHECK(kill_and_reap(pids[n]), "%s ended by itself", victims[n].what);
}

static void kill_in_turn(uint32_t kills)
{
	for (uint32_t i = 0; i < kills && !failures; i++) {
		int n = rand() % victim_count;

		observe_for(&witness, rand() % MAX_LIFE_US * 1e-6);
		kill_victim(n);
		start_victim(n);
	}
}

// ---- rests ----

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

// What requesters made to last is nobody's to give back.
static void remove_lasting(void)
{
	struct nmreq_vale_detach detach = {0};

	ask(witness.rx->fd, NETMAP_REQ_VALE_DETACH, "vale6:lasting", &detach);
	ask(witness.rx->fd, NETMAP_REQ_VALE_DELIF, "lasting", NULL);
}

static struct audit rest(void)
{
	int fd = open("/dev/netmap", O_RDWR);

	CHECK(fd >= 0, "open: %s", strerror(errno));
	close(fd);
	remove_lasting();
	drain(&witness);
	return audit_region();
}

static void compare(const struct audit *now, const struct audit *before)
{
	CHECK(!now->faults, "%d faults", now->faults);
	CHECK(now->ports == before->ports, "%u ports instead of %u", now->ports, before->ports);
	CHECK(now->descs == before->descs, "%u descriptors instead of %u", now->descs, before->descs);
	CHECK(now->areas == before->areas, "%u areas instead of %u", now->areas, before->areas);
	CHECK(now->switches == before->switches, "%u switches instead of %u", now->switches, before->switches);
	CHECK(now->buffers == before->buffers, "%u buffers instead of %u", now->buffers, before->buffers);
}

static void one_round(uint32_t kills, const struct audit *before)
{
	struct audit now;

	board->pipe_seen = board->pipe_sent; // with both ends dead at the last rest, it forgot the others
	for (int n = 0; n < victim_count; n++)
		start_victim(n);
	kill_in_turn(kills);
	for (int n = 0; n < victim_count; n++)
		kill_victim(n);
	now = rest();
	compare(&now, before);
}

// ---- network devices ----

static void make_devices(void)
{
	if (devices_make())
		return;
	printf("without network devices: no veth pairs can be made here\n");
	victim_count -= DEVICE_VICTIMS;
}

static void check_devices(void)
{
	if (victim_count < VICTIMS)
		return;
	CHECK(board->device_seen > 0, "nothing came by a device");
	CHECK(!board->device_errors, "a device's frames were out of order %lu times", board->device_errors);
	CHECK(devices_are_free(), "a device was not given back");
}

// ---- all of it ----

static void begin(void)
{
	make_devices();
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	witness.tx = shared_tx = open_port("vale0:w1/x");
	witness.rx = open_port("vale0:w2/x");
	witness.last_progress = now_s();
}

static void end(uint32_t kills)
{
	struct audit now;

	check_losses(&witness, kills);
	CHECK(witness.seen_own > 0 && witness.seen_victims > 0, "no traffic");
	CHECK(board->pipe_seen > 1000, "the pipe did not flow");
	CHECK(!board->pipe_errors, "the pipe lost or repeated frames %lu times", board->pipe_errors);
	CHECK(!board->sleeper_errors, "the sleeper saw frames out of order %lu times", board->sleeper_errors);
	CHECK(board->sleeper_seen && board->watched && board->forwarded && board->asked, "somebody did nothing");
	printf("%lu syncs under a hold, %lu frames from a guest, %lu to it\n", board->held, board->from_guest, board->to_guest);
	CHECK(board->held && board->from_guest && board->to_guest, "who is held, or a guest, did nothing");
	check_devices();
	nm_close(witness.tx);
	nm_close(witness.rx);
	now = audit_region();
	compare(&now, &(struct audit){0});
}

int main(int argc, char **argv)
{
	uint32_t kills = argc > 1 ? atoi(argv[1]) : SHORT_KILLS, done = 0;
	uint32_t seed = argc > 2 ? strtoul(argv[2], NULL, 0) : (uint32_t)time(NULL);
	int fds = count_fds(), with_witness;
	double began = now_s();
	struct audit before;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("seed %u\n", seed);
	srand(seed);
	begin();
	before = rest();
	with_witness = count_fds();
	while (done < kills && !failures) {
		uint32_t part = kills - done < KILLS_BETWEEN_RESTS ? kills - done : KILLS_BETWEEN_RESTS;

		one_round(part, &before);
		done += part;
		printf("%u kills, %.0f s: %lu frames of %lu seen, %lu of the victims'; pipe: %lu\n", done, now_s() - began,
		       witness.seen_own, witness.sent, witness.seen_victims, board->pipe_seen);
		CHECK(count_fds() == with_witness, "%d open files instead of %d", count_fds(), with_witness);
	}
	end(done + done / KILLS_BETWEEN_RESTS * victim_count + victim_count);
	CHECK(count_fds() == fds, "%d open files instead of %d", count_fds(), fds);
	printf("%u kills of %u kinds of users, seed %u: %s\n", done, victim_count, seed, failures ? "FAILED" : "nobody else was harmed");
	return failures != 0;
}
