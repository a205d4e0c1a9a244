// SPDX-License-Identifier: BSD-2-Clause
#include "control/attachment.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "control/entry.h"
#include "core/doorbell.h"
#include "core/sys.h"
#include "ports/vale.h"

enum { START_MS = 40000, STOP_MS = 3000, STATUS_FD = 3, PATH_BYTES = 4096 };

struct launch {
	char run[PATH_BYTES], attach[PATH_BYTES], dir[PATH_BYTES];
	const char *name, *mode;
	char memory[8];
};

int attachment_is(const struct port *port)
{
	return port->kind == KIND_VALE && port->flags & VALE_ATTACHMENT;
}

// ---- starting ----

// The programs are in ../bin beside this library, as for unetmap-run.
static int find_programs(struct launch *l)
{
	Dl_info self;
	char *slash;

	if (!dladdr((void *)attachment_is, &self) || strlen(self.dli_fname) >= sizeof l->dir)
		return -ENOENT;
	strcpy(l->dir, self.dli_fname);
	for (int up = 0; up < 2; up++) {
		slash = strrchr(l->dir, '/');
		if (!slash)
			return -ENOENT;
		*slash = 0;
	}
	snprintf(l->run, sizeof l->run, "%.4000s/bin/unetmap-run", l->dir);
	snprintf(l->attach, sizeof l->attach, "%.4000s/bin/unetmap-attach", l->dir);
	return sys_access(l->attach, X_OK) ? -ENOENT : 0;
}

// In the new process, which may be the copy of one with other threads: system calls only.
static void __attribute__((noreturn)) become(const struct launch *l, int status_fd)
{
	char *const arguments[] = {(char *)l->run,  "--dir",	      (char *)l->dir,  (char *)l->attach,
				   (char *)l->name, (char *)l->mode, (char *)l->memory, NULL};
	sigset_t none;
	int null = sys_open("/dev/null", O_RDWR, 0);

	sigemptyset(&none);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
	syscall(SYS_setsid);
	for (int fd = 0; fd < STATUS_FD; fd++)
		syscall(SYS_dup3, null, fd, 0);
	if (status_fd == STATUS_FD)
		sys_fcntl(STATUS_FD, F_SETFD, NULL);
	else
		syscall(SYS_dup3, status_fd, STATUS_FD, 0);
	syscall(SYS_close_range, STATUS_FD + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	syscall(SYS_execve, l->run, arguments, environ);
	syscall(SYS_exit_group, 127);
	__builtin_unreachable();
}

static long fork_plainly(int exit_signal)
{
	return sys_result(syscall(SYS_clone, exit_signal, NULL, NULL, NULL, NULL));
}

// Neither fork nor its handlers, and no SIGCHLD: the program is not to notice. The one in between
// ends at once, so that nobody has to wait for the other.
static int launch(const struct launch *l, int status_fd)
{
	long between = fork_plainly(0);

	if (between == 0) {
		if (fork_plainly(SIGCHLD) == 0)
			become(l, status_fd);
		syscall(SYS_exit_group, 0);
	}
	if (between < 0)
		return between;
	syscall(SYS_wait4, between, NULL, __WCLONE, NULL);
	return 0;
}

static int read_status(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};
	const struct timespec limit = {START_MS / 1000, 0};
	int status;

	if (syscall(SYS_ppoll, &p, 1, &limit, NULL, 8) != 1)
		return -ETIMEDOUT;
	return sys_read(fd, &status, sizeof status) == sizeof status ? -status : -EIO;
}

static int start(const struct launch *l)
{
	int ends[2], error = sys_result(syscall(SYS_pipe2, ends, O_CLOEXEC));

	if (error)
		return error;
	error = launch(l, ends[1]);
	sys_close(ends[1]);
	if (!error)
		error = read_status(ends[0]);
	sys_close(ends[0]);
	return error;
}

int attachment_start(const char *full_name, const struct nmreq_register *reg)
{
	struct launch *l = malloc(sizeof *l);
	struct port *port;
	int error = l ? find_programs(l) : -ENOMEM;

	if (!error) {
		region_path(l->dir, "%s", "");
		l->name = full_name;
		l->mode = reg->nr_mode == NR_REG_NIC_SW ? "host" : "device";
		snprintf(l->memory, sizeof l->memory, "%u", reg->nr_mem_id);
		control_leave();
		error = start(l);
		control_enter();
	}
	free(l);
	port = error ? NULL : vale_port_named(full_name);
	return !error && !port ? -EIO : error;
}

// ---- stopping ----

int attachment_stop(const char *full_name)
{
	struct port *port = vale_port_named(full_name);
	uint32_t gen = port->gen;

	port_set_flag(port, VALE_LEAVING);
	doorbell_ring_port(port);
	for (int ms = 0; ms < STOP_MS; ms++) {
		control_leave();
		sys_nap(1000);
		control_enter();
		port = vale_port_named(full_name);
		if (!port || port->gen != gen)
			return 0;
	}
	return -EBUSY;
}
