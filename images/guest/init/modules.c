// SPDX-License-Identifier: BSD-2-Clause
/* Kernel modules that whoever extended the image wants at boot, and netmap's device, which one of them may bring. */
#define _GNU_SOURCE
#include "steps.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_WORDS 32
#define NETMAP "/dev/netmap"
/* What modprobe said of those that could not be loaded: for the driver, which tells it. */
#define NOT_LOADED "/run/ringlab/not-loaded"

static const char *const lists[] = { "/etc/modules", "/etc/modules-load.d/*.conf", "/usr/lib/modules-load.d/*.conf" };

/* A module's name, and its parameters if there are any. */
static void load(char *line, int complaints)
{
	const char *argv[MAX_WORDS + 2] = { "/usr/sbin/modprobe" };
	char *rest = line, *word;

	for (int count = 1; count <= MAX_WORDS && (word = strsep(&rest, " \t\n")) != NULL;)
		if (*word != '\0')
			argv[count++] = word;
	if (argv[1] != NULL && argv[1][0] != '#' && argv[1][0] != ';')
		run(argv, complaints);
}

static void load_listed(const char *path, int complaints)
{
	FILE *list = fopen(path, "re");
	char line[1024];

	while (list != NULL && fgets(line, sizeof(line), list) != NULL)
		load(line, complaints);
	if (list != NULL)
		fclose(list);
}

static void show_on_console(int complaints)
{
	char text[4096];
	ssize_t n = pread(complaints, text, sizeof(text), 0);

	if (n > 0)
		fprintf(stderr, "ringlab: %.*s", (int)n, text);
}

void load_listed_modules(void)
{
	int complaints = open(NOT_LOADED, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	glob_t found = { 0 };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		glob(lists[i], i == 0 ? 0 : GLOB_APPEND, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		load_listed(found.gl_pathv[i], complaints);
	show_on_console(complaints);
	close(complaints);
	globfree(&found);
}

/* The kernel makes devices for root alone; programs of the attendee are what this one is for. */
void open_netmap(void)
{
	struct stat status;

	if (stat(NETMAP, &status) == 0 && S_ISCHR(status.st_mode))
		chmod(NETMAP, 0666);
}
