// SPDX-License-Identifier: BSD-2-Clause
//
// A veth pair for the tests of NIC ports: nmv0 in a network namespace of the calling process, nmv1 in
// one of a child's. Both namespaces, and so the pair, go with their processes.
#ifndef TESTS_NIC_VETH_H_
#define TESTS_NIC_VETH_H_

#define NETMAP_WITH_LIBS
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/netmap_user.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unetmap/stats.h>
#include <unistd.h>

#include "../check.h"

enum { SKIPPED = 77 };
#define OUR_ADDRESS "10.9.0.1"
#define PEER_ADDRESS "10.9.0.2"

static inline void skip(const char *why)
{
	printf("SKIP: %s: %s\n", why, strerror(errno));
	exit(SKIPPED);
}

static inline int run_quietly(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline int run_quietly(const char *format, ...)
{
	char command[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(command, sizeof command - 16, format, args);
	va_end(args);
	memcpy(command + n, " 2>/dev/null", 13);
	return system(command);
}

static inline void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		skip(path);
	close(fd);
}

// From here on this process has no rights but over what it makes; above all, none to BPF.
static inline void enter_user_namespace(void)
{
	char users[64], groups[64];

	snprintf(users, sizeof users, "0 %d 1\n", (int)getuid());
	snprintf(groups, sizeof groups, "0 %d 1\n", (int)getgid());
	if (unshare(CLONE_NEWUSER))
		skip("no user namespace can be made");
	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/uid_map", users);
	write_text("/proc/self/gid_map", groups);
}

// The same checks as a process that may not use BPF.
static inline void without_bpf(void (*check)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		enter_user_namespace();
		check();
		exit(failures != 0);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		exit(SKIPPED);
	CHECK(status == 0, "without BPF: status %#x", status);
}

// A child that does nothing but have a network namespace.
static inline pid_t make_peer(void)
{
	int ready[2];
	char byte;
	pid_t peer;

	if (pipe(ready))
		skip("pipe");
	peer = fork();
	if (peer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		skip("no network namespace can be made");
	close(ready[0]);
	return peer;
}

static inline pid_t make_veth_pair(void)
{
	pid_t peer = make_peer();

	if (unshare(CLONE_NEWNET))
		skip("no network namespace can be made");
	if (run_quietly("ip link add nmv0 type veth peer name nmv1 netns %d", peer))
		skip("ip(8) cannot make a veth pair");
	run_quietly("ip addr add " OUR_ADDRESS "/24 dev nmv0 && ip link set nmv0 up");
	run_quietly("nsenter -t %d -n sh -c 'ip addr add " PEER_ADDRESS "/24 dev nmv1; ip link set nmv1 up'", peer);
	return peer;
}

// A pair with both ends in a namespace of the calling process, whose stack says nothing by itself.
static inline void make_quiet_pair(void)
{
	if (unshare(CLONE_NEWNET))
		skip("no network namespace can be made");
	if (run_quietly("ip link add nmv0 type veth peer name nmv1 && "
			"for end in nmv0 nmv1; do echo 1 >/proc/sys/net/ipv6/conf/$end/disable_ipv6; done; "
			"ip link set nmv0 up && ip link set nmv1 up"))
		skip("ip(8) cannot make a veth pair");
}

static inline void remove_peer(pid_t peer)
{
	kill(peer, SIGKILL);
	waitpid(peer, NULL, 0);
}

static inline int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

// ---- ping, by our own stack ----

static inline uint16_t internet_sum(const void *data, size_t bytes)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < bytes / 2; i++)
		sum += word[i];
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static inline int is_reply(const char *packet, ssize_t len, uint16_t sequence)
{
	const struct icmphdr *icmp = (const struct icmphdr *)(packet + sizeof(struct iphdr));

	return len >= (ssize_t)(sizeof(struct iphdr) + sizeof *icmp) && icmp->type == ICMP_ECHOREPLY &&
	       icmp->un.echo.sequence == htons(sequence);
}

static inline int await_reply(int fd, uint16_t sequence, int timeout_ms)
{
	const int64_t end = now_ms() + timeout_ms;
	struct pollfd p = {fd, POLLIN, 0};
	char packet[2000];

	while (now_ms() < end)
		if (poll(&p, 1, end - now_ms()) > 0 && is_reply(packet, recv(fd, packet, sizeof packet, 0), sequence))
			return 1;
	return 0;
}

// How many of so many echo requests to the peer were answered.
static inline int ping(int count, int timeout_ms)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	int answered = 0;

	inet_pton(AF_INET, PEER_ADDRESS, &to.sin_addr);
	for (int i = 0; fd >= 0 && i < count; i++) {
		struct {
			struct icmphdr icmp;
			char data[56];
		} packet = {.icmp = {.type = ICMP_ECHO}};

		packet.icmp.un.echo.sequence = htons(i);
		packet.icmp.checksum = internet_sum(&packet, sizeof packet);
		sendto(fd, &packet, sizeof packet, 0, (struct sockaddr *)&to, sizeof to);
		answered += await_reply(fd, i, timeout_ms);
	}
	close(fd);
	return answered;
}

// ---- ports ----

static inline int registers(const char *name, uint32_t mode, uint64_t flags)
{
	struct nmreq_register reg = {.nr_mode = mode, .nr_flags = flags};
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_REGISTER};
	int fd = open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC), error;

	h.nr_body = (uintptr_t)&reg;
	snprintf(h.nr_name, sizeof h.nr_name, "%s", name);
	error = ioctl(fd, NIOCCTRL, &h) ? errno : 0;
	close(fd);
	return error;
}

// As fork, but the parent goes on when the child has said `say_ready`, or has ended without: then -1.
// The child ends with its parent.
static inline pid_t fork_until_ready(int *to_parent)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		exit(1);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		*to_parent = ready[1];
		return 0;
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ready[0]);
	return pid;
}

static inline void say_ready(int to_parent)
{
	if (write(to_parent, "", 1) != 1)
		_exit(1);
}

static inline void kill_and_wait(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static inline struct nm_desc *open_port(const char *name)
{
	struct nm_desc *d = nm_open(name, NULL, 0, NULL);

	if (d)
		return d;
	printf("cannot open %s: %s\n", name, strerror(errno));
	exit(1);
}

// The counters of a port; 0 if it is not there.
static inline int port_stats(const char *name, struct unetmap_stats *s)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = UNETMAP_REQ_STATS_GET};
	int fd = open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC), found = 0;

	h.nr_body = (uintptr_t)s;
	for (s->index = 0; !found && !ioctl(fd, NIOCCTRL, &h); s->index++)
		found = !strcmp(s->name, name);
	close(fd);
	return found;
}

#endif
