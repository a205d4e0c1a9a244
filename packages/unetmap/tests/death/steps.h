// SPDX-License-Identifier: BSD-2-Clause
//
// A sender that is stopped, not killed, at an instruction of its sync that the test chooses.
#ifndef TESTS_DEATH_STEPS_H_
#define TESTS_DEATH_STEPS_H_

#include <signal.h>
#include <sys/ucontext.h>
#include <time.h>

#include "../control/requests.h"
#include "audit.h"

enum { TRAP_FLAG = 0x100 };

static inline double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

// The first rx ring of the port, as it is in the control segment.
static inline const struct kring *ring_of(const char *name)
{
	size_t bytes;
	const struct segment *s = audit_map("control", &bytes);

	for (uint32_t i = 0; s && i < s->port_high; i++)
		if (s->ports[i].state == STATE_ACTIVE && !strcmp(s->ports[i].name, name))
			return &s->ports[i].rings[RX][0];
	printf("there is no %s\n", name);
	exit(1);
}

static int (*stops_here)(void); // asked after every instruction of the sync

static void look_around(int signal, siginfo_t *info, void *context)
{
	if (!stops_here())
		return;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	kill(getpid(), SIGSTOP);
}

static inline void sync_in_steps(struct port_user *u)
{
	struct sigaction action = {.sa_sigaction = look_around, .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &action, NULL);
	__asm__ volatile("pushfq\n\torq %0, (%%rsp)\n\tpopfq" ::"i"((long)TRAP_FLAG) : "memory", "cc");
	ioctl(u->fd, NIOCTXSYNC);
	__asm__ volatile("pushfq\n\tandq %0, (%%rsp)\n\tpopfq" ::"i"(~(long)TRAP_FLAG) : "memory", "cc");
}

static inline void fill(struct port_user *u, uint32_t first, uint32_t count)
{
	for (uint32_t n = first; n < first + count; n++) {
		unsigned char frame[FRAME_BYTES] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 9};

		memcpy(frame + NUMBER_OFS, &n, sizeof n);
		put(u, frame, sizeof frame);
	}
}

// Another process that has begun to send frames 100, 101 and 102 by the port `name`, and got as far as `here`.
static inline pid_t stopped_sender(const char *name, int (*here)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct port_user u;

		WANT(0, use(&u, name));
		fill(&u, 100, 3);
		stops_here = here;
		sync_in_steps(&u);
		stop_using(&u);
		_exit(0);
	}
	waitpid(pid, &status, WUNTRACED);
	CHECK(WIFSTOPPED(status), "the sender did not stop: %x", status);
	return pid;
}

#endif
