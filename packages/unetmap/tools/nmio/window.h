// SPDX-License-Identifier: BSD-2-Clause
//
// How much may be sent before frames could be lost in a switch. A switch never holds a sender
// back: what finds a receiver's ring full is gone. So exchange looks at all rings of the engine
// that something waits in, and lets no more be under way than fills half of the smallest: the
// other half is for what is in the hands of the programs between. An engine that shows no
// counters (in-kernel netmap) gives no window; there -r has to do.
#ifndef NMIO_WINDOW_H
#define NMIO_WINDOW_H

#include "station.h"

#define WINDOW_PORTS_MAX 4096
#define WINDOW_OPEN UINT32_MAX

struct window {
	int fd; // -1 = no window
	const struct station *stations;
	int count;
	int64_t closed_since_ns;         // 0 = it is not
	uint8_t given_up[WINDOW_PORTS_MAX]; // by the engine's number: nobody reads there
};

void window_start(struct window *w, const struct station *stations, int count);
void window_stop(struct window *w);

// How many slots may be sent now. If that is 0 for too long, ports where something waits count no
// more until they are seen empty: some are never read.
uint32_t window_room(struct window *w, int64_t now_ns);

#endif
