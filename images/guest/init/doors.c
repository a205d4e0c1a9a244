// SPDX-License-Identifier: BSD-2-Clause
/*
 * Each virtio port whose name begins with "ringlab.ssh" is a door: when the host connects to it, an sshd serves that
 * one connection on it. As the first process, this one also buries the children that nobody else waits for.
 */
#define _GNU_SOURCE
#include "steps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "ringlab.ssh"
#define MAX_DOORS 16

static struct door {
	int fd;
	pid_t sshd; /* 0: nobody is here */
} doors[MAX_DOORS];
static int door_count;

/* The port tells with SIGIO when the host comes or goes. */
static void open_door(const char *device)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", device);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || door_count == MAX_DOORS) {
		fprintf(stderr, "ringlab: %s: %s\n", path, strerror(errno));
		return;
	}
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, O_ASYNC);
	doors[door_count++].fd = fd;
}

static int is_door(const char *device)
{
	char path[300], name[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", device);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	close(fd);
	return strncmp(name, PREFIX, strlen(PREFIX)) == 0;
}

static void open_doors(void)
{
	DIR *ports = opendir("/sys/class/virtio-ports");
	struct dirent *port;

	while (ports != NULL && (port = readdir(ports)) != NULL)
		if (is_door(port->d_name))
			open_door(port->d_name);
	if (ports != NULL)
		closedir(ports);
}

static int host_is_there(const struct door *door)
{
	struct pollfd waiting = { .fd = door->fd, .events = POLLIN };

	return poll(&waiting, 1, 0) >= 0 && !(waiting.revents & POLLHUP);
}

static void welcome(struct door *door)
{
	static const char *const sshd[] = { "/usr/sbin/sshd", "-i", "-f", "/etc/ringlab/sshd_config", NULL };
	sigset_t none;

	door->sshd = fork();
	if (door->sshd != 0)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(door->fd, 0);
	dup2(door->fd, 1);
	execv(sshd[0], (char *const *)sshd);
	_exit(127);
}

static void bury(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (int i = 0; i < door_count; i++)
			if (doors[i].sshd == pid)
				doors[i].sshd = 0;
}

void keep_doors_open(void)
{
	/* A port that was restored from a snapshot may have a guest before it has a signal. */
	const struct timespec at_most = { .tv_nsec = 100 * 1000 * 1000 };
	sigset_t awaited;

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGIO);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	open_doors();
	printf("ringlab: ready\n");
	fflush(stdout);
	for (;;) {
		bury();
		for (int i = 0; i < door_count; i++)
			if (doors[i].sshd == 0 && host_is_there(&doors[i]))
				welcome(&doors[i]);
		sigtimedwait(&awaited, NULL, &at_most);
	}
}
