// SPDX-License-Identifier: BSD-2-Clause
#ifndef BRIDGE_MOVE_H
#define BRIDGE_MOVE_H

#include <libnetmap.h>

// One way across the bridge.
struct way {
	struct nmport_d *from, *to;
	uint32_t burst;
	int exchanges; // buffers, else their contents are copied
	int verbose;
	char text[256]; // "vale0:a:nic --> vale1:b:nic"
	uint64_t packets; // so far
};

// Is there something to take from the port, does it have room?
uint32_t slots_to_read(const struct nmport_d *d);
uint32_t slots_to_write(const struct nmport_d *d);
int can_receive(const struct nmport_d *d);
int can_send(const struct nmport_d *d);

// Moves what is there and fits, whole packets where the rings are large enough for them. A packet
// that does not fit makes poll(POLLOUT) on the destination wait until there is more room.
void move_packets(struct way *w);

#endif
