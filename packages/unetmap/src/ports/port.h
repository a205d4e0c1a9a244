// SPDX-License-Identifier: BSD-2-Clause
//
// Ports. What kinds have in common is here; what differs is one table of functions each, in one
// file each, listed in port_table.c. To add a kind: docs/adding-a-port.md in the root of the repository.
#ifndef UNETMAP_PORTS_PORT_H_
#define UNETMAP_PORTS_PORT_H_

#include <poll.h>
#include <stdint.h>

#include "core/barriers.h"
#include "core/ring.h"
#include "core/segment.h"

// What a registration asks of a port that does not exist yet; 0 = the default.
struct port_wish {
	uint32_t slots[2]; // by enum ring_dir
	uint32_t rings[2];
	uint32_t host_rings[2]; // of a network device; 0 = one
	uint32_t extra_bufs;
	uint16_t mem_id;
	uint64_t flags; // NR_*
};

struct port_ops {
	uint16_t kind;

	// Whose name is this? 1 = of this kind, 0 = not, -errno = of this kind but malformed.
	int (*claims)(const char *name);

	// Makes the port `name`, which is not there yet, or finds it by what else it is called. Returns its number or -errno, with nothing
	// left behind. Control lock held.
	int (*create)(const char *name, const struct port_wish *wish);

	// Before a descriptor is bound to it: makes what the port has only while somebody has it open.
	// 0, also when there is nothing to do, or -errno: -EAGAIN if it would work a moment later. May be NULL.
	// Control lock held.
	int (*used)(struct port *port, const struct port_wish *wish);

	// The last descriptor has gone, or none ever came; undo create, or used. May come again.
	// Control lock held. A port that its maker died at comes here too, in state BUILDING: what was
	// not set yet is NONE or 0, and rings are `held` or not.
	void (*unused)(struct port *port);

	// Somebody died while he held the control lock: mends what belongs to no single port. May be
	// NULL. Control lock held.
	void (*sweep)(void);

	// One ring, its `lock` held. *_sync moves frames and shows the new tail; it returns MARKS_WRONG
	// if the program's marks made no sense.
	enum marks (*tx_sync)(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);
	enum marks (*rx_sync)(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);

	// True if a sync of this ring, whose program has changed no mark since the last one, would change nothing. Without
	// the ring's lock: what it reads may be another port's by now. May be NULL.
	int (*is_idle)(const struct port *port, const struct kring *k);

	// What the program of a descriptor is about to release on an rx ring, its lock held, before
	// rx_sync. Returns how many frames it put into tx rings of the descriptor's. May be NULL.
	int (*forward)(struct port *port, const struct desc *d, struct kring *k, struct netmap_ring *ring, char *base);

	// True when poll must report an error on this port, whatever its rings say. May be NULL.
	int (*is_broken)(const struct port *port);

	// What else than its doorbell wakes who sleeps on the rings of one direction: fills in at most
	// `max` entries and returns how many. May be NULL.
	int (*wait_fds)(struct port *port, const struct desc *d, enum ring_dir dir, struct pollfd *fds, int max);

	// Nothing wakes who sleeps on these rings: he is to look again soon.
	int naps;
};

const struct port_ops *port_ops(uint16_t kind);
extern const struct port_ops *const port_kinds[]; // ends with NULL
extern const struct port_ops vale_ops, pipe_ops, monitor_ops, null_ops, nic_ops, passthrough_ops;

static inline struct port *port_at(uint16_t id)
{
	return &segment->ports[id];
}

// Rings of one direction with the host's, which come last.
static inline int port_ring_total(const struct port *port, enum ring_dir dir)
{
	return port->ring_count[dir] + port->host_count[dir];
}

// Flags of its kind. Control lock held; who syncs glances at them.
static inline void port_set_flag(struct port *port, uint16_t flag)
{
	scribble(&port->flags, port->flags | flag);
}

static inline void port_clear_flag(struct port *port, uint16_t flag)
{
	scribble(&port->flags, port->flags & ~flag);
}

static inline uint16_t port_id(const struct port *port)
{
	return port - segment->ports;
}

// ---- all of these with the control lock held ----

// The active port of this name, or NULL.
struct port *port_find(const char *name);

// The port of this name, made if need be. NULL with *error set to -ENXIO (no such device) or what
// create says. The name decides the kind.
struct port *port_open(const char *name, const struct port_wish *wish, int *error);

struct binding {
	uint16_t first[2], last[2]; // rings, by enum ring_dir: first <= n < last
	uint64_t flags;		    // NR_*
	uint32_t extra_bufs;
};

// True if NR_EXCLUSIVE, of the binding or of one that overlaps it, forbids it.
int port_is_refused(const struct port *port, const struct binding *binding);

// Gives a descriptor a netmap_if for these rings of the port, and as many extra buffers as there
// are. -EBUSY if it is refused; -ENOMEM if port or area are full.
int port_bind(struct port *port, uint16_t desc, const struct binding *binding);
void port_unbind(uint16_t desc);

// True if a descriptor has this ring.
int port_ring_is_bound(const struct port *port, enum ring_dir dir, uint16_t ring);

// Gives up everything a descriptor has, and the descriptor.
void desc_close(uint16_t desc);

// Closes the descriptors that no process has any more. If `interrupted`, the last holder of the control
// lock died while holding it: sweeps what that left half done.
void ports_reap(int interrupted);

// ---- for the kinds ----

// The wish with defaults filled in and maxima applied.
struct port_wish port_whole_wish(const struct port_wish *wish);

// A fresh port in state BUILDING with geometry from the whole wish, or
// NULL when the region has no room for one more.
struct port *port_alloc(const char *name, uint16_t kind, const struct port_wish *wish);
void port_announce(struct port *port);

// Makes the rings of one direction; those of `twin`, if given, share their buffers with it.
// 0 or -ENOMEM with nothing left behind.
int port_make_rings(struct port *port, enum ring_dir dir, struct port *twin);
// A ring that is in the area already: sets its geometry, and leaves to the caller to make it active.
void port_place_ring(struct port *port, enum ring_dir dir, int n, uint64_t ring_ofs);
// The rings of both directions, with buffers of the port's own. 0 or -ENOMEM with nothing left behind.
int port_make_own_rings(struct port *port);

// Stops whoever works on the rings of one direction and gives their memory back, and the buffers in
// their slots too if they own them.
void port_drop_rings(struct port *port, enum ring_dir dir, int own_buffers);
void port_free(struct port *port);

// The area for a new port: that of wish->mem_id, that of a relative (pipes and switch port of one
// base name), or a new one as needed. Returns its number, -EINVAL for an unknown id, or -ENOMEM.
int port_choose_area(const char *base, const struct port_wish *wish, const struct area_need *need);
// -EINVAL for a memory id that no area has. 0 and the global area's always are one.
int port_check_memory(uint16_t mem_id);
// Lets go of the area if nobody uses it any more.
void port_leave_area(uint16_t area);

// "base{id" or "base}id": the length of base; 0 if the name is no pipe's.
uint32_t pipe_base_length(const char *name);
// "vale<switch>:<port>": 1 yes, 0 no, -ENOMEM malformed.
int vale_name_check(const char *name, uint32_t length);

#endif
