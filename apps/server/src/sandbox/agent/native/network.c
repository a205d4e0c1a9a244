// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "network.h"
#include "capabilities.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int last_fd = NETWORK_FD - 1;

static int open_namespace(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

#define NET "/proc/self/ns/net"

/* Runs `ip` with these words to its end; -1 when it fails. */
static int ip(char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signal(SIGCHLD, SIG_DFL);
		execvp("ip", argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (status == 0)
		return 0;
	errno = WIFEXITED(status) && WEXITSTATUS(status) == 127 ? ENOENT : EIO;
	return -1;
}

#define IP(...) ip((char *[]){ "ip", __VA_ARGS__, NULL })

/* Frames cross netmap, which fills in no checksums and cuts nothing to size: the stacks are to do both themselves. */
static void no_offload(const char *name)
{
	static const uint32_t offloads[] = { ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO };
	struct ethtool_value value = { .data = 0 };
	struct ifreq request = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	for (unsigned int i = 0; i < sizeof(offloads) / sizeof(offloads[0]); i++) {
		value.cmd = offloads[i];
		ioctl(fd, SIOCETHTOOL, &request);
	}
	close(fd);
}

/* Without IPv6, whose own packets would come in between. */
static int set_up(char *name, char *address)
{
	no_offload(name);
	if (IP("link", "set", name, "addrgenmode", "none") < 0 || IP("address", "add", address, "dev", name) < 0)
		return -1;
	return IP("link", "set", name, "up");
}

/* As simple as a first NIC should be: a ring each way. */
#define ONE_QUEUE "numtxqueues", "1", "numrxqueues", "1"

/* Known addresses, so that dumps read alike: the last byte is 1 here, and 2 in the container. */
static int make_pair(const struct interface *pair, int number, pid_t there)
{
	char here_mac[18], there_mac[18], pid[16];

	snprintf(here_mac, sizeof(here_mac), "02:00:00:00:%02x:01", number);
	snprintf(there_mac, sizeof(there_mac), "02:00:00:00:%02x:02", number);
	snprintf(pid, sizeof(pid), "%d", there);
	return IP("link", "add", pair->name, "address", here_mac, ONE_QUEUE, "type", "veth", "peer", "name",
		  pair->peer_name, "address", there_mac, ONE_QUEUE, "netns", pid);
}

/* `ip` knows a namespace by a process in it. */
static pid_t hold_place(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static int make_pairs(const struct interface *pairs, int count, pid_t there)
{
	for (int i = 0; i < count; i++)
		if (make_pair(&pairs[i], i, there) < 0 || set_up(pairs[i].name, pairs[i].address) < 0)
			return -1;
	return IP("link", "set", "lo", "up");
}

static int set_up_container(const struct interface *pairs, int count)
{
	int here = open_namespace(NET), result = here < 0 ? -1 : setns(NETWORK_FD, CLONE_NEWNET);

	for (int i = 0; result == 0 && i < count; i++)
		result = set_up(pairs[i].peer_name, pairs[i].peer_address);
	if (result == 0)
		result = IP("link", "set", "lo", "up");
	if (setns(here, CLONE_NEWNET) < 0)
		result = -1;
	close(here);
	return result;
}

static int keep(const char *namespace, int as)
{
	int fd = open_namespace(namespace);

	if (fd < 0 || (fd != as && dup3(fd, as, O_CLOEXEC) < 0))
		return -1;
	if (fd != as)
		close(fd);
	last_fd = as;
	return 0;
}

#define OVER_INTERFACES (1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW)

static int take_rights(void)
{
	if (capabilities_take_here() < 0)
		return -1;
	return capabilities_keep_across_exec(OVER_INTERFACES | 1u << CAP_SYS_ADMIN);
}

int network_make(const struct interface *pairs, int count)
{
	pid_t there;
	int result;

	if (unshare(CLONE_NEWNET) < 0 || keep(NET, NETWORK_FD) < 0 || (there = hold_place()) < 0)
		return -1;
	result = unshare(CLONE_NEWNET) < 0 ? -1 : make_pairs(pairs, count, there);
	if (result == 0)
		result = set_up_container(pairs, count);
	kill(there, SIGKILL);
	waitpid(there, NULL, 0);
	return result;
}

/* Descriptors are shared with it: what it keeps is there when it has ended. */
int network_make_beside(const struct interface *pairs, int count)
{
	pid_t pid;
	int status;

	if (capabilities_take_here() < 0 || capabilities_only(0) < 0)
		return -1;
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		int result = take_rights() < 0 ? -1 : network_make(pairs, count);
		if (result < 0 || keep(NET, PROGRAMS_NET_FD) < 0 || keep("/proc/self/ns/user", PROGRAMS_USER_FD) < 0)
			_exit(errno);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	last_fd = errno == 0 ? PROGRAMS_USER_FD : last_fd;
	return errno == 0 ? 0 : -1;
}

int network_last_fd(void)
{
	return last_fd;
}

int network_enter(bool container)
{
	int net = container ? NETWORK_FD : PROGRAMS_NET_FD;

	if (last_fd == PROGRAMS_USER_FD) {
		if (setns(PROGRAMS_USER_FD, CLONE_NEWUSER) < 0 || capabilities_keep_across_exec(OVER_INTERFACES) < 0)
			return -1;
		return setns(net, CLONE_NEWNET);
	}
	return container ? setns(NETWORK_FD, CLONE_NEWNET) : 0;
}

void network_drop(void)
{
	if (capabilities_only(OVER_INTERFACES) < 0)
		_exit(126);
}
