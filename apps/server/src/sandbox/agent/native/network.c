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
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int exists;

static int open_namespace(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

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
	int here = open_namespace(), result = here < 0 ? -1 : setns(NETWORK_FD, CLONE_NEWNET);

	for (int i = 0; result == 0 && i < count; i++)
		result = set_up(pairs[i].peer_name, pairs[i].peer_address);
	if (result == 0)
		result = IP("link", "set", "lo", "up");
	if (setns(here, CLONE_NEWNET) < 0)
		result = -1;
	close(here);
	return result;
}

static int keep_container(void)
{
	int fd = open_namespace();

	if (fd < 0 || (fd != NETWORK_FD && dup3(fd, NETWORK_FD, O_CLOEXEC) < 0))
		return -1;
	if (fd != NETWORK_FD)
		close(fd);
	exists = 1;
	return 0;
}

int network_make(const struct interface *pairs, int count)
{
	pid_t there;
	int result;

	if (unshare(CLONE_NEWNET) < 0 || keep_container() < 0 || (there = hold_place()) < 0)
		return -1;
	result = unshare(CLONE_NEWNET) < 0 ? -1 : make_pairs(pairs, count, there);
	if (result == 0)
		result = set_up_container(pairs, count);
	kill(there, SIGKILL);
	waitpid(there, NULL, 0);
	return result;
}

int network_exists(void)
{
	return exists;
}

int network_enter_container(void)
{
	return setns(NETWORK_FD, CLONE_NEWNET);
}

void network_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct kept[2];
	uint32_t mask = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;

	if (syscall(SYS_capget, &header, kept) < 0)
		return;
	kept[0].effective &= mask;
	kept[0].permitted &= mask;
	kept[0].inheritable &= mask;
	memset(&kept[1], 0, sizeof(kept[1]));
	if (syscall(SYS_capset, &header, kept) < 0)
		_exit(126);
}
