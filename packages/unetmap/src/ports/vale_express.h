// SPDX-License-Identifier: BSD-2-Clause
//
// The short way across a switch: one-slot frames that go to one port after another, not back and forth.
#ifndef UNETMAP_PORTS_VALE_EXPRESS_H_
#define UNETMAP_PORTS_VALE_EXPRESS_H_

#include "core/ring.h"
#include "ports/copy.h"
#include "ports/port.h"

// Who sends a frame or two and waits for an answer will send again soon, and there. These are lines that it is going to
// write then, and that the receiver has meanwhile: to be fetched when the answer is there, the slot, and when
// something is sent, what the receiver watches. NULL = none.
struct vale_next {
	const void *slot, *hwtail;
};
extern __thread struct vale_next vale_next;

static inline void vale_fetch(const void **line)
{
	if (!*line)
		return;
	fetch_to_write(*line);
	*line = NULL;
}

// Claims and delivers frames of the ring from hwcur on, and stops, perhaps at once, before the first
// that needs more: that has several slots, is bad or indirect, floods several ports, or goes nowhere;
// or where destinations alternate, which is cheaper in batches. The ring's `lock` is held.
void vale_express(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);

#endif
