// SPDX-License-Identifier: BSD-2-Clause
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	boot_into_root();
	make_world();
	keep_doors_open();
}

const char *option(const char *name, const char *otherwise)
{
	static char line[4096];
	size_t length = strlen(name);
	const char *found;

	if (line[0] == '\0') {
		int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, line + 1, sizeof(line) - 2);

		line[0] = ' ';
		for (ssize_t i = 1; i <= n; i++)
			if (line[i] == ' ' || line[i] == '\n')
				line[i] = '\0';
		close(fd);
	}
	for (found = line + 1; *found != '\0'; found += strlen(found) + 1)
		if (strncmp(found, name, length) == 0 && found[length] == '=')
			return found + length + 1;
	return otherwise;
}

void give_up(const char *what)
{
	fprintf(stderr, "ringlab: %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
	exit(1);
}

int run(const char *const argv[], int error_fd)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(error_fd, STDERR_FILENO);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "ringlab: %s: %s\n", path, strerror(errno));
	close(fd);
}
