// SPDX-License-Identifier: BSD-2-Clause
//
// A process stopped in the middle of a delivery holds its receiver's ring. Others that send there wait a
// moment, once; from then on their frames for that ring are lost, and counted, while all other
// receivers get theirs. It goes on where it was when it is continued.
#include <signal.h>
#include <sys/ucontext.h>
#include <time.h>

#include "../control/requests.h"
#include "audit.h"
#include "unetmap/stats.h"

enum { TRAP_FLAG = 0x100, WAIT_S = 5 };

static const struct kring *watched; // the receiver's

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static const struct kring *ring_of(const char *name)
{
	size_t bytes;
	const struct segment *s = audit_map("control", &bytes);

	for (uint32_t i = 0; s && i < s->port_high; i++)
		if (s->ports[i].state == STATE_ACTIVE && !strcmp(s->ports[i].name, name))
			return &s->ports[i].rings[RX][0];
	printf("there is no %s\n", name);
	exit(1);
}

// After every instruction of the sync.
static void stop_inside(int signal, siginfo_t *info, void *context)
{
	if (!__atomic_load_n(&watched->qlock, __ATOMIC_RELAXED))
		return;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	kill(getpid(), SIGSTOP);
}

static void sync_in_steps(struct port_user *u)
{
	struct sigaction action = {.sa_sigaction = stop_inside, .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &action, NULL);
	__asm__ volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq" ::"i"((long)TRAP_FLAG) : "memory", "cc");
	ioctl(u->fd, NIOCTXSYNC);
	__asm__ volatile("pushfq\n\tandq %0, (%%rsp)\n\tpopfq" ::"i"(~(long)TRAP_FLAG) : "memory", "cc");
}

static void fill(struct port_user *u, uint32_t first, uint32_t count)
{
	for (uint32_t n = first; n < first + count; n++) {
		unsigned char frame[FRAME_BYTES] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 9};

		memcpy(frame + NUMBER_OFS, &n, sizeof n);
		put(u, frame, sizeof frame);
	}
}

static pid_t stopped_sender(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct port_user u;

		WANT(0, use(&u, "vale0:stops"));
		fill(&u, 100, 3);
		sync_in_steps(&u);
		stop_using(&u);
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	CHECK(WIFSTOPPED(status), "the sender did not stop: %x", status);
	return pid;
}

static uint64_t drops_of(int fd, const char *name)
{
	static struct unetmap_stats s;

	for (s.index = 0; !ask(fd, "", UNETMAP_REQ_STATS_GET, &s); s.index++)
		for (uint32_t n = 0; !strcmp(s.name, name) && n < s.ring_count; n++)
			if (s.rings[n].dir == RX)
				return s.rings[n].drops;
	return 0;
}

int main(void)
{
	struct port_user receiver, other, from;
	uint32_t sent = 0;
	double begin;
	pid_t pid;

	WANT(0, use(&receiver, "vale0:receiver"));
	watched = ring_of("vale0:receiver");
	pid = stopped_sender();
	WANT(0, use(&other, "vale0:other"));
	WANT(0, use(&from, "vale0:from"));
	begin = now_s();
	for (; sent < 40; sent += 2) {
		send_numbers(&from, sent, 2);
		CHECK(take_numbers(&other, sent) == 2, "frame %u: somebody else has to wait, too", sent);
	}
	CHECK(now_s() - begin < WAIT_S, "%.1f s for 20 syncs", now_s() - begin);
	CHECK(drops_of(from.fd, "vale0:receiver") == sent, "%lu of %u are counted as lost",
	      (unsigned long)drops_of(from.fd, "vale0:receiver"), sent);
	kill(pid, SIGCONT);
	waitpid(pid, NULL, 0);
	CHECK(take_numbers(&receiver, 100) == 3, "what the stopped one sent");
	take_numbers(&other, 100);
	send_numbers(&from, sent, 2);
	CHECK(take_numbers(&receiver, sent) == 2, "nothing arrives any more");
	return failures ? 1 : 0;
}
