// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is forbidden takes from tables that the whole machine shares (asynchronous I/O, keys), opens parts of the
 * kernel that no lab needs, or reaches for another process's limits: the agent is of the same user as the programs.
 * Namespaces are made around programs, not by them: a right that a program has over its interfaces would be one over
 * everything in a namespace of its own. Each answers as if the kernel did not have it, so that libraries do without. Everything else is left to namespaces and
 * permissions.
 */
#define _GNU_SOURCE
#include "rights.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif
/* x86's calls with 32-bit pointers have numbers from here on. */
#define FOREIGN_NUMBERS 0x40000000

#define NEW_NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define UNLESS(test, value) BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), 0, 1)
#define FORBID(call) UNLESS(BPF_JEQ, SYS_##call), REFUSE

#ifdef NATIVE
static struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0),
	REFUSE,
	LOAD(nr),
	UNLESS(BPF_JGE, FOREIGN_NUMBERS), REFUSE,
	FORBID(io_setup),
	FORBID(io_uring_setup),
	FORBID(io_uring_enter),
	FORBID(io_uring_register),
	FORBID(add_key),
	FORBID(keyctl),
	FORBID(request_key),
	FORBID(bpf),
	FORBID(perf_event_open),
	FORBID(userfaultfd),
	FORBID(unshare),
	FORBID(setns),
	/* Its flags are in memory, where no filter looks; libraries go on with clone. */
	FORBID(clone3),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
	LOAD(args[0]),
	UNLESS(BPF_JSET, NEW_NAMESPACES), REFUSE,
	ALLOW,
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 1, 0),
	ALLOW,
	/* Of another process; 0 is the caller itself. */
	LOAD(args[0]),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
	REFUSE,
	ALLOW,
};

/* For this process and all it becomes. Where the kernel has no filters, nothing is forbidden. */
static void forbid_calls(void)
{
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
#else
static void forbid_calls(void)
{
}
#endif

void rights_of_agent(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

void rights_of_worker(void)
{
}

/* Descriptors of the agent must be closed by now: a process that is dumpable can be taken from. */
void rights_of_program(void)
{
	prctl(PR_SET_DUMPABLE, 1);
	forbid_calls();
}

int rights_give(const char *folder)
{
	(void)folder;
	return 0;
}
