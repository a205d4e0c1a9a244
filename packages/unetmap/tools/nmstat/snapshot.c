// SPDX-License-Identifier: BSD-2-Clause
#include "snapshot.h"

#include <errno.h>
#include <libnetmap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

static uint64_t
monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

struct unetmap_stats *
snapshot_next_place(struct snapshot *s)
{
	size_t room = s->room ? 2 * s->room : 8;
	struct unetmap_stats *ports;

	if (s->count < s->room)
		return &s->ports[s->count];
	ports = realloc(s->ports, room * sizeof(*ports));
	if (!ports)
		return NULL;
	s->ports = ports;
	s->room = room;
	return &ports[s->count];
}

// 0 = all read; -1 with EINVAL: the engine has no such request.
static int
read_counters(struct snapshot *s, int fd)
{
	struct nmreq_header hdr;
	struct unetmap_stats *port;
	uint32_t index = 0;

	for (;;) {
		port = snapshot_next_place(s);
		if (!port)
			return -1;
		memset(port, 0, offsetof(struct unetmap_stats, rings));
		port->index = index;
		nmreq_header_init(&hdr, UNETMAP_REQ_STATS_GET, port);
		if (ioctl(fd, NIOCCTRL, &hdr) == -1)
			return errno == ENOENT ? 0 : -1;
		index = port->index + 1;
		s->count++;
	}
}

// Not every engine has any.
static void
read_modules(struct snapshot *s, int fd)
{
	struct nmreq_header hdr;
	uint32_t index = 0;

	for (s->module_count = 0; s->module_count < SNAPSHOT_MAX_MODULES; s->module_count++) {
		struct unetmap_module *module = &s->modules[s->module_count];

		module->index = index;
		nmreq_header_init(&hdr, UNETMAP_REQ_MODULE_GET, module);
		if (ioctl(fd, NIOCCTRL, &hdr) == -1)
			return;
		index = module->index + 1;
	}
}

static void
add_memory_id(struct unetmap_stats *port, int fd)
{
	struct nmreq_port_info_get info = {0};
	struct nmreq_header hdr;

	nmreq_header_init(&hdr, NETMAP_REQ_PORT_INFO_GET, &info);
	memcpy(hdr.nr_name, port->name, sizeof(hdr.nr_name));
	if (ioctl(fd, NIOCCTRL, &hdr) == -1)
		return;
	port->mem_id = info.nr_mem_id;
	port->tx_rings = info.nr_tx_rings;
	port->rx_rings = info.nr_rx_rings;
}

// What any netmap can say: the ports of its switches.
static int
read_switches(struct snapshot *s, int fd)
{
	struct nmreq_vale_list at = {0};
	struct nmreq_header hdr;
	struct unetmap_stats *port;

	for (;; at.nr_port_idx++) {
		nmreq_header_init(&hdr, NETMAP_REQ_VALE_LIST, &at);
		if (ioctl(fd, NIOCCTRL, &hdr) == -1)
			return errno == ENOENT ? 0 : -1;
		port = snapshot_next_place(s);
		if (!port)
			return -1;
		memset(port, 0, sizeof(*port));
		memcpy(port->name, hdr.nr_name, sizeof(port->name));
		port->kind = UNETMAP_PORT_VALE;
		add_memory_id(port, fd);
		s->count++;
	}
}

int
snapshot_take(struct snapshot *s, int fd)
{
	s->count = 0;
	s->point_count = 0;
	s->ts_us = monotonic_us();
	s->counters = 1;
	read_modules(s, fd);
	if (read_counters(s, fd) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	s->count = 0;
	s->counters = 0;
	return read_switches(s, fd);
}

void
snapshot_free(struct snapshot *s)
{
	free(s->ports);
	memset(s, 0, sizeof(*s));
}

// A port that closed and opened again between two snapshots counts from 0 again, which
// the packet counter shows.
const struct unetmap_ring_stats *
snapshot_find_ring(const struct snapshot *s, const struct unetmap_stats *port, size_t ring)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct unetmap_stats *old = &s->ports[i];

		if (strncmp(old->name, port->name, sizeof(old->name)) == 0 && ring < old->ring_count &&
			old->rings[ring].packets <= port->rings[ring].packets)
			return &old->rings[ring];
	}
	return NULL;
}

const char *
snapshot_module_state(const struct unetmap_module *module)
{
	static const char *const words[] = {"unknown", "rules", "unloaded", "hung", "died"};

	return words[module->state < sizeof(words) / sizeof(words[0]) ? module->state : 0];
}

const char *
snapshot_kind(const struct unetmap_stats *port)
{
	static const char *const names[] = {"unknown", "vale", "pipe", "null", "monitor", "nic", "passthrough"};

	if (port->kind == SNAPSHOT_INTERFACE)
		return "interface";
	if (port->kind == SNAPSHOT_TOLD)
		return "told";
	return names[port->kind < sizeof(names) / sizeof(names[0]) ? port->kind : 0];
}

const char *
snapshot_backend(const struct unetmap_stats *port)
{
	static const char *const names[] = {"unknown", "af_xdp", "af_packet"};

	return names[port->backend < sizeof(names) / sizeof(names[0]) ? port->backend : 0];
}

const char *
snapshot_host_way(const struct unetmap_stats *port)
{
	static const char *const names[] = {"none", "bpf", "nftables"};

	return names[port->host_way < sizeof(names) / sizeof(names[0]) ? port->host_way : 0];
}
