// SPDX-License-Identifier: BSD-2-Clause
#include "jail.h"

#include <sys/param.h>
#include <sys/jail.h>
#include <sys/uio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME "ringlab"

static char words[256];
static int none = JAIL_SYS_DISABLE;

static struct iovec text(const char *value)
{
	return (struct iovec){ .iov_base = (char *)value, .iov_len = strlen(value) + 1 };
}

static struct iovec number(int *value)
{
	return (struct iovec){ .iov_base = value, .iov_len = sizeof(*value) };
}

/* What is not named is as jails are by default: no raw sockets, no mounts, no IPC of the host's. */
static int make_jail(const char *root)
{
	struct iovec parameters[] = {
		text("path"), text(root),
		text("name"), text(NAME),
		text("host.hostname"), text(NAME),
		text("ip4"), number(&none),
		text("ip6"), number(&none),
		/* What may be or not be is told by its name: a value would not be looked at. */
		text("allow.noset_hostname"), { NULL, 0 },
		text("errmsg"), { words, sizeof(words) },
	};

	return jail_set(parameters, sizeof(parameters) / sizeof(parameters[0]), JAIL_CREATE | JAIL_ATTACH);
}

int jail_main(int argc, char **argv)
{
	char *environment[] = { "PATH=/usr/bin:/bin", NULL };

	if (argc < 2)
		return 2;
	if (make_jail(argv[0]) < 0 || chdir("/") < 0) {
		fprintf(stderr, "The jail cannot be made: ");
		if (words[0] != 0)
			fprintf(stderr, "%s\n", words);
		else
			perror(argv[0]);
		return 111;
	}
	execve(argv[1], argv + 1, environment);
	perror(argv[1]);
	return 111;
}
