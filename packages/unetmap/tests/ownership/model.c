// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a port belongs to whoever has it, and to nobody else, whichever way they came to it and
// lose it. A few processes open, register, map, unmap, copy, close, fork, exec, pass descriptors to each
// other and are killed, in random order; a model of who holds what says after each step which
// registrations had to be refused, and which ports must be there with how many users.
//
//	model [STEPS [SEED]]
#include <errno.h>
#include <fcntl.h>
#include <net/netmap.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unetmap/stats.h>
#include <unistd.h>

enum { STEPS = 1500, PROCESSES = 4, DESCS = 10, HOLDS = 16, PORTS = 4, MAP_BYTES = 8192, UNBOUND = -1, NOBODY = -1, WEDGED_S = 30 };

static const char *const names[PORTS] = {"vale0:m", "vale0:n", "w{1", "w}1"};

// ---- commands, and doing them in whichever process ----

enum op { OPEN, REGISTER, MAP, UNMAP, DUP, CLOSE, EXEC, TAKE, OPS };

struct command {
	enum op op;
	int fd;
	int port, exclusive;
	void *map;
};

struct answer {
	int error; // errno
	int fd;
	void *map;
};

static int register_fd(int fd, const char *name, int exclusive)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC, .nr_tx_slots = 32, .nr_rx_slots = 32,
				     .nr_flags = exclusive ? NR_EXCLUSIVE : 0};
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_REGISTER, .nr_body = (uintptr_t)&reg};

	strcpy(h.nr_name, name);
	return ioctl(fd, NIOCCTRL, &h);
}

static struct answer failed_if(int result)
{
	return (struct answer){.error = result < 0 ? errno : 0, .fd = result};
}

static struct answer map_fd(int fd)
{
	void *map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return (struct answer){.error = map == MAP_FAILED ? errno : 0, .map = map};
}

static struct answer execute(const struct command *c, int passed)
{
	switch (c->op) {
	case OPEN:
		return failed_if(open("/dev/netmap", O_RDWR));
	case REGISTER:
		return failed_if(register_fd(c->fd, names[c->port], c->exclusive));
	case MAP:
		return map_fd(c->fd);
	case UNMAP:
		return failed_if(munmap(c->map, MAP_BYTES));
	case DUP:
		return failed_if(dup(c->fd));
	case CLOSE:
		return failed_if(close(c->fd));
	case TAKE:
		return (struct answer){.error = passed < 0 ? EBADF : 0, .fd = passed};
	default:
		return (struct answer){.error = EINVAL};
	}
}

// ---- messages ----

union passed_fd {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void tell(int socket, const struct command *c)
{
	union passed_fd passed = {0};
	struct iovec part = {(void *)c, sizeof *c};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

	if (c->op == TAKE) {
		m.msg_control = passed.bytes;
		m.msg_controllen = sizeof passed.bytes;
		*CMSG_FIRSTHDR(&m) = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), &c->fd, sizeof c->fd);
	}
	if (sendmsg(socket, &m, MSG_NOSIGNAL) != sizeof *c)
		exit(1);
}

static int hear(int socket, struct command *c, int *fd)
{
	union passed_fd passed;
	struct iovec part = {c, sizeof *c};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = passed.bytes, .msg_controllen = sizeof passed.bytes};

	*fd = -1;
	if (recvmsg(socket, &m, 0) != sizeof *c)
		return 0;
	if (CMSG_FIRSTHDR(&m))
		memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof *fd);
	return 1;
}

static void become_another(int socket)
{
	char number[12];

	snprintf(number, sizeof number, "%d", socket);
	execl("/proc/self/exe", "model", "--obey", number, NULL);
	_exit(1);
}

static void obey(int socket)
{
	struct command c;
	struct answer a;
	int passed;

	while (hear(socket, &c, &passed)) {
		if (c.op == EXEC)
			become_another(socket);
		a = execute(&c, passed);
		if (write(socket, &a, sizeof a) != sizeof a)
			break;
	}
	_exit(0);
}

// What the other image does first, in answer to EXEC.
static int obey_after_exec(int socket)
{
	const struct answer here = {0};

	if (write(socket, &here, sizeof here) == sizeof here)
		obey(socket);
	return 1;
}

// ---- the model ----

struct hold {
	int desc; // NOBODY = empty
	int fd;
	void *map;
};

static struct process {
	pid_t pid; // 0 = not there; [0] is ourselves
	int socket;
	struct hold fds[HOLDS], maps[HOLDS];
} processes[PROCESSES];

static struct model_desc {
	int port, exclusive;
} descs[DESCS];

static uint32_t seed, steps_done;
static int observer;

static int is_held(int desc)
{
	for (int p = 0; p < PROCESSES; p++)
		for (int i = 0; processes[p].pid && i < HOLDS; i++)
			if (processes[p].fds[i].desc == desc || processes[p].maps[i].desc == desc)
				return 1;
	return 0;
}

static int free_desc(void)
{
	for (int d = 0; d < DESCS; d++)
		if (!is_held(d))
			return d;
	return NOBODY;
}

static struct hold *free_hold(struct hold *holds)
{
	for (int i = 0; i < HOLDS; i++)
		if (holds[i].desc == NOBODY)
			return &holds[i];
	return NULL;
}

static struct hold *any_hold(struct hold *holds)
{
	for (int tries = 0; tries < HOLDS; tries++) {
		struct hold *h = &holds[rand() % HOLDS];

		if (h->desc != NOBODY)
			return h;
	}
	return NULL;
}

static void clear(struct hold *holds)
{
	for (int i = 0; i < HOLDS; i++)
		holds[i].desc = NOBODY;
}

static int users_of(int port)
{
	int users = 0;

	for (int d = 0; d < DESCS; d++)
		users += is_held(d) && descs[d].port == port;
	return users;
}

static int refusal(const struct model_desc *asking, int port, int exclusive)
{
	if (asking->port != UNBOUND)
		return EBUSY;
	for (int d = 0; d < DESCS; d++)
		if (is_held(d) && descs[d].port == port && (exclusive || descs[d].exclusive))
			return EBUSY;
	return 0;
}

// ---- against the engine ----

static void fail(const char *what, long seen, long expected)
{
	printf("step %u, seed %u: %s: %ld instead of %ld\n", steps_done, seed, what, seen, expected);
	for (int p = 1; p < PROCESSES; p++)
		if (processes[p].pid)
			kill(processes[p].pid, SIGKILL);
	exit(1);
}

static void expect(const char *what, long seen, long expected)
{
	if (seen != expected)
		fail(what, seen, expected);
}

static struct answer run(struct process *p, struct command c)
{
	struct answer a;

	if (p == &processes[0])
		return execute(&c, -1);
	tell(p->socket, &c);
	if (read(p->socket, &a, sizeof a) != sizeof a)
		fail("a process does not answer", 0, 1);
	return a;
}

static int users_seen(const char *name)
{
	struct unetmap_stats stats = {0};
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = UNETMAP_REQ_STATS_GET, .nr_body = (uintptr_t)&stats};

	for (; !ioctl(observer, NIOCCTRL, &h); stats.index++)
		if (!strcmp(stats.name, name))
			return stats.users;
	return 0;
}

static void check_users(void)
{
	for (int port = 0; port < PORTS; port++)
		expect(names[port], users_seen(names[port]), users_of(port));
}

// ---- steps ----

static void step_open(struct process *p)
{
	struct hold *h = free_hold(p->fds);
	int desc = free_desc();
	struct answer a;

	if (!h || desc == NOBODY)
		return;
	a = run(p, (struct command){.op = OPEN});
	expect("open", a.error, 0);
	*h = (struct hold){.desc = desc, .fd = a.fd};
	descs[desc] = (struct model_desc){.port = UNBOUND};
}

static void step_register(struct process *p)
{
	struct command c = {.op = REGISTER, .port = rand() % PORTS, .exclusive = rand() % 3 == 0};
	struct hold *h = any_hold(p->fds);
	int error;

	if (!h)
		return;
	c.fd = h->fd;
	error = refusal(&descs[h->desc], c.port, c.exclusive);
	expect("register", run(p, c).error, error);
	if (!error)
		descs[h->desc] = (struct model_desc){c.port, c.exclusive};
}

static void step_map(struct process *p)
{
	struct hold *h = any_hold(p->fds), *map = free_hold(p->maps);
	struct answer a;

	if (!h || !map)
		return;
	a = run(p, (struct command){.op = MAP, .fd = h->fd});
	expect("mmap", a.error, descs[h->desc].port == UNBOUND ? EINVAL : 0);
	if (!a.error)
		*map = (struct hold){.desc = h->desc, .map = a.map};
}

static void step_unmap(struct process *p)
{
	struct hold *h = any_hold(p->maps);

	if (!h)
		return;
	expect("munmap", run(p, (struct command){.op = UNMAP, .map = h->map}).error, 0);
	h->desc = NOBODY;
}

static void step_dup(struct process *p)
{
	struct hold *h = any_hold(p->fds), *copy = free_hold(p->fds);
	struct answer a;

	if (!h || !copy)
		return;
	a = run(p, (struct command){.op = DUP, .fd = h->fd});
	expect("dup", a.error, 0);
	*copy = (struct hold){.desc = h->desc, .fd = a.fd};
}

static void step_close(struct process *p)
{
	struct hold *h = any_hold(p->fds);

	if (!h)
		return;
	expect("close", run(p, (struct command){.op = CLOSE, .fd = h->fd}).error, 0);
	h->desc = NOBODY;
}

static void step_exec(struct process *p)
{
	if (p == &processes[0])
		return;
	expect("exec", run(p, (struct command){.op = EXEC}).error, 0);
	clear(p->maps);
}

// One of ours to p.
static void step_pass(struct process *p)
{
	struct hold *h = any_hold(processes[0].fds), *copy = free_hold(p->fds);
	struct answer a;

	if (p == &processes[0] || !h || !copy)
		return;
	a = run(p, (struct command){.op = TAKE, .fd = h->fd});
	expect("passing", a.error, 0);
	*copy = (struct hold){.desc = h->desc, .fd = a.fd};
}

static void step_fork(struct process *unused)
{
	struct process *child = NULL;
	int sockets[2];

	for (int p = 1; p < PROCESSES; p++)
		if (!processes[p].pid)
			child = &processes[p];
	if (!child || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets))
		return;
	*child = processes[0];
	child->socket = sockets[0];
	child->pid = fork();
	if (!child->pid)
		obey(sockets[1]);
	close(sockets[1]);
}

static void step_kill(struct process *p)
{
	if (p == &processes[0])
		return;
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	close(p->socket);
	p->pid = 0;
}

static struct process *any_process(void)
{
	struct process *p = &processes[rand() % PROCESSES];

	return p->pid ? p : &processes[0];
}

static void step(void)
{
	static void (*const kinds[])(struct process *) = {step_open, step_register, step_register, step_map, step_unmap,
							  step_dup, step_close, step_close, step_exec, step_pass,
							  step_fork, step_kill};

	kinds[rand() % (sizeof kinds / sizeof kinds[0])](any_process());
	check_users();
}

static void end_all(void)
{
	for (int p = 1; p < PROCESSES; p++)
		if (processes[p].pid)
			step_kill(&processes[p]);
	for (int i = 0; i < HOLDS; i++) {
		if (processes[0].fds[i].desc != NOBODY)
			close(processes[0].fds[i].fd);
		if (processes[0].maps[i].desc != NOBODY)
			munmap(processes[0].maps[i].map, MAP_BYTES);
	}
	clear(processes[0].fds);
	clear(processes[0].maps);
	check_users();
}

int main(int argc, char **argv)
{
	uint32_t steps = argc > 1 ? atoi(argv[1]) : STEPS;

	if (argc > 2 && !strcmp(argv[1], "--obey"))
		return obey_after_exec(atoi(argv[2]));
	seed = argc > 2 ? strtoul(argv[2], NULL, 0) : (uint32_t)time(NULL);
	srand(seed);
	processes[0].pid = getpid();
	clear(processes[0].fds);
	clear(processes[0].maps);
	observer = open("/dev/netmap", O_RDWR);
	if (observer < 0) {
		perror("/dev/netmap");
		return 1;
	}
	for (; steps_done < steps; steps_done++) {
		alarm(WEDGED_S);
		step();
	}
	end_all();
	printf("%u steps, seed %u: as the model says\n", steps_done, seed);
	return 0;
}
