// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that netmap works in a sandbox that forbids looking into processes, whatever errno it forbids that with: then
// pointers are trusted.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../control/requests.h"

static int forbid(int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_writev, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int use_netmap(int error)
{
	struct port_user a, b;

	if (forbid(error))
		return 77;
	WANT(0, use(&a, "vale0:a"));
	WANT(0, use(&b, "vale0:b"));
	send_numbers(&a, 0, 3);
	CHECK(take_numbers(&b, 0) == 3, "other frames");
	return failures != 0;
}

int main(void)
{
	static const int errors[] = {EPERM, ENOSYS, EACCES, ENOENT, EINVAL};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		pid_t child = fork();
		int status;

		if (!child)
			exit(use_netmap(errors[i]));
		waitpid(child, &status, 0);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
			printf("SKIP: no filters for system calls here\n");
			return 77;
		}
		CHECK(!status, "forbidden with %s: status %x", strerror(errors[i]), status);
	}
	return failures != 0;
}
