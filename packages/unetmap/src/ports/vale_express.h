// SPDX-License-Identifier: BSD-2-Clause
//
// The short way across a switch: one-slot frames that go to one port after another, not back and forth.
#ifndef UNETMAP_PORTS_VALE_EXPRESS_H_
#define UNETMAP_PORTS_VALE_EXPRESS_H_

#include "core/ring.h"
#include "ports/port.h"

// Claims and delivers frames of the ring from hwcur on, and stops, perhaps at once, before the first
// that needs more: that has several slots, is bad or indirect, floods several ports, or goes nowhere;
// or where destinations alternate, which is cheaper in batches. The ring's `lock` is held.
void vale_express(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);

#endif
