// SPDX-License-Identifier: BSD-2-Clause
#include "client/device_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/netmap.h>
#include <string.h>
#include <sys/stat.h>

#include "client/real.h"
#include "client/user_pages.h"

static const char leaf[] = "netmap";

static int ends_with_leaf(const char *path, size_t length)
{
	const size_t rest = length - (sizeof leaf - 1);

	return length >= sizeof leaf - 1 && !memcmp(path + rest, leaf, sizeof leaf) && (!rest || path[rest - 1] == '/');
}

static int is_same_directory(int dir, const char *path)
{
	struct stat here, devices;

	return !REAL(fstatat)(dir, path, &here, 0) && !REAL(fstatat)(AT_FDCWD, "/dev", &devices, 0) &&
	       here.st_dev == devices.st_dev && here.st_ino == devices.st_ino;
}

// Another way to write it, or from within some directory. `length` is that of the path.
static int leads_to_device(int dir, const char *path, size_t length)
{
	char parent[PATH_MAX] = ".";
	const size_t rest = length - (sizeof leaf - 1);
	int saved = errno, leads;

	if (rest >= sizeof parent)
		return 0;
	if (rest)
		memcpy(parent, path, rest);
	leads = is_same_directory(dir, parent);
	errno = saved;
	return leads;
}

int device_is_at(int dir, const char *path)
{
	const int length = user_path_length(path);

	if (length < 0 || !ends_with_leaf(path, length))
		return 0;
	return !strcmp(path, NETMAP_DEVICE_NAME) || leads_to_device(dir, path, length);
}

int device_is(const char *path)
{
	return device_is_at(AT_FDCWD, path);
}
