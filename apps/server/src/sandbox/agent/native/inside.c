// SPDX-License-Identifier: BSD-2-Clause
/*
 * The first process of a sandbox. It answers the control connection itself, so that no signal of a program can keep it from
 * stopping things, and forks a process for every other connection. When the server goes away, it ends, and with
 * process 1 the kernel ends everything else. In a container it waits a while for the server to come back.
 */
#define _GNU_SOURCE
#include "children.h"
#include "limits.h"
#include "modes.h"
#include "network.h"
#include "priority.h"
#include "rendezvous.h"
#include "rights.h"
#include "tree.h"
#include "watch.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WATCH_PERIOD_MS 250
/* Where no control group holds memory, looking often is what bounds how far a program gets beyond its limit. */
#define MEMORY_PERIOD_MS 40
#define MOST_WORKERS 1024
/* How long a container stays whose server does not come back, and any other sandbox that nobody takes. */
#define ORPHAN_MS (10 * 60 * 1000)

struct limits limits;

static int control = -1;
static bool contained;
static pid_t workers[MOST_WORKERS];
static int worker_count;

static void tell_limit(const char *name)
{
	wire_send(control, WIRE_LIMIT, name, strlen(name));
}

static uint32_t u32_at(const struct frame *frame, size_t offset)
{
	uint32_t value = 0;

	if (frame->length >= offset + sizeof(value))
		memcpy(&value, frame->body + offset, sizeof(value));
	return value;
}

static int is_worker(pid_t pid)
{
	for (int i = 0; i < worker_count; i++)
		if (workers[i] == pid)
			return i + 1;
	return 0;
}

static void answer_usage(void)
{
	struct usage usage;

	watch_memory_kills(tell_limit);
	watch_usage(&usage);
	wire_send(control, WIRE_USAGE, &usage, sizeof(usage));
}

static void answer_cpu(pid_t supervisor)
{
	uint64_t cpu_ms = is_worker(supervisor) ? tree_cpu_ms(supervisor) : 0;

	wire_send(control, WIRE_CPU, &cpu_ms, sizeof(cpu_ms));
}

static void kill_exec(pid_t supervisor, int signal)
{
	if (is_worker(supervisor))
		tree_signal(supervisor, signal);
}

/* The programs end by their own connections. */
static void lose_control(void)
{
	if (!contained)
		_exit(0);
	close(control);
	control = -1;
}

static void serve_control(void)
{
	struct frame frame;

	if (wire_receive(control, &frame) < 0) {
		lose_control();
		return;
	}
	if (frame.kind == WIRE_KILL)
		kill_exec(u32_at(&frame, 0), u32_at(&frame, 4));
	else if (frame.kind == WIRE_USAGE)
		answer_usage();
	else if (frame.kind == WIRE_CPU)
		answer_cpu(u32_at(&frame, 0));
	free(frame.body);
}

static void serve_connection(int connection)
{
	struct frame request;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (wire_receive(connection, &request) < 0)
		_exit(1);
	if (request.kind == WIRE_EXEC)
		supervise(connection, &request);
	serve_files(connection, &request);
	_exit(1);
}

static void refuse(int connection)
{
	static const char words[] = "the sandbox is full: too many programs are running in it";

	wire_send(connection, WIRE_FAILED, words, sizeof(words) - 1);
}

static void serve_in_worker(int connection, int listener)
{
	pid_t pid = worker_count < MOST_WORKERS ? fork() : -1;

	if (pid == 0) {
		close(listener);
		close(control);
		serve_connection(connection);
	}
	if (pid < 0)
		refuse(connection);
	else
		workers[worker_count++] = pid;
	close(connection);
}

static void accept_one(int listener)
{
	int connection = contained ? rendezvous_accept(listener) : accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (connection < 0)
		return;
	if (control >= 0) {
		serve_in_worker(connection, listener);
		return;
	}
	control = connection;
	wire_send(control, WIRE_READY, NULL, 0);
}

/* Programs whose supervisor was killed come here, and have no business to go on. */
static void kill_strays(void)
{
	struct tree tree;

	if (tree_read(&tree) < 0)
		return;
	for (int i = 0; i < tree.count; i++) {
		struct process *p = &tree.processes[i];
		if (p->parent != getpid() || p->state == 'Z' || is_worker(p->pid))
			continue;
		tree_signal(p->pid, SIGKILL);
		kill(p->pid, SIGKILL);
	}
	tree_free(&tree);
}

/* Returns whether a worker ended. */
static int reap(int signals)
{
	pid_t pid;
	int place, status, ended = 0;

	children_heard(signals);
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if ((place = is_worker(pid)) == 0)
			continue;
		/* A program may stop its supervisor, which is of the same user, but not for long. */
		if (WIFSTOPPED(status)) {
			kill(pid, SIGCONT);
			continue;
		}
		workers[place - 1] = workers[--worker_count];
		ended = 1;
	}
	kill_strays();
	return ended;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void serve(int listener, int signals)
{
	int period_ms = limits.memory_bytes > 0 ? MEMORY_PERIOD_MS : WATCH_PERIOD_MS;
	int64_t watched_ms = 0, controlled_ms = now_ms();

	for (;;) {
		struct pollfd fds[] = { { control, POLLIN, 0 }, { listener, POLLIN, 0 }, { signals, POLLIN, 0 } };
		int ready = poll(fds, 3, worker_count > 0 || control < 0 ? period_ms : -1);
		if (control >= 0)
			controlled_ms = now_ms();
		else if (now_ms() - controlled_ms > ORPHAN_MS)
			_exit(0);
		if (ready > 0 && fds[0].revents)
			serve_control();
		if (ready > 0 && fds[1].revents)
			accept_one(listener);
		if (ready > 0 && fds[2].revents && reap(signals))
			watched_ms = 0;
		if (now_ms() - watched_ms >= period_ms) {
			watch_limits(tell_limit);
			watched_ms = now_ms();
		}
	}
}

#define LIMIT_WORDS 7

static void read_limits(char **argv)
{
	limits.processes = strtoull(argv[0], NULL, 10);
	limits.file_size_bytes = strtoull(argv[1], NULL, 10);
	limits.open_files = strtoull(argv[2], NULL, 10);
	limits.memory_bytes = strtoull(argv[3], NULL, 10);
	limits.output_bytes_per_second = strtoull(argv[4], NULL, 10);
	limits.nice = atoi(argv[5]);
	limits.processes_held = atoi(argv[6]);
}

#define NO_INTERFACES "The sandbox's interfaces cannot be made"

/*
 * Nobody reads what a container prints: whoever asks for the sandbox is told instead. With process 1 the way there would
 * end, so it stays until it was heard.
 */
static void refuse_first(int listener)
{
	struct pollfd p = { listener, POLLIN, 0 };
	char words[160];
	int length = snprintf(words, sizeof(words), NO_INTERFACES ": %s.", strerror(errno));

	if (poll(&p, 1, ORPHAN_MS) <= 0)
		return;
	p.fd = rendezvous_accept(listener);
	wire_send(p.fd, WIRE_FAILED, words, length);
	poll(&p, 1, ORPHAN_MS);
}

/* One word is no pair: it asks for the namespaces alone, into which somebody else puts interfaces. */
static void make_network(char **words, int count)
{
	if (count == 0)
		return;
	if ((contained ? network_make_beside : network_make)((const struct interface *)words, count / INTERFACE_WORDS) == 0)
		return;
	if (contained)
		refuse_first(AGENT_LISTEN_FD);
	else
		perror(NO_INTERFACES);
	exit(1);
}

static void hide(void)
{
	int null = open("/dev/null", O_RDWR);

	rights_of_agent();
	fcntl(AGENT_LISTEN_FD, F_SETFD, FD_CLOEXEC);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	close_range(network_last_fd() + 1, ~0u, 0);
}

static int await_control(int listener)
{
	struct pollfd p = { listener, POLLIN, 0 };

	while (poll(&p, 1, ORPHAN_MS) < 0 && errno == EINTR)
		;
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Returns the descriptor that tells of children, or -1 for a command line that is none. */
static int prepare(int argc, char **argv)
{
	if (argc < LIMIT_WORDS)
		return -1;
	read_limits(argv);
	make_network(argv + LIMIT_WORDS, argc - LIMIT_WORDS);
	hide();
	priority_of_agent();
	umask(022);
	mkdir(NOTES, 0755);
	return children_watch();
}

int inside_main(int argc, char **argv)
{
	int signals = prepare(argc, argv);

	if (signals < 0)
		return 2;
	control = await_control(AGENT_LISTEN_FD);
	if (control < 0 || wire_send(control, WIRE_READY, NULL, 0) < 0)
		return 1;
	serve(AGENT_LISTEN_FD, signals);
	return 0;
}

int contained_main(int argc, char **argv)
{
	int listener = rendezvous_listen(), signals;

	if (listener < 0 || (listener != AGENT_LISTEN_FD && dup2(listener, AGENT_LISTEN_FD) < 0))
		return 2;
	contained = true;
	signals = prepare(argc, argv);
	if (signals < 0)
		return 2;
	serve(AGENT_LISTEN_FD, signals);
	return 0;
}
