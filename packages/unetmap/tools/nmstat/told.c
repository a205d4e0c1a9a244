// SPDX-License-Identifier: BSD-2-Clause
//
// Beside netmap's ports what programs without netmap count, and tell: a file each.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapshot.h"

enum { MOST_ENTRIES = 32, MOST_TEXT = 8192 }; // whoever may write there may not make every reading longer

// A name of letters, digits, '-' and '_': files that are being written have others.
static int
is_told_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > 32 || !isalnum((unsigned char)*name))
		return 0;
	for (; *name; name++) {
		if (!isalnum((unsigned char)*name) && *name != '-' && *name != '_')
			return 0;
	}
	return 1;
}

// What is no plain file could make the reader wait. 0, or -1.
static int
read_text(int folder, const char *name, char text[MOST_TEXT])
{
	int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat about;
	ssize_t length = -1;

	if (fd == -1)
		return -1;
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
		length = read(fd, text, MOST_TEXT - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length > 0 ? 0 : -1;
}

// "rx PACKETS BYTES DROPS"
static void
parse_line(const char *line, struct unetmap_ring_stats *ring)
{
	uint64_t packets, bytes, drops;

	if (sscanf(line, "%*2s %" SCNu64 " %" SCNu64 " %" SCNu64, &packets, &bytes, &drops) != 3)
		return;
	ring->packets = packets;
	ring->bytes = bytes;
	ring->drops = drops;
}

static void
fill(struct unetmap_stats *port, const char *name, char *text)
{
	char *rest, *line;

	memset(port, 0, sizeof(*port));
	snprintf(port->name, sizeof(port->name), "told:%s", name);
	port->kind = SNAPSHOT_TOLD;
	port->ring_count = 2;
	port->rings[0].dir = 1;
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "tx ", 3) == 0)
			parse_line(line, &port->rings[0]);
		else if (strncmp(line, "rx ", 3) == 0)
			parse_line(line, &port->rings[1]);
	}
}

// "point SERIES X Y"; false for anything else.
static int
parse_point(const char *line, struct snapshot_point *point)
{
	int end = 0;

	if (sscanf(line, "point %16[A-Za-z0-9._-] %lf %lf%n", point->series, &point->x, &point->y, &end) != 3)
		return 0;
	return line[end] == '\n' && isfinite(point->x) && isfinite(point->y);
}

// Lines without an end are being written.  Gives whether the text is a curve's.
static int
add_points(struct snapshot *s, const char *name, const char *text)
{
	static const char word[] = "point ";
	const char *line = text, *end;
	int is_curve = 0;

	for (; (end = strchr(line, '\n')) != NULL && s->point_count < SNAPSHOT_MAX_POINTS; line = end + 1) {
		struct snapshot_point *point = &s->points[s->point_count];

		if (strncmp(line, word, sizeof(word) - 1) != 0)
			continue;
		is_curve = 1;
		snprintf(point->told, sizeof(point->told), "%s", name);
		s->point_count += (size_t)parse_point(line, point);
	}
	return is_curve || strncmp(line, word, sizeof(word) - 1) == 0;
}

// 0, also when the file is gone or is none; -1 with errno when memory is short.
static int
add_file(struct snapshot *s, int folder, const char *name)
{
	struct unetmap_stats *port;
	char text[MOST_TEXT];

	if (!is_told_name(name) || read_text(folder, name, text) == -1)
		return 0;
	if (add_points(s, name, text))
		return 0;
	port = snapshot_next_place(s);
	if (port == NULL)
		return -1;
	fill(port, name, text);
	s->count++;
	return 0;
}

int
snapshot_add_told(struct snapshot *s)
{
	const char *path = getenv("NMSTAT_TOLD");
	DIR *folder = path ? opendir(path) : NULL;
	struct dirent *entry;
	int result = 0;

	if (folder == NULL)
		return 0;
	for (int i = 0; i < MOST_ENTRIES && result == 0 && (entry = readdir(folder)) != NULL; i++)
		result = add_file(s, dirfd(folder), entry->d_name);
	closedir(folder);
	return result;
}
