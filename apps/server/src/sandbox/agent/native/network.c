// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
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

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), result;

	if (fd < 0)
		return -1;
	result = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return result;
}

/* This user is itself in there, and there is nobody else. */
static int map_this_user(uid_t user, gid_t group)
{
	char users[32], groups[32];

	snprintf(users, sizeof(users), "%u %u 1", user, user);
	snprintf(groups, sizeof(groups), "%u %u 1", group, group);
	if (write_file("/proc/self/uid_map", users) < 0 || write_file("/proc/self/setgroups", "deny") < 0)
		return -1;
	return write_file("/proc/self/gid_map", groups);
}

/* An ordinary user's programs keep only rights that are ambient. */
static int keep_across_exec(uint32_t rights)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct mine[2];

	if (syscall(SYS_capget, &header, mine) < 0)
		return -1;
	mine[0].inheritable |= rights;
	if (syscall(SYS_capset, &header, mine) < 0)
		return -1;
	for (int right = 0; right < 32; right++)
		if (rights & 1u << right && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0) < 0)
			return -1;
	return 0;
}

#define OVER_INTERFACES (1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW)

static int take_rights(void)
{
	uid_t user = getuid();
	gid_t group = getgid();

	if (unshare(CLONE_NEWUSER) < 0 || map_this_user(user, group) < 0)
		return -1;
	return keep_across_exec(OVER_INTERFACES | 1u << CAP_SYS_ADMIN);
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
	pid_t pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	int status;

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
		if (setns(PROGRAMS_USER_FD, CLONE_NEWUSER) < 0 || keep_across_exec(OVER_INTERFACES) < 0)
			return -1;
		return setns(net, CLONE_NEWNET);
	}
	return container ? setns(NETWORK_FD, CLONE_NEWNET) : 0;
}

void network_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct kept[2];

	if (syscall(SYS_capget, &header, kept) < 0)
		return;
	kept[0].effective &= OVER_INTERFACES;
	kept[0].permitted &= OVER_INTERFACES;
	kept[0].inheritable &= OVER_INTERFACES;
	memset(&kept[1], 0, sizeof(kept[1]));
	if (syscall(SYS_capset, &header, kept) < 0)
		_exit(126);
}
