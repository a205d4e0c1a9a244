// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads and writes files of the workspace, one request a frame. It runs inside the sandbox as the sandbox's user, so
 * whatever links a program has planted lead nowhere that the program could not go itself; and links are not followed.
 */
#define _GNU_SOURCE
#include "modes.h"
#include "rights.h"
#include "wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_READ_BYTES (16u << 20)

static int connection;

static void answer_failed(const char *path, const char *doing)
{
	char words[512];
	int n = snprintf(words, sizeof(words), "%s: cannot be %s: %s", path, doing,
		errno == ELOOP || errno == EMLINK || errno == ENOTDIR ? "a link or a file stands where a folder should be" : strerror(errno));

	wire_send(connection, WIRE_FAILED, words, n < (int)sizeof(words) ? n : (int)sizeof(words) - 1);
}

static void answer_done(const void *body, uint32_t length)
{
	wire_send(connection, WIRE_DONE, body, length);
}

static int is_plain(const char *name)
{
	return *name != 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int step_into(int folder, const char *name, int create)
{
	int next;

	if (!is_plain(name)) {
		errno = EINVAL;
		next = -1;
	} else {
		if (create)
			mkdirat(folder, name, 0755);
		next = openat(folder, name, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
	}
	close(folder);
	return next;
}

/* Returns the folder that holds the path's last part, and that part; or -1 with errno. */
static int open_parent(char *path, int create, char **last)
{
	int folder = open(WORKSPACE, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	char *slash;

	while (folder >= 0 && (slash = strchr(path, '/')) != NULL) {
		*slash = 0;
		folder = step_into(folder, path, create);
		*slash = '/';
		path = slash + 1;
	}
	*last = path;
	if (folder >= 0 && !is_plain(path)) {
		close(folder);
		errno = EINVAL;
		return -1;
	}
	return folder;
}

static int write_all(int fd, const char *from, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, from, length);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			from += n;
			length -= n;
		}
	}
	return 0;
}

/* A program sees the old file or the new one, never a part of it. */
static int replace(int folder, const char *name, const char *content, size_t length)
{
	char temporary[64];
	int fd, failed;

	snprintf(temporary, sizeof(temporary), ".ringlab-put-%d", getpid());
	unlinkat(folder, temporary, 0);
	fd = openat(folder, temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	failed = write_all(fd, content, length) < 0;
	close(fd);
	if (!failed && renameat(folder, temporary, folder, name) == 0)
		return 0;
	int why = errno;
	unlinkat(folder, temporary, 0);
	errno = why;
	return -1;
}

static void put(struct frame *request)
{
	char *path = request->body, *last;
	size_t path_bytes = strlen(path) + 1;
	int folder = open_parent(path, 1, &last);
	int length = request->length - path_bytes;

	if (folder < 0 || length < 0 || replace(folder, last, path + path_bytes, length) < 0)
		answer_failed(path, "written");
	else
		answer_done(NULL, 0);
	if (folder >= 0)
		close(folder);
}

static int read_file(int fd, char **content, uint32_t *length)
{
	struct stat st;
	ssize_t n = 0;

	*content = NULL;
	*length = 0;
	if (fstat(fd, &st) < 0)
		return -1;
	errno = S_ISDIR(st.st_mode) ? EISDIR : !S_ISREG(st.st_mode) ? EINVAL : st.st_size > MAX_READ_BYTES ? EFBIG : 0;
	if (errno != 0 || (*content = malloc(st.st_size + 1)) == NULL)
		return -1;
	while (*length < st.st_size && (n = read(fd, *content + *length, st.st_size - *length)) > 0)
		*length += n;
	return n < 0 ? -1 : 0;
}

static void answer_content(int fd, const char *path)
{
	char *content;
	uint32_t length;

	if (read_file(fd, &content, &length) < 0)
		answer_failed(path, errno == EFBIG ? "read (16 MiB is the most)" : "read");
	else
		answer_done(content, length);
	free(content);
	close(fd);
}

static void get(struct frame *request)
{
	char *last;
	int folder = open_parent(request->body, 0, &last);
	int fd = folder < 0 ? -1 : openat(folder, last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int why = errno;

	if (folder >= 0)
		close(folder);
	errno = why;
	if (fd >= 0)
		answer_content(fd, request->body);
	else if (why == ENOENT)
		wire_send(connection, WIRE_MISSING, NULL, 0);
	else
		answer_failed(request->body, "read");
}

static int remove_tree(int folder, const char *name);

static int remove_entries(int fd)
{
	DIR *entries = fdopendir(fd);
	struct dirent *entry;
	int failed = 0;

	if (entries == NULL) {
		close(fd);
		return -1;
	}
	while (!failed && (entry = readdir(entries)) != NULL)
		if (is_plain(entry->d_name))
			failed = remove_tree(dirfd(entries), entry->d_name) < 0;
	closedir(entries);
	return failed ? -1 : 0;
}

static int remove_tree(int folder, const char *name)
{
	int fd;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	fchmodat(folder, name, 0700, 0);
	fd = openat(folder, name, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
	if (fd < 0 || remove_entries(fd) < 0)
		return -1;
	return unlinkat(folder, name, AT_REMOVEDIR);
}

static void remove_path(struct frame *request)
{
	char *last;
	int folder = open_parent(request->body, 0, &last);

	if ((folder < 0 && errno != ENOENT) || (folder >= 0 && remove_tree(folder, last) < 0))
		answer_failed(request->body, "removed");
	else
		answer_done(NULL, 0);
	if (folder >= 0)
		close(folder);
}

static void serve(struct frame *request)
{
	if (request->kind == WIRE_PUT)
		put(request);
	else if (request->kind == WIRE_GET)
		get(request);
	else if (request->kind == WIRE_REMOVE)
		remove_path(request);
	else
		_exit(1);
}

void serve_files(int from, struct frame *request)
{
	connection = from;
	rights_of_worker();
	signal(SIGXFSZ, SIG_IGN);
	do {
		serve(request);
		free(request->body);
	} while (wire_receive(from, request) == 0);
	_exit(0);
}
