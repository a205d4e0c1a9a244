// SPDX-License-Identifier: BSD-2-Clause
//
// Beside netmap's ports the kernel's own interfaces, so that both are seen by one clock.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "snapshot.h"

// A line of /proc/net/dev after the name: eight numbers of what was received, eight of what was sent.
static int
parse_counters(const char *text, struct unetmap_stats *port)
{
	struct unetmap_ring_stats *tx = &port->rings[0], *rx = &port->rings[1];

	return sscanf(text, "%" SCNu64 " %" SCNu64 " %*u %" SCNu64 " %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %*u %" SCNu64,
		       &rx->bytes, &rx->packets, &rx->drops, &tx->bytes, &tx->packets, &tx->drops) == 6
		? 0 : -1;
}

// 1 = there is one in the line, 0 = none, or one that leads nowhere; -1 with errno.
static int
add_interface(struct snapshot *s, const char *line)
{
	const char *name = line + strspn(line, " "), *colon = strchr(name, ':');
	struct unetmap_stats *port;

	if (colon == NULL || strncmp(name, "lo:", 3) == 0)
		return 0;
	port = snapshot_next_place(s);
	if (port == NULL)
		return -1;
	memset(port, 0, sizeof(*port));
	snprintf(port->name, sizeof(port->name), "kernel:%.*s", (int)(colon - name), name);
	port->kind = SNAPSHOT_INTERFACE;
	port->ring_count = 2;
	port->rings[0].dir = 1;
	return parse_counters(colon + 1, port) == 0;
}

int
snapshot_add_interfaces(struct snapshot *s)
{
	FILE *file = fopen("/proc/net/dev", "r");
	char line[512];
	int added = 0;

	if (file == NULL)
		return -1;
	while (added >= 0 && fgets(line, sizeof(line), file) != NULL) {
		added = add_interface(s, line);
		if (added > 0)
			s->count++;
	}
	fclose(file);
	return added < 0 ? -1 : 0;
}
