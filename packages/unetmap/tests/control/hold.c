// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: UNETMAP_REQ_RING_GET shows a ring as its program sees it, with marks that were moved and not synced yet,
// slots and frames; a held program stops before and after each sync and poll, from its first on, and leaves
// exactly as many stops as it is given steps; the hold ends with its descriptor, and with its process however that
// ends; a held program that is killed costs no step; a signal ends a stop; nobody is held by himself.
#include <sys/ioctl.h>
#include <unetmap/rings.h>

#include "requests.h"

enum { PATIENCE_MS = 20000, STILL_MS = 300 };

static int look(int fd, struct unetmap_ring *r, const char *port, int dir)
{
	r->dir = dir;
	r->ring = 0;
	return ask(fd, port, UNETMAP_REQ_RING_GET, r);
}

static int hold(int fd, const char *port, uint32_t steps)
{
	struct unetmap_hold body = {.steps = steps};

	return ask(fd, port, UNETMAP_REQ_HOLD, &body);
}

static int let_go(int fd, const char *port)
{
	struct unetmap_hold body = {.let_go = 1};

	return ask(fd, port, UNETMAP_REQ_HOLD, &body);
}

// ---- looking ----

static void check_look(int fd)
{
	struct netmap_slot slots[2048];
	unsigned char frames[2][UNETMAP_RING_FRAME_BYTES];
	struct unetmap_ring r = {.room = 2048, .slots = (uintptr_t)slots, .frames = (uintptr_t)frames, .frame_count = 2};
	const uint32_t number = 42;
	struct port_user u;

	WANT(ENOENT, look(fd, &r, "vale0:looked", 1));
	WANT(0, use(&u, "vale0:looked"));
	send_numbers(&u, 0, 5);
	put(&u, (unsigned char[FRAME_BYTES]){1, 2, 3}, FRAME_BYTES);
	memcpy(slot_buffer(u.tx, 5) + NUMBER_OFS, &number, sizeof number);
	u.tx->slot[5].flags = NS_REPORT;
	r.first_frame = 5;
	r.frame_count = 2;
	WANT(0, look(fd, &r, "vale0:looked", 1));
	CHECK(r.head == 6 && r.cur == 6 && r.tail == u.tx->tail, "marks %u %u %u", r.head, r.cur, r.tail);
	CHECK(r.synced.head == 5 && r.synced.hwcur == 5, "synced %u, hwcur %u", r.synced.head, r.synced.hwcur);
	CHECK(r.synced.num_slots == u.tx->num_slots, "%u slots", r.synced.num_slots);
	CHECK(!memcmp(slots, u.tx->slot, u.tx->num_slots * sizeof slots[0]), "other slots");
	CHECK(r.frame_count == 2 && frames[0][1] == 2 && !memcmp(frames[0] + NUMBER_OFS, &number, 4), "other frames");
	CHECK(!r.held && !r.stops && r.users == 1, "held %u, %u users", r.held, r.users);
	u.tx->slot[5].buf_idx = 0x7fffffff;
	WANT(0, look(fd, &r, "vale0:looked", 1));
	CHECK(frames[0][1] == 0, "a frame of no buffer");
	r.frame_count = UNETMAP_RING_MAX_FRAMES + 1;
	WANT(EINVAL, look(fd, &r, "vale0:looked", 1));
	r.frame_count = 0;
	r.slots = 8;
	WANT(EFAULT, look(fd, &r, "vale0:looked", 0));
	stop_using(&u);
	WANT(ENOENT, look(fd, &r, "vale0:looked", 1));
}

// ---- holding ----

static void pause_ms(int ms)
{
	usleep(ms * 1000);
}

static struct unetmap_ring held_state(int fd, const char *port)
{
	struct unetmap_ring r = {0};

	WANT(0, look(fd, &r, port, 1));
	return r;
}

// The program comes to this stop, having left so many.
static void check_at(int fd, const char *port, uint32_t call, uint32_t phase, uint32_t stops)
{
	struct unetmap_ring r = {0};

	for (int ms = 0; ms < PATIENCE_MS; ms += 2) {
		if (!look(fd, &r, port, 1) && r.call == call && r.phase == phase && r.stops == stops)
			return;
		pause_ms(2);
	}
	CHECK(0, "%s: call %u phase %u stops %u, not %u %u %u", port, r.call, r.phase, r.stops, call, phase, stops);
}

static void check_stays(int fd, const char *port)
{
	const struct unetmap_ring before = held_state(fd, port);

	pause_ms(STILL_MS);
	const struct unetmap_ring now = held_state(fd, port);
	CHECK(now.stops == before.stops && now.synced.syncs == before.synced.syncs, "%s went on by itself", port);
}

// Sends one frame a sync, for ever.
static pid_t sender(const char *port)
{
	const pid_t child = fork();

	if (child)
		return child;
	struct port_user u;
	if (use(&u, port))
		_exit(1);
	for (uint32_t n = 0;; n++)
		send_numbers(&u, n, 1);
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void check_steps(int fd)
{
	WANT(0, hold(fd, "vale0:held", 0));
	const pid_t child = sender("vale0:held");

	check_at(fd, "vale0:held", UNETMAP_CALL_TXSYNC, UNETMAP_PHASE_BEFORE, 0);
	check_stays(fd, "vale0:held");
	CHECK(held_state(fd, "vale0:held").head == 1, "the frame is not released");
	CHECK(held_state(fd, "vale0:held").synced.hwcur == 0, "it was taken before the sync");
	WANT(0, hold(fd, "vale0:held", 1));
	check_at(fd, "vale0:held", UNETMAP_CALL_TXSYNC, UNETMAP_PHASE_AFTER, 1);
	CHECK(held_state(fd, "vale0:held").synced.hwcur == 1, "the sync is not done");
	check_stays(fd, "vale0:held");
	WANT(0, hold(fd, "vale0:held", 9));
	check_at(fd, "vale0:held", UNETMAP_CALL_TXSYNC, UNETMAP_PHASE_BEFORE, 10);
	check_stays(fd, "vale0:held");
	end(child);
}

static void wait_for_syncs(int fd, const char *port, uint64_t more)
{
	const uint64_t before = held_state(fd, port).synced.syncs;
	uint64_t now = before;

	for (int ms = 0; now < before + more && ms < PATIENCE_MS; ms += 2) {
		pause_ms(2);
		now = held_state(fd, port).synced.syncs;
	}
	CHECK(now >= before + more, "%s does not go on", port);
}

static void check_dead_victim(int fd)
{
	const pid_t child = sender("vale0:held");

	check_at(fd, "vale0:held", UNETMAP_CALL_TXSYNC, UNETMAP_PHASE_BEFORE, 10);
	WANT(0, hold(fd, "vale0:held", 1));
	check_at(fd, "vale0:held", UNETMAP_CALL_TXSYNC, UNETMAP_PHASE_AFTER, 11);
	CHECK(hold(fd, "vale0:held", 0) == 0, "hold again");
	WANT(0, let_go(fd, "vale0:held"));
	WANT(ENOENT, let_go(fd, "vale0:held"));
	wait_for_syncs(fd, "vale0:held", 100);
	CHECK(!held_state(fd, "vale0:held").held, "still held");
	end(child);
}

static pid_t holder(const char *port)
{
	int ready[2];
	char byte;

	CHECK(pipe(ready) == 0, "pipe");
	const pid_t child = fork();
	if (!child) {
		if (hold(device(), port, 0) || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	CHECK(read(ready[0], &byte, 1) == 1, "no holder");
	close(ready[0]);
	close(ready[1]);
	return child;
}

static void check_dead_holder(int fd)
{
	const pid_t holding = holder("vale0:orphan");

	WANT(EBUSY, hold(fd, "vale0:orphan", 1));
	WANT(ENOENT, let_go(fd, "vale0:orphan"));
	const pid_t child = sender("vale0:orphan");
	check_at(fd, "vale0:orphan", UNETMAP_CALL_TXSYNC, UNETMAP_PHASE_BEFORE, 0);
	end(holding);
	wait_for_syncs(fd, "vale0:orphan", 100);
	end(child);
}

static void check_closed_holder(int fd)
{
	const pid_t child = sender("vale0:closed"); // first: it must not inherit the descriptor
	const int other = device();

	WANT(0, hold(other, "vale0:closed", 0));
	check_at(fd, "vale0:closed", UNETMAP_CALL_TXSYNC, UNETMAP_PHASE_BEFORE, 0);
	close(other);
	wait_for_syncs(fd, "vale0:closed", 100);
	end(child);
}

static void check_limit(void)
{
	const int fd = device();
	char name[32];

	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof name, "vale0:h%d", i);
		WANT(0, hold(fd, name, 0));
	}
	WANT(ENOMEM, hold(fd, "vale0:one-more", 0));
	WANT(EINVAL, hold(fd, "", 0));
	close(fd);
	const int after = device();
	WANT(0, hold(after, "vale0:one-more", 0));
	close(after);
}

static void note(int signal)
{
}

// Polls twice: once it is interrupted, once it finds what is there.
static void poll_twice(const char *port)
{
	struct sigaction action = {.sa_handler = note};
	struct port_user u;
	struct pollfd p = {.events = POLLOUT};

	sigaction(SIGUSR1, &action, NULL);
	if (use(&u, port))
		_exit(1);
	p.fd = u.fd;
	if (poll(&p, 1, -1) != -1 || errno != EINTR)
		_exit(2);
	if (poll(&p, 1, -1) != 1 || p.revents != POLLOUT)
		_exit(3);
	_exit(0);
}

static void check_poll(int fd)
{
	int status;

	WANT(0, hold(fd, "vale0:polled", 0));
	const pid_t child = fork();
	if (!child)
		poll_twice("vale0:polled");
	check_at(fd, "vale0:polled", UNETMAP_CALL_POLL, UNETMAP_PHASE_BEFORE, 0);
	check_stays(fd, "vale0:polled");
	kill(child, SIGUSR1);
	pause_ms(STILL_MS);
	check_at(fd, "vale0:polled", UNETMAP_CALL_POLL, UNETMAP_PHASE_BEFORE, 0);
	WANT(0, hold(fd, "vale0:polled", 1));
	check_at(fd, "vale0:polled", UNETMAP_CALL_POLL, UNETMAP_PHASE_AFTER, 1);
	WANT(0, hold(fd, "vale0:polled", 1));
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "the polling program: status %x", status);
	WANT(0, let_go(fd, "vale0:polled"));
}

// Only this process is there to give steps, and it does not.
static void check_self(int fd)
{
	struct port_user u;

	WANT(0, hold(fd, "vale0:self", 0));
	WANT(0, use(&u, "vale0:self"));
	send_numbers(&u, 0, 3);
	CHECK(u.tx->tail == 2, "tail %u", u.tx->tail);
	stop_using(&u);
	WANT(0, let_go(fd, "vale0:self"));
}

int main(void)
{
	const int fd = device();

	check_look(fd);
	check_steps(fd);
	check_dead_victim(fd);
	check_dead_holder(fd);
	check_closed_holder(fd);
	check_limit();
	check_poll(fd);
	check_self(fd);
	return failures != 0;
}
