// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "capabilities.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_RIGHTS 64

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

int capabilities_take_here(void)
{
	uid_t user = getuid();
	gid_t group = getgid();

	return unshare(CLONE_NEWUSER) < 0 ? -1 : map_this_user(user, group);
}

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

int capabilities_keep_across_exec(uint32_t rights)
{
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

/* What is ambient needs no place in it. */
static int empty_bounding_set(void)
{
	for (int right = 0; right < MOST_RIGHTS; right++)
		if (prctl(PR_CAPBSET_READ, right, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, right, 0, 0, 0) < 0)
			return -1;
	return 0;
}

int capabilities_only(uint32_t rights)
{
	struct __user_cap_data_struct kept[2];

	if (empty_bounding_set() < 0 || syscall(SYS_capget, &header, kept) < 0)
		return -1;
	kept[0].effective &= rights;
	kept[0].permitted &= rights;
	kept[0].inheritable &= rights;
	memset(&kept[1], 0, sizeof(kept[1]));
	return syscall(SYS_capset, &header, kept);
}
