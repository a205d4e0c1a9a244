// SPDX-License-Identifier: BSD-2-Clause
/*
 * One process for each exec: starts the program, carries bytes between it and the server, and when the program
 * ends, ends everything that the program started and says how it ended.
 *
 * Back-pressure: at most one buffer is held in each direction. While the server does not take the output, the
 * pty or pipe is not read, so the program stops in its write.
 */
#define _GNU_SOURCE
#include "children.h"
#include "crash.h"
#include "limits.h"
#include "modes.h"
#include "rate.h"
#include "spawn.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CHUNK_BYTES (64 * 1024)
/* How often a terminal that no program has open is looked at again. */
#define VACANT_PERIOD_MS 20
/* How long the server may be silent before it closes a connection whose program has ended. */
#define FAREWELL_MS 1000

struct supervisor {
	int connection;
	int signals;
	struct program program;
	int pty;                   /* whether input and output are one descriptor */
	int ended, status;
	int vacant;                /* no program has the terminal open at the moment */
	struct rate rate;
	char from_server[CHUNK_BYTES];
	size_t have;               /* bytes in from_server */
	size_t input_done;         /* of the first frame's body, already written to the program */
	char to_server[CHUNK_BYTES];
	size_t out_start, out_end;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_input(struct supervisor *s)
{
	static const char end_of_file = 4;

	if (!s->pty)
		close_fd(&s->program.input);
	else if (write(s->program.input, &end_of_file, 1) < 0)
		return;
}

static void resize(struct supervisor *s, const char *body)
{
	struct winsize size = { 0 };

	memcpy(&size.ws_col, body, 2);
	memcpy(&size.ws_row, body + 2, 2);
	if (s->pty && s->program.input >= 0)
		ioctl(s->program.input, TIOCSWINSZ, &size);
}

/* Returns whether the whole body went. Input for a program that has closed its side is dropped. */
static int pass_input(struct supervisor *s, const char *body, uint32_t length)
{
	while (s->input_done < length && s->program.input >= 0) {
		ssize_t n = write(s->program.input, body + s->input_done, length - s->input_done);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			break;
		s->input_done += n;
	}
	s->input_done = 0;
	return 1;
}

static int handle_frame(struct supervisor *s, uint8_t kind, const char *body, uint32_t length)
{
	if (kind == WIRE_INPUT)
		return pass_input(s, body, length);
	if (kind == WIRE_INPUT_END)
		close_input(s);
	else if (kind == WIRE_RESIZE && length == 4)
		resize(s, body);
	return 1;
}

/* Handles whole frames; stops at one whose input the program does not take yet. Returns whether it stopped so. */
static int handle_frames(struct supervisor *s)
{
	uint32_t length;
	int taken = 1;

	while (taken && s->have >= WIRE_HEADER_BYTES) {
		memcpy(&length, s->from_server, sizeof(length));
		if (length > CHUNK_BYTES - WIRE_HEADER_BYTES)
			_exit(1);
		if (s->have < WIRE_HEADER_BYTES + length)
			return 0;
		taken = handle_frame(s, s->from_server[4], s->from_server + WIRE_HEADER_BYTES, length);
		if (!taken)
			return 1;
		s->have -= WIRE_HEADER_BYTES + length;
		memmove(s->from_server, s->from_server + WIRE_HEADER_BYTES + length, s->have);
	}
	return 0;
}

/* A server that has gone, or has dropped this exec, wants none of it to stay. */
static void abandon(void)
{
	tree_signal(getpid(), SIGKILL);
	_exit(0);
}

static void read_server(struct supervisor *s)
{
	ssize_t n = recv(s->connection, s->from_server + s->have, CHUNK_BYTES - s->have, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		abandon();
	if (n > 0)
		s->have += n;
}

static void write_server(struct supervisor *s)
{
	ssize_t n = send(s->connection, s->to_server + s->out_start, s->out_end - s->out_start, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		abandon();
	if (n > 0)
		s->out_start += n;
}

static int holds_output(const struct supervisor *s)
{
	return s->out_end > s->out_start;
}

/*
 * A program may close its terminal before it ends, or open it again; closing the master meanwhile would hang it up.
 */
static void end_stream(struct supervisor *s, int *fd)
{
	if (s->pty && !s->ended)
		s->vacant = 1;
	else
		close_fd(fd);
}

/* A pty gives 4 KiB a read: several become one frame. */
static void read_program(struct supervisor *s, int *fd, enum wire_kind kind)
{
	size_t have = 0;
	ssize_t n = 0;

	while (have < CHUNK_BYTES - WIRE_HEADER_BYTES) {
		n = read(*fd, s->to_server + WIRE_HEADER_BYTES + have, CHUNK_BYTES - WIRE_HEADER_BYTES - have);
		if (n <= 0)
			break;
		have += n;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		end_stream(s, fd);
	s->out_start = 0;
	s->out_end = have > 0 ? have + WIRE_HEADER_BYTES : 0;
	wire_header(s->to_server, kind, have);
	if (rate_spend(&s->rate, have))
		wire_send(s->connection, WIRE_LIMIT, "output-rate", strlen("output-rate"));
}

/* The program's own end, then that of everything it left behind: nothing an exec started outlives it. */
static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	children_heard(s->signals);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != s->program.pid)
			continue;
		s->ended = 1;
		s->status = status;
		tree_signal(getpid(), SIGKILL);
	}
}

static short when(int condition, short events)
{
	return condition ? events : 0;
}

/* How long the output is left alone, because of its rate or because there is nobody to print; 0 for not at all. */
static int pause_ms(struct supervisor *s)
{
	int vacant = s->vacant && !s->ended;

	s->vacant = 0;
	return vacant ? VACANT_PERIOD_MS : rate_wait_ms(&s->rate);
}

static void turn(struct supervisor *s)
{
	int stuck = handle_frames(s);
	int wait_ms = pause_ms(s);
	int may_read = !holds_output(s) && wait_ms == 0;
	struct program *p = &s->program;
	struct pollfd fds[] = {
		{ s->connection, when(!stuck, POLLIN) | when(holds_output(s), POLLOUT), 0 },
		{ s->signals, POLLIN, 0 },
		{ may_read ? p->output : -1, POLLIN, 0 },
		{ may_read ? p->errors : -1, POLLIN, 0 },
		{ stuck ? p->input : -1, POLLOUT, 0 },
	};

	if (poll(fds, 5, wait_ms > 0 ? wait_ms : -1) < 0)
		return;
	if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
		read_server(s);
	if (fds[0].revents & POLLOUT)
		write_server(s);
	if (fds[1].revents)
		reap(s);
	if (fds[2].revents)
		read_program(s, &p->output, WIRE_OUTPUT);
	else if (fds[3].revents)
		read_program(s, &p->errors, WIRE_ERRORS);
	if (holds_output(s))
		write_server(s);
}

/* Input that came too late is still to be read: a connection closed before would be broken, and the server miss what was told. */
static void await_farewell(int connection)
{
	char unread[4096];
	struct pollfd server = { connection, POLLIN, 0 };

	shutdown(connection, SHUT_WR);
	while (poll(&server, 1, FAREWELL_MS) > 0 && recv(connection, unread, sizeof(unread), MSG_DONTWAIT) > 0)
		;
}

/* As wait() has it on Linux; a core is never dumped. */
static uint32_t status_on_wire(int status)
{
	return WIFSIGNALED(status) ? (uint32_t)children_signal_on_wire(WTERMSIG(status)) : (uint32_t)WEXITSTATUS(status) << 8;
}

static void tell_end(struct supervisor *s)
{
	char body[4096];
	uint32_t status = status_on_wire(s->status);
	size_t length = sizeof(status);

	memcpy(body, &status, sizeof(status));
	length += crash_describe(body + length, sizeof(body) - length);
	fcntl(s->connection, F_SETFL, fcntl(s->connection, F_GETFL) & ~O_NONBLOCK);
	wire_send(s->connection, WIRE_EXITED, body, length);
	await_farewell(s->connection);
	_exit(0);
}

static void refuse(int connection, const char *why)
{
	wire_send(connection, WIRE_FAILED, why, strlen(why));
	_exit(1);
}

static void start(struct supervisor *s, const struct frame *frame)
{
	struct exec_request request;
	uint32_t pid = getpid();

	if (exec_request_parse(frame, &request) < 0)
		refuse(s->connection, "that is no request to start a program");
	crash_prepare(&request);
	s->signals = children_watch();
	if (spawn(&request, &s->program) < 0)
		refuse(s->connection, strerror(errno));
	/* Not before, or the program would ignore it, too. */
	signal(SIGPIPE, SIG_IGN);
	s->pty = s->program.input == s->program.output;
	rate_init(&s->rate, limits.output_bytes_per_second);
	wire_send(s->connection, WIRE_STARTED, &pid, sizeof(pid));
	spawn_release(&s->program);
}

void supervise(int connection, const struct frame *frame)
{
	struct supervisor *s = calloc(1, sizeof(*s));

	if (s == NULL)
		refuse(connection, strerror(ENOMEM));
	s->connection = connection;
	start(s, frame);
	while (!s->ended || s->program.output >= 0 || s->program.errors >= 0 || holds_output(s))
		turn(s);
	tell_end(s);
}
