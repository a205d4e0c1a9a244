// SPDX-License-Identifier: BSD-2-Clause
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <libnetmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int
engine_open(void)
{
	int fd = open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC);

	if (fd != -1)
		return fd;
	fprintf(stderr, "vale-module: cannot open %s: %s%s\n", NETMAP_DEVICE_NAME, strerror(errno),
		errno == ENOENT ? " (run this under unetmap-run)" : "");
	exit(1);
}

int
engine_request(int fd, const char *name, uint16_t type, void *body)
{
	struct nmreq_header hdr;

	nmreq_header_init(&hdr, type, body);
	snprintf(hdr.nr_name, sizeof(hdr.nr_name), "%s", name);
	return ioctl(fd, NIOCCTRL, &hdr);
}

int
engine_find_module(int fd, const char *sw, struct unetmap_module *found)
{
	const size_t length = strcspn(sw, ":");

	for (found->index = 0;; found->index++) {
		if (engine_request(fd, "", UNETMAP_REQ_MODULE_GET, found) == -1)
			return -1;
		if (strlen(found->sw) == length && strncmp(found->sw, sw, length) == 0)
			return 0;
	}
}

const char *
engine_switch_name(const char *text)
{
	static char name[IFNAMSIZ];
	const size_t length = strcspn(text, ":");
	const char *rest = text + length;

	if (strncmp(text, NM_BDG_NAME, 4) == 0 && length > 4 && length < sizeof(name) - 1 &&
		(*rest == '\0' || strcmp(rest, ":") == 0)) {
		snprintf(name, sizeof(name), "%.*s:", (int)length, text);
		return name;
	}
	fprintf(stderr, "vale-module: %s: not a switch; switches are called vale0: and the like\n", text);
	exit(1);
}

const char *
engine_state_word(uint32_t state)
{
	static const char *const words[] = {"?", "rules", "unloaded", "hung", "died"};

	return words[state < sizeof(words) / sizeof(words[0]) ? state : 0];
}
