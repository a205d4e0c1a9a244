// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "priority.h"
#include "limits.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A short slice asks for an early turn rather than a long one; kernels before 6.12 ignore it. */
#define SHORT_SLICE_NS 100000

struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

static void set(int nice, uint64_t slice_ns)
{
	struct attributes wanted = {
		.size = sizeof(wanted), .policy = SCHED_OTHER, .nice = nice, .runtime = slice_ns,
	};

	if (syscall(SYS_sched_setattr, 0, &wanted, 0) < 0)
		setpriority(PRIO_PROCESS, 0, nice);
}

void priority_of_agent(void)
{
	set(getpriority(PRIO_PROCESS, 0), SHORT_SLICE_NS);
}

/* First to die when the sandbox is out of memory: the agent must outlive every program. */
static void offer_to_the_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "900", 3) != 3)
		perror("oom_score_adj");
	if (fd >= 0)
		close(fd);
}

void priority_of_program(bool interactive)
{
	offer_to_the_oom_killer();
	set(interactive ? 0 : limits.nice, interactive ? SHORT_SLICE_NS : 0);
}
