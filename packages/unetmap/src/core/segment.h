// SPDX-License-Identifier: BSD-2-Clause
//
// The control segment: everything the engine must be able to believe. It is the file `control` of
// the region directory, mapped by the library in each process; no program gets a pointer to it.
//
//   region directory
//   +-- lock            flock() = the control lock
//   +-- clients         one byte a process; whoever holds its lock is alive (liveness.c)
//   +-- control         this segment
//   +-- mem-ID-GEN      a memory area: what programs map (area.h)
//   +-- door-N-GEN      a FIFO: the descriptor N that open("/dev/netmap") returned (doorbell.h)
//   +-- lanes-N-GEN     where senders ask the VALE module N for destinations (module_lanes.h)
//
//   struct segment
//   +----------------+
//   | magic, version |  control: written once
//   +----------------+
//   | clients[]      |  control: how often each client number was given out
//   | switches[]     |  control: name, ports[], ruler    senders: macs[] (one aligned word each)
//   | areas[]        |  control
//   | descs[]        |  control: binding          waiters: armed, sleepers    producers: armed
//   | ports[]        |  control: name, geometry, users, state
//   |   rings[2][16] |  see struct kring
//   | modules[]      |  control: all but   senders: end `rule`    a lane's lock: the lane
//   | holds[]        |  control: all but   who stops: take `steps`, count `stops`, say where they are
//   +----------------+
//
//   One ring, and who writes it. Each part has cache lines of its own.
//
//   switch    sender's tx kring          receiver's rx kring
//             hwcur: claimed by lock     hwtail: published by qlock's holder, frames after frames
//                                        hwcur:  released by lock's holder (the receiver)
//   pipe      tx kring of one end        rx kring of the other end
//             hwcur: published           hwcur:  released
//             (its hwtail is the         (its hwtail is the peer's tx hwcur)
//              peer's rx hwcur - 1)
//
// Locking. "control" above means: while holding the control lock (region_lock), which the kernel
// releases when its holder dies. Objects come alive by publishing `state` or `active` last and die
// by clearing it first, so half-made ones are never used and are swept by the next holder. An object
// of an area (ring, interface, buffer) is named, by a `held` or a list that the sweep looks at, before
// it is taken, and no longer named after it was given back: a sweep may give back what is free already.
// On the data path: `lock` of a ring is held by whoever syncs it (user side), `qlock` of a switch rx
// ring by whoever delivers to it. Order: lock, then qlock; never two of one kind, but that a sender tries
// the lock of a guest's ring inside that of its own (offer_refresh); never the control lock inside either (tearing down a port takes qlocks inside the control lock, which is the same
// order). A sender asks a VALE module while it holds its ring's `lock`, and takes a lane's lock inside.
// All are robust (robust_lock.h). What a dead holder leaves behind is always consistent,
// because the last thing it does is one store of an index; the index claimed before (switch) or
// covering both sides (pipe) makes sure nobody sends a frame twice.
#ifndef UNETMAP_CORE_SEGMENT_H_
#define UNETMAP_CORE_SEGMENT_H_

#include <stddef.h>
#include <stdint.h>

#define SEGMENT_MAGIC 0x31706d74656e7531ull
#define SEGMENT_VERSION 9u

enum {
	MAX_CLIENTS = 4000,
	MAX_SWITCHES = 8,
	MAX_SWITCH_PORTS = 254,
	MAX_AREAS = 1024,
	MAX_DESCS = 2048,
	MAX_PORTS = 1024,
	MAX_RINGS = 16,
	MAX_SLOTS = 4096,
	MAX_USERS = 128, // descriptors of one port
	MAX_MONITORS = 8, // of one port
	MAC_BUCKETS = 1024,
	PORT_NAME_BYTES = 64,
	MODULE_NAME_BYTES = 16,
	LAST_WORDS_BYTES = 200,
	MAX_LANES = 16,
	MODULE_EVENTS = 256, // a power of two: as many as a switch has ports
	NIC_HOLDERS = 8,
	MAX_HOLDS = 8,
	NONE = 0xffff, // no such switch, port, area
	WATCHED = 0x8000, // and the number of the port
};

enum ring_dir { RX = 0, TX = 1 }; // the numbers of netmap_ring.dir

enum object_state { STATE_FREE = 0, STATE_BUILDING, STATE_ACTIVE };

// UNETMAP_PORT_*
enum port_kind { KIND_VALE = 1, KIND_PIPE, KIND_NULL, KIND_MONITOR, KIND_NIC, KIND_PASSTHROUGH };

struct kring {
	// Geometry. control, before `active`; constant while active.
	uint32_t made;	 // how often so far
	uint32_t active; // frames may move
	uint32_t held;	 // control: it has ring memory, and the buffers that its slots name
	uint32_t num_slots;
	uint16_t area;
	uint16_t port;
	uint16_t sw; // who delivers: a VALE port's switch, WATCHED and a port for a monitor's, else NONE
	uint16_t ring_id;
	uint8_t dir;
	uint32_t area_gen;
	uint32_t buf_total; // buffers of the area: valid indices are 2 .. buf_total - 1
	uint64_t ring_ofs;  // from the area's start
	uint64_t buf_ofs;   // of buffer 0, from the area's start
	uint64_t csb_ofs;   // of its marks, where a guest has the port (bar.h); 0 = they are in the ring
	uint64_t offset_mask;
	uint64_t offset_max;
	uint32_t buf_align;

	// For the other side to see. Owner of `lock`.
	__attribute__((aligned(128))) uint32_t hwcur;

	// Somebody sleeps or works on it (doorbell.h); by itself, so that looking costs nothing while
	// nobody does.
	__attribute__((aligned(128))) uint32_t wanted;

	// Where frames arrive (switch rx rings). Owner of `qlock`. Senders keep this line to themselves ...
	__attribute__((aligned(128))) uint32_t qlock;
	uint32_t seen_hwcur; // how far the receiver was when a sender last had to look
	uint32_t delivered;  // what hwtail is: to look there is to take that line from the receiver ...
	uint32_t delivering; // ... but it may not be: somebody delivers, or was killed doing so
	uint32_t stuck; // anybody: who held qlock for so long that others do not wait for him
	uint64_t passed_by; // anybody: frames lost meanwhile
	uint64_t packets;
	uint64_t bytes;
	uint64_t drops;
	uint64_t wakeups;
	// A zero-copy monitor's: buffers that change places (monitor.c). Who holds qlock next does it again.
	uint32_t swapping;
	uint32_t swap_at; // our slot
	uint32_t swap_ours, swap_theirs;
	uint64_t swap_ofs; // their slot, from the area's start
	// ... and this one is what the receiver watches.
	__attribute__((aligned(128))) uint32_t hwtail;

	// The user's side. Owner of `lock`.
	__attribute__((aligned(128))) uint32_t lock;
	uint32_t rhead; // marks as the last sync saw them ...
	uint32_t rcur;
	uint32_t rtail; // ... and what it showed as tail
	uint32_t claimed; // slots of a switch batch that is being delivered; of a pipe's, that monitors were shown
	uint32_t claimed_from; // where those of a pipe's begin
	uint32_t monitor_tail; // rx: up to here monitors have copies
	uint32_t lock_stuck; // anybody: as `stuck`, of a guest's ring
	uint64_t lost;	  // slots claimed by those who died at that
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t bad;
	uint64_t syncs;
	uint64_t tails; // how often rtail changed: other than that it does not come back to what it was
};

// A process that has a device, and where: nic_share.h.
struct nic_holder {
	uint32_t mark; // of the client; 0 = free, and whoever finds its owner dead may take it
	int32_t pid;   // believed only with the card
	int32_t card;  // a file descriptor there
};

struct port {
	uint32_t state;
	uint32_t gen;
	char name[PORT_NAME_BYTES];
	uint16_t kind;
	uint16_t area;
	uint32_t area_gen;
	uint16_t ring_count[2]; // by enum ring_dir
	uint16_t host_count[2]; // host rings, which come after them; only NICs have any
	uint32_t slot_count[2];
	uint16_t sw;
	uint16_t sw_port;
	uint16_t peer; // other end of a pipe; what a monitor watches
	uint16_t flags; // of its kind; control, and who syncs glances at them
	uint16_t passed; // a guest has it, or had it
	uint8_t backend; // of a NIC: UNETMAP_NIC_*
	uint8_t host_way; // of a NIC: UNETMAP_HOST_*
	struct nic_holder holders[NIC_HOLDERS]; // of a NIC: who has the device
	uint64_t token; // of a NIC: what their cards say
	uint32_t vnet_hdr_bytes;
	int32_t pid; // who opened it first; for people, never used to decide anything
	uint32_t user_count;
	uint16_t users[MAX_USERS]; // descriptor number + 1, 0 = free
	uint16_t monitors[2][MAX_MONITORS]; // port number + 1 of who watches, by direction
	uint32_t monitor_count[2];
	uint32_t monitors_made; // so far
	uint16_t zero_copy; // port number + 1 of the first zero-copy monitor; of such a monitor: of the next
	__attribute__((aligned(128))) uint64_t last_source; // senders: that the switch was told of
	__attribute__((aligned(128))) struct kring rings[2][MAX_RINGS + 1];
};

struct desc {
	uint32_t state;
	uint32_t gen;
	uint64_t dev, ino; // of its FIFO: how an inherited or passed descriptor is recognized
	uint32_t armed;    // somebody sleeps on the FIFO
	uint32_t sleepers; // how many, about: a killed sleeper stays counted
	uint16_t port;     // NONE = not registered
	uint16_t area;
	uint32_t area_gen;
	uint32_t port_gen;
	uint32_t held;	 // control: it has a netmap_if in the area, and the extra buffers listed there
	uint32_t if_ofs; // its netmap_if, from the area's start
	uint32_t extra_bufs;
	uint16_t first[2], last[2]; // rings bound: first <= n < last
	uint64_t flags;		    // NR_* of the registration
	uint32_t no_tx_poll;
	uint64_t csb_atok, csb_ktoa; // in the program's memory; 0 = the marks are in the rings
	uint32_t loop_runner;	     // control: the client that runs a sync loop on it
	uint32_t loop_stop;	     // control: that loop, or the next if there is none, is to end
};

struct area {
	uint32_t state;
	uint32_t gen;
	uint64_t map_bytes;  // what a program may map
	uint64_t bitmaps_ofs; // of used objects, out of its reach
	uint64_t file_bytes;
	uint64_t bar_bytes; // what a guest may be given of it (bar.h); 0 = nothing
	uint32_t is_private;
	uint32_t is_guest; // it stands on the memory of a device
	uint32_t if_total, ring_total, buf_total;
	uint32_t if_bytes, ring_bytes, buf_bytes; // of one object
	uint32_t full_words[3]; // how far the bitmaps have no clear bit, by enum pool of area.c
	uint64_t ring_pool_ofs, buf_pool_ofs;	  // the interface pool is at 0
};

struct vale_switch {
	uint32_t state;
	uint32_t port_high; // ports[] is empty from here on
	uint32_t ruler;	    // module number + 1 of who may rule it, 0 = nobody ever did
	char name[PORT_NAME_BYTES];
	uint16_t ports[MAX_SWITCH_PORTS]; // port number + 1, 0 = free
	uint32_t left[MAX_SWITCH_PORTS];  // when somebody last left this place, 0 = nobody had it yet
	uint32_t leaves;		  // so far
	__attribute__((aligned(128))) uint64_t macs[MAC_BUCKETS];
};

// How a module stands to its switch: the low bits of `rule`. Above them is how often this module
// number was given out, so that a late sender does not end its successor.
enum rule {
	RULE_NONE = 0, // the number is free
	RULE_ACTIVE,
	RULE_LEFT, // unloaded
	RULE_HUNG, // a sender has waited for longer than its patience
	RULE_DIED, // the process that runs it has ended
	RULE_BITS = 3,
};

struct module_lane {
	__attribute__((aligned(128))) uint32_t lock;
	uint32_t posted; // questions asked on this lane so far; only that is ever 0 which was never used
	uint64_t frames;
	uint64_t refused; // NM_BDG_NOPORT
	uint64_t nowhere; // to a port that is not there, or the one it came from
	uint64_t wild;	  // to a port or ring that cannot be
};

// A port that came to a module's switch or left it.
struct module_event {
	uint32_t came;
	uint32_t gen; // of the port
	uint16_t port, sw_port;
	uint16_t rings[2]; // by enum ring_dir
	char name[PORT_NAME_BYTES]; // with the switch's
};

struct module {
	uint32_t rule;
	uint32_t mark; // client mark of the process that runs it
	int32_t pid;   // for people
	uint32_t patience_ms; // 0 = senders wait for ever
	uint32_t lane_count;
	uint32_t last_wild; // verdict
	char sw[PORT_NAME_BYTES]; // "vale0", which need not be there yet
	char name[MODULE_NAME_BYTES];
	char last_words[LAST_WORDS_BYTES]; // why it ended, if it could say so
	struct module_lane lanes[MAX_LANES];
	uint32_t event_count; // control: so far; the last MODULE_EVENTS of them are there
	struct module_event events[MODULE_EVENTS];
};

// Somebody makes the users of a port stop at each sync (hold.h).
struct hold {
	uint64_t holder; // generation << 32 | number + 1 of the descriptor it belongs to, 0 = free
	uint32_t mark;	 // client mark of the process that took it
	char port[PORT_NAME_BYTES];
	uint32_t steps;	  // stops that may be left
	uint32_t stops;	  // that were left
	uint32_t visitor; // client mark of who came last ...
	uint32_t place;	  // ... and where that is
};

struct segment {
	uint64_t magic;
	uint32_t version;
	uint32_t bytes;
	uint32_t area_high, desc_high, port_high; // control: entries from here on were never used
	uint32_t changing; // control: set inside; who finds it set has the dead's work to clear away
	uint32_t hold_count; // control: of holds[] in use
	uint32_t clients[MAX_CLIENTS];
	struct vale_switch switches[MAX_SWITCHES];
	struct area areas[MAX_AREAS];
	struct desc descs[MAX_DESCS];
	struct port ports[MAX_PORTS];
	struct module modules[MAX_SWITCHES];
	struct hold holds[MAX_HOLDS];
};

extern struct segment *segment; // NULL until region_attach

#endif
