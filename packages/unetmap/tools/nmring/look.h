// SPDX-License-Identifier: BSD-2-Clause
#ifndef NMRING_LOOK_H
#define NMRING_LOOK_H

#include <stddef.h>
#include <stdint.h>
#include <unetmap/rings.h>

enum { LOOK_MAX_PORTS = 4, LOOK_MAX_RINGS = 16, LOOK_MAX_SLOTS = 4096 };

// What is looked at: a port, or one ring of it.
struct aim {
	char port[NETMAP_REQ_IFNAMSIZ];
	int one_ring; // then dir and ring say which
	uint16_t dir;
	uint16_t ring;
};

struct ring_look {
	char port[NETMAP_REQ_IFNAMSIZ];
	struct unetmap_ring at;
	struct netmap_slot slots[LOOK_MAX_SLOTS];
	uint8_t frames[UNETMAP_RING_MAX_FRAMES][UNETMAP_RING_FRAME_BYTES];
};

struct look {
	uint64_t ts_us; // CLOCK_MONOTONIC
	int known;	// 0: this engine shows no rings
	size_t count;
	struct ring_look rings[LOOK_MAX_RINGS];
};

struct aims {
	size_t count;
	struct aim ports[LOOK_MAX_PORTS];
	struct aim framed; // the ring whose frames are wanted
	uint32_t first_frame;
	uint32_t frame_count;
};

// "vale0:a" or "vale0:a/rx0". Returns -1 if it is neither.
int aim_parse(struct aim *aim, const char *text);

// Reads every ring aimed at that is there, through fd, an unregistered descriptor of /dev/netmap. Returns 0, or -1
// with errno.
int look_take(struct look *look, const struct aims *aims, int fd);

#endif
