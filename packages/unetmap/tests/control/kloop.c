// SPDX-License-Identifier: BSD-2-Clause
//
// Proves sync loops: a program whose marks are outside its rings sends and receives through one, on a
// switch port and on a pipe, whether the loop looks around, sleeps until kicked, or serves kicks
// directly; frames keep their order and none is lost where the port loses none; every misuse has
// in-kernel netmap's errno; a loop whose process dies does not count as running, and to stop it is to stop the next.
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>

#include "requests.h"

enum { RINGS = 2, TX_ENTRY = 0, RX_ENTRY = 1, STUCK_MS = 120000, MOST_UNDER_WAY = 600 };

enum how { LOOKING_AROUND, SLEEPING, DIRECT };

static struct nm_csb_atok atok[RINGS] __attribute__((aligned(64)));
static struct nm_csb_ktoa ktoa[RINGS] __attribute__((aligned(64)));

struct eventfds_option {
	struct nmreq_option head;
	int32_t fds[RINGS][2]; // kick, interrupt
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static struct nmreq_opt_csb csb_option(void)
{
	return (struct nmreq_opt_csb){
		.nro_opt.nro_reqtype = NETMAP_REQ_OPT_CSB,
		.csb_atok = (uintptr_t)atok,
		.csb_ktoa = (uintptr_t)ktoa,
	};
}

static int use_csb(struct port_user *u, const char *name)
{
	struct nmreq_opt_csb csb = csb_option();

	return use_with(u, name, (struct nmreq_register){.nr_flags = NR_EXCLUSIVE}, &csb);
}

static int start(int fd, uint32_t sleep_us, void *options)
{
	struct nmreq_sync_kloop_start body = {.sleep_us = sleep_us};

	return ask_with(fd, "", NETMAP_REQ_SYNC_KLOOP_START, &body, options);
}

static int stop(int fd)
{
	return ask(fd, "", NETMAP_REQ_SYNC_KLOOP_STOP, NULL);
}

// Where a loop is to be refused or to end at once: one that runs after all has nobody to stop it but this alarm.
static int start_in_vain(int fd)
{
	int result;

	alarm(STUCK_MS / 1000);
	result = start(fd, 0, NULL);
	alarm(0);
	return result;
}

// ---- a loop in a thread ----

struct running {
	int fd;
	enum how how;
	int result;
	struct eventfds_option eventfds;
	pthread_t thread;
};

static void *run_loop(void *arg)
{
	struct running *l = arg;
	struct nmreq_opt_sync_kloop_mode mode = {.nro_opt.nro_reqtype = NETMAP_REQ_OPT_SYNC_KLOOP_MODE};

	if (l->how == DIRECT) {
		mode.mode = NM_OPT_SYNC_KLOOP_DIRECT_TX | NM_OPT_SYNC_KLOOP_DIRECT_RX;
		mode.nro_opt.nro_next = (uintptr_t)&l->eventfds;
	}
	l->result = start(l->fd, 100, l->how == LOOKING_AROUND ? NULL : l->how == DIRECT ? (void *)&mode : &l->eventfds);
	return NULL;
}

static void start_loop(struct running *l, int fd, enum how how)
{
	*l = (struct running){.fd = fd, .how = how};
	l->eventfds.head = (struct nmreq_option){
		.nro_reqtype = NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS,
		.nro_size = sizeof l->eventfds,
	};
	for (int i = 0; i < RINGS; i++)
		for (int j = 0; j < 2; j++)
			l->eventfds.fds[i][j] = eventfd(0, EFD_NONBLOCK);
	pthread_create(&l->thread, NULL, run_loop, l);
}

static void end_loop(struct running *l)
{
	WANT(0, stop(l->fd));
	pthread_join(l->thread, NULL);
	WANT(0, l->result);
	for (int i = 0; i < RINGS; i++)
		for (int j = 0; j < 2; j++)
			close(l->eventfds.fds[i][j]);
}

// ---- the program's side of the arrays ----

// The arrays cannot be given anew while a loop runs, and only then not.
static void wait_for_loop(int fd)
{
	const int64_t end = now_ms() + STUCK_MS;
	struct nmreq_opt_csb csb = csb_option();
	int error;

	while ((error = ask_with(fd, "", NETMAP_REQ_CSB_ENABLE, NULL, &csb)) == 0 && now_ms() < end)
		usleep(1000);
	WANT(EBUSY, error);
}

static void kick(const struct running *l, int entry)
{
	const uint64_t one = 1;
	const int wanted = l->how == DIRECT || __atomic_load_n(&ktoa[entry].kern_need_kick, __ATOMIC_SEQ_CST);

	if (l->how != LOOKING_AROUND && wanted && write(l->eventfds.fds[entry][0], &one, sizeof one) < 0)
		CHECK(0, "cannot kick");
}

static void wait_for_interrupt(const struct running *l, int entry)
{
	struct pollfd p = {l->eventfds.fds[entry][1], POLLIN, 0};
	uint64_t count;

	if (l->how == LOOKING_AROUND) {
		usleep(50);
		return;
	}
	poll(&p, 1, 20);
	if (read(p.fd, &count, sizeof count) < 0)
		return;
}

static void give(const struct running *l, int entry, uint32_t head)
{
	__atomic_store_n(&atok[entry].cur, head, __ATOMIC_RELEASE);
	__atomic_store_n(&atok[entry].head, head, __ATOMIC_SEQ_CST);
	kick(l, entry);
}

static uint32_t tail_of(int entry)
{
	return __atomic_load_n(&ktoa[entry].hwtail, __ATOMIC_ACQUIRE);
}

static uint32_t send_some(const struct running *l, struct port_user *u, uint32_t from, uint32_t to)
{
	uint32_t head = atok[TX_ENTRY].head;

	for (; from < to && head != tail_of(TX_ENTRY); from++) {
		unsigned char *frame = (unsigned char *)slot_buffer(u->tx, head);

		memset(frame, 255, FRAME_BYTES);
		frame[6] = 2;
		memcpy(frame + NUMBER_OFS, &from, sizeof from);
		u->tx->slot[head].len = FRAME_BYTES;
		head = nm_ring_next(u->tx, head);
	}
	give(l, TX_ENTRY, head);
	return from;
}

static uint32_t take_some(const struct running *l, struct port_user *u, uint32_t expected)
{
	uint32_t head = atok[RX_ENTRY].head, tail = tail_of(RX_ENTRY);

	for (; head != tail; head = nm_ring_next(u->rx, head), expected++) {
		uint32_t number;

		memcpy(&number, slot_buffer(u->rx, head) + NUMBER_OFS, sizeof number);
		CHECK(number == expected, "frame %u instead of %u", number, expected);
	}
	give(l, RX_ENTRY, head);
	return expected;
}

// What the next batch ends before: no more is under way than fits a ring, because a switch drops what does not.
static uint32_t batch_end(uint32_t sent, uint32_t back, uint32_t count)
{
	uint32_t end = sent + 200;

	if (end > back + MOST_UNDER_WAY)
		end = back + MOST_UNDER_WAY;
	return end < count ? end : count;
}

// `other` is an ordinary user at the far end, who echoes in big batches.
static void exchange(const struct running *l, struct port_user *u, struct port_user *other, uint32_t count)
{
	const int64_t end = now_ms() + STUCK_MS;
	uint32_t sent = 0, seen = 0, echoed = 0, back = 0;

	while (back < count && now_ms() < end) {
		int got;

		sent = send_some(l, u, sent, batch_end(sent, back, count));
		got = take_numbers(other, seen);
		CHECK(got >= 0, "out of order after %u", seen);
		if (got < 0)
			return;
		seen += got;
		ioctl(other->fd, NIOCTXSYNC);
		for (; echoed < seen && nm_ring_space(other->tx) > 1; echoed++)
			send_numbers(other, echoed, 1);
		back = take_some(l, u, back);
		if (back < echoed)
			wait_for_interrupt(l, RX_ENTRY);
		else if (seen < sent)
			wait_for_interrupt(l, TX_ENTRY);
	}
	CHECK(back == count, "sent %u, far end saw %u and echoed %u, came back %u", sent, seen, echoed, back);
}

static void check_traffic(const char *name, const char *other_name, enum how how, uint32_t count)
{
	struct port_user u, other;
	struct running l;

	WANT(0, use_csb(&u, name));
	WANT(0, use(&other, other_name));
	start_loop(&l, u.fd, how);
	exchange(&l, &u, &other, count);
	end_loop(&l);
	stop_using(&u);
	stop_using(&other);
}

// ---- misuse ----

static void check_csb_errors(void)
{
	struct nmreq_register alone = {.nr_flags = NR_EXCLUSIVE};
	struct nmreq_opt_csb good = csb_option(), unaligned = good, wild = good;
	struct port_user u;
	int fd = device();

	unaligned.csb_ktoa += 8;
	wild.csb_atok = 64;
	WANT(EINVAL, use_with(&u, "vale0:k", (struct nmreq_register){0}, &good));
	CHECK(good.nro_opt.nro_status == EINVAL, "status %u", good.nro_opt.nro_status);
	WANT(EINVAL, use_with(&u, "vale0:k", alone, &unaligned));
	WANT(EFAULT, use_with(&u, "vale0:k", alone, &wild));
	WANT(0, use_with(&u, "vale0:k", alone, NULL)); // the failures left nothing behind
	WANT(EINVAL, ask(u.fd, "", NETMAP_REQ_CSB_ENABLE, NULL));
	WANT(EINVAL, start(u.fd, 0, NULL));
	WANT(0, ioctl(u.fd, NIOCTXSYNC) ? errno : 0);
	WANT(0, ask_with(u.fd, "", NETMAP_REQ_CSB_ENABLE, NULL, &good));
	WANT(EBUSY, ioctl(u.fd, NIOCTXSYNC) ? errno : 0);
	WANT(EBUSY, ioctl(u.fd, NIOCRXSYNC) ? errno : 0);
	CHECK(ktoa[TX_ENTRY].hwtail == 1023 && ktoa[RX_ENTRY].hwtail == 0 && ktoa[0].kern_need_kick == 1 &&
		      atok[0].appl_need_kick == 1, "the arrays were not filled");
	struct pollfd p = {u.fd, POLLIN | POLLOUT, 0};
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLERR, "poll says %x", p.revents);
	stop_using(&u);
	WANT(ENXIO, start(fd, 0, NULL));
	WANT(ENXIO, stop(fd));
	WANT(0, ask_with(fd, "", NETMAP_REQ_CSB_ENABLE, NULL, &good));
	close(fd);
}

static void check_loop_errors(void)
{
	struct nmreq_opt_sync_kloop_mode mode = {.nro_opt.nro_reqtype = NETMAP_REQ_OPT_SYNC_KLOOP_MODE, .mode = 4};
	struct eventfds_option fds = {.head = {.nro_reqtype = NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS}};
	struct port_user u;
	struct running l;

	WANT(0, use_csb(&u, "vale0:k"));
	WANT(EINVAL, start(u.fd, 1000001, NULL));
	WANT(EINVAL, start(u.fd, 0, &mode));
	CHECK(mode.nro_opt.nro_status == EINVAL, "status %u", mode.nro_opt.nro_status);
	fds.head.nro_size = sizeof fds - 8;
	WANT(EINVAL, start(u.fd, 0, &fds));
	fds.head.nro_size = sizeof fds;
	memset(fds.fds, 0xff, sizeof fds.fds);
	mode.mode = NM_OPT_SYNC_KLOOP_DIRECT_TX;
	mode.nro_opt.nro_next = (uintptr_t)&fds;
	WANT(EINVAL, start(u.fd, 0, &mode)); // direct, and nothing to be kicked by
	fds.fds[0][1] = 9999;
	WANT(EBADF, start(u.fd, 0, &fds));
	fds.fds[0][1] = open("/dev/null", O_WRONLY); // no eventfd
	WANT(EINVAL, start(u.fd, 0, &fds));
	close(fds.fds[0][1]);
	start_loop(&l, u.fd, SLEEPING);
	wait_for_loop(u.fd);
	WANT(EBUSY, start_in_vain(u.fd));
	end_loop(&l);
	WANT(0, stop(u.fd)); // before there is one: it ends at once
	WANT(0, start_in_vain(u.fd));
	stop_using(&u);
}

static void check_death_of_the_loop(void)
{
	struct port_user u, other;
	struct running l;
	pid_t child;

	WANT(0, use_csb(&u, "vale0:k"));
	WANT(0, use(&other, "vale0:other"));
	child = fork();
	if (!child) {
		start(u.fd, 10, NULL);
		_exit(0);
	}
	wait_for_loop(u.fd);
	WANT(EBUSY, start_in_vain(u.fd));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	WANT(0, stop(u.fd)); // the next one, for there is none
	WANT(0, start_in_vain(u.fd));
	struct nmreq_opt_csb csb = csb_option();
	WANT(0, ask_with(u.fd, "", NETMAP_REQ_CSB_ENABLE, NULL, &csb));
	start_loop(&l, u.fd, LOOKING_AROUND);
	exchange(&l, &u, &other, 500);
	end_loop(&l);
	stop_using(&u);
	stop_using(&other);
}

int main(void)
{
	check_csb_errors();
	check_loop_errors();
	for (enum how how = LOOKING_AROUND; how <= DIRECT; how++) {
		check_traffic("vale1:k", "vale1:other", how, 3000);
		check_traffic("loop{1", "loop}1", how, 20000);
	}
	check_death_of_the_loop();
	return failures != 0;
}
