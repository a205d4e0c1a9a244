// SPDX-License-Identifier: BSD-2-Clause
//
// Holds: a program stops at each sync of a port until whoever holds that port lets it take a step. It waits where
// it holds no lock and has pinned nothing, so that a stop, however long, is nobody else's. A hold names a port,
// which need not be there yet, and belongs to a descriptor: who waits looks ten times a second
// whether that is alive, and 200 times whether it may go on.
#ifndef UNETMAP_CORE_HOLD_H_
#define UNETMAP_CORE_HOLD_H_

#include <stdint.h>

#include "core/barriers.h"
#include "core/segment.h"

// True if any port is held: all that a sync has to ask while none is.
static inline int hold_any(void)
{
	return __builtin_expect(glance(&segment->hold_count) != 0, 0);
}

// A call (UNETMAP_CALL_*) of the program on a port begins, and ends: each stops if the port is held, and then
// waits for a step. -EINTR if a signal came before one did; else 0.
int hold_enter(const struct port *port, uint16_t call);
int hold_leave(const struct port *port, uint16_t call);

// True if a call on this port would stop in this process.
int hold_concerns(const struct port *port);

// What is known of the hold on a port; NULL if nobody holds it.
const struct hold *hold_of(const char *port);

// The phase (UNETMAP_PHASE_*) and call of who came to the hold last, 0 if that process has ended.
void hold_place(const struct hold *h, uint16_t *call, uint16_t *phase);

// ---- with the control lock held ----

// Takes the port for the descriptor, if it does not have it, and sets the steps that may be left. -EBUSY, -ENOMEM.
int hold_take(uint16_t desc, const char *port, uint32_t steps);
// -ENOENT if the descriptor does not hold the port.
int hold_let_go(uint16_t desc, const char *port);
// A descriptor is being closed.
void hold_drop_all(uint16_t desc);

#endif
