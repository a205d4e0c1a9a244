// SPDX-License-Identifier: BSD-2-Clause
#ifndef NMSTAT_SNAPSHOT_H
#define NMSTAT_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>
#include <unetmap/modules.h>
#include <unetmap/stats.h>

enum { SNAPSHOT_MAX_MODULES = 8 }; // as many as switches
enum { SNAPSHOT_MAX_POINTS = 128 };
enum { SNAPSHOT_INTERFACE = 100, SNAPSHOT_TOLD }; // beside the kinds of ports

// Of a curve that a program measures: where it stands, and which line it belongs to.
struct snapshot_point {
	char told[33]; // the file's name
	char series[17];
	double x, y; // finite
};

// All ports of the engine at one moment, and the VALE modules of its switches.
struct snapshot {
	uint64_t ts_us; // CLOCK_MONOTONIC
	struct unetmap_stats *ports;
	size_t count;
	size_t room;
	struct unetmap_module modules[SNAPSHOT_MAX_MODULES];
	size_t module_count;
	struct snapshot_point points[SNAPSHOT_MAX_POINTS];
	size_t point_count;
	int counters; // 0: this engine counts nothing; switch ports only, without rings
};

// Reads through fd, an unregistered descriptor of /dev/netmap.  Returns 0, or -1 with
// errno: the snapshot then holds what was read so far.
int snapshot_take(struct snapshot *s, int fd);

// Behind the ports, the kernel's interfaces in this network namespace, named kernel:eth0,
// without the loopback.  Returns 0, or -1 with errno.
int snapshot_add_interfaces(struct snapshot *s);

// Behind them what programs tell in the files of the folder $NMSTAT_TOLD: counters, as a port
// named told:FILE, or the points of a curve, of which there are no more than there is room for.
// Returns 0, also when there is no such folder, or -1 with errno.
int snapshot_add_told(struct snapshot *s);

// Room for one port more, which counts when s->count is raised; NULL with errno.
struct unetmap_stats *snapshot_next_place(struct snapshot *s);

void snapshot_free(struct snapshot *s);

// The same ring in an earlier snapshot, or NULL if the port was not there.
const struct unetmap_ring_stats *snapshot_find_ring(const struct snapshot *s,
	const struct unetmap_stats *port, size_t ring);

// "rules", "hung", ...
const char *snapshot_module_state(const struct unetmap_module *module);

const char *snapshot_kind(const struct unetmap_stats *port);

// How a NIC port reaches its device.
const char *snapshot_backend(const struct unetmap_stats *port);
const char *snapshot_host_way(const struct unetmap_stats *port);

#endif
