// SPDX-License-Identifier: BSD-2-Clause
/*
 * Outside the sandbox: opens the socket that the agent will listen on, enters the control groups, becomes the
 * sandbox's user and turns into bwrap. This is the only part that may run as root, and it reads nothing from the sandbox.
 *
 *     ringlab-agent launch SOCKET UID GID [CGROUP...] -- COMMAND...
 *
 * UID 0 means: stay who you are. One byte on stdout says that the socket can be connected to.
 */
#define _GNU_SOURCE
#include "modes.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* What carries keystrokes goes before what spins; only root may say so. */
#define AGENT_NICE (-5)

static void die(const char *what)
{
	perror(what);
	exit(111);
}

static void listen_on(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		die("socket path");
	strcpy(address.sun_path, path);
	umask(077);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 128) < 0)
		die(path);
	umask(022);
	if (fd != AGENT_LISTEN_FD && (dup2(fd, AGENT_LISTEN_FD) < 0 || close(fd) < 0))
		die("dup2");
	if (write(1, "!", 1) != 1)
		die("stdout");
}

static void enter_cgroup(const char *folder)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die(path);
	close(fd);
}

static void become(uid_t uid, gid_t gid)
{
	if (uid == 0)
		return;
	setpriority(PRIO_PROCESS, 0, AGENT_NICE);
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		die("cannot become the sandbox's user");
}

int launch_main(int argc, char **argv)
{
	int i = 3;

	if (argc < 5)
		return 2;
	listen_on(argv[0]);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		enter_cgroup(argv[i]);
	become(atoi(argv[1]), atoi(argv[2]));
	execvp(argv[i + 1], argv + i + 1);
	die(argv[i + 1]);
	return 111;
}
