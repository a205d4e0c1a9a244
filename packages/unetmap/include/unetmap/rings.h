// SPDX-License-Identifier: BSD-2-Clause
//
// Looking at the rings of a port, slot by slot, and holding its program at each sync: two NIOCCTRL requests
// more than netmap has.  nmring is the program for it.  In-kernel netmap answers EINVAL to both.
//
// Both take the port's name in nr_name, as nmstat shows it ("vale0:a", "p{1", "eth0").
#ifndef _UNETMAP_RINGS_H_
#define _UNETMAP_RINGS_H_

#include <net/netmap.h>
#include <stdint.h>
#include <unetmap/stats.h>

#define UNETMAP_REQ_RING_GET 0x5510
#define UNETMAP_REQ_HOLD 0x5511

enum {
	UNETMAP_RING_MAX_FRAMES = 64,
	UNETMAP_RING_FRAME_BYTES = 64
};

// The calls that a program can be held at.
enum {
	UNETMAP_CALL_NONE = 0,
	UNETMAP_CALL_TXSYNC = 1,
	UNETMAP_CALL_RXSYNC = 2,
	UNETMAP_CALL_POLL = 3 // select and epoll_wait, too
};

// Where it is: 0 also when nobody has come to the hold yet.
enum {
	UNETMAP_PHASE_PROGRAM = 0, // in its own code
	UNETMAP_PHASE_BEFORE = 1,  // held: it called, and nothing has happened yet
	UNETMAP_PHASE_INSIDE = 2,  // in the call; poll may be waiting there
	UNETMAP_PHASE_AFTER = 3	   // held: the rings are synced, and it has not seen them yet
};

// RING_GET: reads one ring as it stands in shared memory, and who holds the port.  Moves nothing, keeps
// nothing alive, and waits for nobody.  A ring in use gives slots of slightly different moments.
// Fails with ENOENT if there is no such port or ring, EFAULT for an address that is not writable, EINVAL for more
// frames than UNETMAP_RING_MAX_FRAMES.
struct unetmap_ring {
	uint16_t dir;	      // in: 1 = tx, 0 = rx
	uint16_t ring;	      // in
	uint32_t room;	      // in: slots that fit at `slots`
	uint64_t slots;	      // in: struct netmap_slot *, or 0
	uint64_t frames;      // in: UNETMAP_RING_FRAME_BYTES for each of frame_count slots, or 0
	uint32_t first_frame; // in: the slot whose frame's beginning comes first
	uint32_t frame_count; // in; out: how many came

	uint32_t head, cur, tail; // in the ring's memory: what the program sees and moves
	uint32_t flags;		  // of the ring, NR_*
	uint16_t mem_id;
	uint16_t kind;			  // of the port, UNETMAP_PORT_*
	uint32_t users;			  // descriptors bound to the port
	struct unetmap_ring_stats synced; // what the last sync saw and left, and the counters

	uint32_t held; // 1 = somebody holds this port
	uint16_t call; // UNETMAP_CALL_*
	uint16_t phase; // UNETMAP_PHASE_*
	uint32_t stops; // that were left so far
	uint32_t steps; // that may still be left
};

// HOLD: who syncs the port, now or once it is opened, stops before each NIOCTXSYNC, NIOCRXSYNC and poll, and
// again before it returns, until it is given a step for each.  The hold is the descriptor's, and
// ends with it.  A signal ends one stop: poll returns EINTR, and a sync is made.  A process does not hold itself.
// Fails with EBUSY if another descriptor holds the port, ENOMEM if eight ports are held, and, to let go, ENOENT
// if this descriptor does not hold it.
struct unetmap_hold {
	uint32_t steps;	 // stops that may be left, in place of those that were not used yet
	uint32_t let_go; // 1 = end the hold
};

#endif
