// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "spawn.h"
#include "limits.h"
#include "modes.h"
#include "network.h"
#include "priority.h"
#include "rights.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>
#ifdef __FreeBSD__
#include <libutil.h>
#else
#include <pty.h>
#endif

extern char **environ;

static const char *next_string(const char *at, const char *end)
{
	const char *stop = memchr(at, 0, end - at);

	return stop == NULL ? NULL : stop + 1;
}

static char **take_strings(const char **at, const char *end, uint32_t count)
{
	char **strings = calloc(count + 1, sizeof(*strings));

	for (uint32_t i = 0; strings != NULL && i < count; i++) {
		strings[i] = (char *)*at;
		*at = next_string(*at, end);
		if (*at == NULL)
			return NULL;
	}
	return strings;
}

int exec_request_parse(const struct frame *frame, struct exec_request *request)
{
	const char *at = frame->body + sizeof(request->head), *end = frame->body + frame->length;

	if (frame->length < sizeof(request->head))
		return -1;
	memcpy(&request->head, frame->body, sizeof(request->head));
	if (request->head.argc == 0 || request->head.argc > frame->length || request->head.envc > frame->length)
		return -1;
	request->argv = take_strings(&at, end, request->head.argc);
	request->envp = request->argv == NULL ? NULL : take_strings(&at, end, request->head.envc);
	return request->envp == NULL ? -1 : 0;
}

static void limit(int resource, uint64_t most)
{
	struct rlimit r = { most, most };

	setrlimit(resource, &r);
}

static void apply_limits(void)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, limits.file_size_bytes);
	limit(RLIMIT_NOFILE, limits.open_files);
	if (limits.processes > 0 && !limits.processes_held)
		limit(RLIMIT_NPROC, limits.processes);
}

static bool wants_command(const struct exec_request *request)
{
	for (uint32_t i = 1; i < request->head.argc; i++)
		if (strcmp(request->argv[i], "-c") == 0)
			return true;
	return false;
}

/* A shell alone in a terminal; what it starts goes as it goes, as on any machine. */
static bool is_interactive(const struct exec_request *request)
{
	const char *slash = strrchr(request->argv[0], '/');
	const char *name = slash == NULL ? request->argv[0] : slash + 1;
	size_t length = strlen(name);

	return request->head.cols > 0 && length >= 2 && strcmp(name + length - 2, "sh") == 0 &&
		(request->head.argc == 1 || request->argv[1][0] == '-') && !wants_command(request);
}

static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
}

static void complain(const char *name)
{
	int code = errno == ENOENT ? 127 : 126;

	dprintf(2, "%s: %s\n", name, errno == ENOENT ? "command not found" : strerror(errno));
	_exit(code);
}

/* It may kill its supervisor, which then could not tell any more that it was started. */
static void await_release(const int hold[2])
{
	char nothing;

	close(hold[1]);
	while (read(hold[0], &nothing, 1) < 0 && errno == EINTR)
		;
}

static void become_program(const struct exec_request *request, const int hold[2])
{
	bool has_network = network_last_fd() >= NETWORK_FD;

	await_release(hold);
	if ((has_network || request->head.place == WIRE_CONTAINER) &&
	    network_enter(request->head.place == WIRE_CONTAINER) < 0)
		complain("the network");
	if (has_network)
		network_drop();
	reset_signals();
	close_range(3, ~0u, 0);
	apply_limits();
	priority_of_program(is_interactive(request));
	if (chdir(WORKSPACE) < 0)
		complain(WORKSPACE);
	rights_of_program();
	environ = request->envp;
	execvp(request->argv[0], request->argv);
	complain(request->argv[0]);
}

static int own_terminal(int slave)
{
	if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
		return -1;
	return dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0 ? -1 : 0;
}

static void set_flags(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void tell_utf8(int terminal)
{
	struct termios t;

	if (tcgetattr(terminal, &t) == 0) {
#ifdef IUTF8
		t.c_iflag |= IUTF8;
#endif
		tcsetattr(terminal, TCSANOW, &t);
	}
}

static int spawn_in_pty(const struct exec_request *request, const int hold[2], struct program *program)
{
	struct winsize size = { .ws_col = request->head.cols, .ws_row = request->head.rows };
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, &size) < 0)
		return -1;
	tell_utf8(slave);
	program->pid = fork();
	if (program->pid == 0) {
		if (own_terminal(slave) < 0)
			_exit(126);
		become_program(request, hold);
	}
	close(slave);
	set_flags(master);
	program->input = program->output = master;
	program->errors = -1;
	return program->pid < 0 ? -1 : 0;
}

static int spawn_in_pipes(const struct exec_request *request, const int hold[2], struct program *program)
{
	int in[2], out[2], err[2];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return -1;
	program->pid = fork();
	if (program->pid == 0) {
		setsid();
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		become_program(request, hold);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	set_flags(program->input = in[1]);
	set_flags(program->output = out[0]);
	set_flags(program->errors = err[0]);
	return program->pid < 0 ? -1 : 0;
}

int spawn(const struct exec_request *request, struct program *program)
{
	int hold[2], result;

	if (pipe2(hold, O_CLOEXEC) < 0)
		return -1;
	result = request->head.cols > 0 ? spawn_in_pty(request, hold, program) : spawn_in_pipes(request, hold, program);
	close(hold[0]);
	program->hold = hold[1];
	return result;
}

void spawn_release(struct program *program)
{
	close(program->hold);
}
