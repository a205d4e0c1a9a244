// SPDX-License-Identifier: BSD-2-Clause
//
// unetmap-run: runs a command with /dev/netmap provided by libunetmap.so, which lies in
// ../lib beside this program, wherever the two were put.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage_text[] =
	"Usage: unetmap-run [--dir DIR] [--] COMMAND [ARGUMENT...]\n"
	"  --dir DIR   where ports, switches and memory regions live; programs that shall see\n"
	"              each other use the same one.  Created if it is missing.  Default:\n"
	"              $UNETMAP_DIR, $XDG_RUNTIME_DIR/unetmap or /dev/shm/unetmap-UID\n"
	"  --help      this text\n";

static void __attribute__((__noreturn__))
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void __attribute__((__noreturn__))
fail(const char *what, const char *why)
{
	fprintf(stderr, "unetmap-run: %s: %s\n", what, why);
	exit(1);
}

// Cuts the last component of path off.
static void
to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

static void
find_library(char library[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (size == -1)
		fail("/proc/self/exe", strerror(errno));
	self[size] = '\0';
	to_parent(self);
	to_parent(self);
	if (snprintf(library, PATH_MAX, "%s/lib/libunetmap.so", self) >= PATH_MAX)
		fail(self, strerror(ENAMETOOLONG));
	if (access(library, R_OK) == -1)
		fail(library, strerror(errno));
	if (strpbrk(library, " :"))
		fail(library, "the dynamic linker takes no path with a space or a colon");
}

static void
set_preload(void)
{
	const char *before = getenv("LD_PRELOAD");
	char library[PATH_MAX], *all;

	find_library(library);
	if (!before || *before == '\0') {
		setenv("LD_PRELOAD", library, 1);
		return;
	}
	if (strstr(before, library))
		return;
	if (asprintf(&all, "%s:%s", library, before) == -1)
		fail("LD_PRELOAD", strerror(ENOMEM));
	setenv("LD_PRELOAD", all, 1);
	free(all);
}

static void
default_dir(char dir[PATH_MAX])
{
	const char *given = getenv("UNETMAP_DIR"), *runtime = getenv("XDG_RUNTIME_DIR");

	if (given && *given)
		snprintf(dir, PATH_MAX, "%s", given);
	else if (runtime && *runtime)
		snprintf(dir, PATH_MAX, "%s/unetmap", runtime);
	else
		snprintf(dir, PATH_MAX, "/dev/shm/unetmap-%u", getuid());
}

static void
set_dir(const char *dir)
{
	char absolute[PATH_MAX];

	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		fail(dir, strerror(errno));
	if (!realpath(dir, absolute))
		fail(dir, strerror(errno));
	if (access(absolute, W_OK | X_OK) == -1)
		fail(absolute, strerror(errno));
	setenv("UNETMAP_DIR", absolute, 1);
}

// The index of the command in argv; dir is set if it was given.
static int
parse(int argc, char **argv, const char **dir)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			usage(0);
		else if (strncmp(argv[i], "--dir=", 6) == 0)
			*dir = argv[i] + 6;
		else if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc)
			*dir = argv[++i];
		else
			usage(1);
	}
	return i;
}

int
main(int argc, char **argv)
{
	char dir[PATH_MAX];
	const char *given = NULL;
	int command = parse(argc, argv, &given);

	if (command >= argc)
		usage(1);
	default_dir(dir);
	set_dir(given ? given : dir);
	set_preload();
	execvp(argv[command], argv + command);
	fprintf(stderr, "unetmap-run: %s: %s\n", argv[command], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
