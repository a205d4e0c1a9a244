// SPDX-License-Identifier: BSD-2-Clause
#ifndef NMRING_HOLDING_H
#define NMRING_HOLDING_H

#include <stdint.h>
#include <unetmap/rings.h>

// The port whose program this process holds, if any.
struct holding {
	int fd;
	char port[NETMAP_REQ_IFNAMSIZ]; // "" = none
	uint32_t pace;			// stops a second, 0 = each is asked for
	uint64_t next_us;		// when the next one is due
	char fault[160];		// why the last command about it failed, or ""
};

void holding_take(struct holding *h, const char *port);
void holding_let_go(struct holding *h);
void holding_step(struct holding *h);
void holding_pace(struct holding *h, uint32_t pace, uint64_t now_us);

// Gives the step that is due. Returns the milliseconds to the next, -1 = there is none.
int holding_tick(struct holding *h, uint64_t now_us);

#endif
