// SPDX-License-Identifier: BSD-2-Clause
//
// Counters of the ports of this engine: one NIOCCTRL request more than netmap has.
//
// A program opens /dev/netmap, registers nothing, and walks:
//
//	struct unetmap_stats stats = {.index = 0};
//	struct nmreq_header hdr = {.nr_version = NETMAP_API,
//		.nr_reqtype = UNETMAP_REQ_STATS_GET, .nr_body = (uintptr_t)&stats};
//	while (ioctl(fd, NIOCCTRL, &hdr) == 0) {
//		... one port ...
//		stats.index++;
//	}
//
// On success the body holds the first port at or after `index`, and `index` is that
// port's own.  On failure returns -1 and sets errno: ENOENT after the last port;
// EINVAL on an engine that lacks the request (in-kernel netmap), or if the
// header's nr_version is not NETMAP_API.  nr_name is not looked at.
// The request reads and never waits: no region is mapped, no port is kept alive, no
// ring is synced.  A port that changes meanwhile gives numbers that may be of
// slightly different moments.
#ifndef _UNETMAP_STATS_H_
#define _UNETMAP_STATS_H_

#include <net/netmap.h>
#include <stdint.h>

#define UNETMAP_REQ_STATS_GET 0x5501

#define UNETMAP_STATS_MAX_RINGS 34 // 16 and one host ring a direction

enum {
	UNETMAP_PORT_VALE = 1,
	UNETMAP_PORT_PIPE = 2,
	UNETMAP_PORT_NULL = 3,
	UNETMAP_PORT_MONITOR = 4,
	UNETMAP_PORT_NIC = 5,
	UNETMAP_PORT_PASSTHROUGH = 6 // in a guest; packets, bytes and drops are as its host counts them
};

// How a NIC port reaches its device.
enum {
	UNETMAP_NIC_AF_XDP = 1,
	UNETMAP_NIC_AF_PACKET = 2
};

// How its host rings reach the stack.
enum {
	UNETMAP_HOST_NONE = 0, // they do not, and cannot be opened
	UNETMAP_HOST_BPF = 1,
	UNETMAP_HOST_NFTABLES = 2
};

// The marks are those the last sync of the ring saw and left; the counters only
// grow while the port lives.
struct unetmap_ring_stats {
	uint16_t dir; // 1 = tx, 0 = rx, as in struct netmap_ring
	uint16_t ring;
	uint32_t num_slots;
	uint32_t head;
	uint32_t cur;
	uint32_t tail;
	uint32_t hwcur;
	uint32_t hwtail;
	uint32_t reserved;
	uint64_t packets;
	uint64_t bytes;
	uint64_t drops;   // rx: frames lost because this ring was full; tx: because their sender was
			  // killed while it delivered them (the most it can have been)
	uint64_t bad;     // tx: frames refused for their length or buffer index
	uint64_t syncs;   // by ioctl or poll
	uint64_t wakeups; // doorbells rung for sleepers on this ring
};

struct unetmap_stats {
	uint32_t index; // in: where to look from; out: where the port is
	uint16_t kind;  // UNETMAP_PORT_*
	uint16_t mem_id;
	uint16_t tx_rings;
	uint16_t rx_rings;
	uint16_t ring_count; // entries of rings[] that follow
	uint8_t backend;     // of a NIC port: UNETMAP_NIC_*; else 0
	uint8_t host_way;    // of a NIC port: UNETMAP_HOST_*; else 0
	uint32_t users; // descriptors bound to the port
	int32_t pid;    // who opened it first, 0 = not known
	char name[NETMAP_REQ_IFNAMSIZ];
	struct unetmap_ring_stats rings[UNETMAP_STATS_MAX_RINGS]; // tx rings, then rx rings
};

#endif
