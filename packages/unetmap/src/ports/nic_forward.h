// SPDX-License-Identifier: BSD-2-Clause
//
// Transparent forwarding (NR_FORWARD): frames that the program flags with NS_FORWARD when it releases
// them go to the other side, from the wire to the stack and from the stack to the wire.
#ifndef UNETMAP_PORTS_NIC_FORWARD_H_
#define UNETMAP_PORTS_NIC_FORWARD_H_

#include "core/ring.h"
#include "ports/port.h"

// For what the program of descriptor d is about to release on rx ring k, whose lock is held. What goes to
// the wire is put into the tx rings, if d has them all, and pushed by their next sync; what finds no room
// there is lost. Returns how many frames were put there.
int nic_forward(struct port *port, const struct desc *d, struct kring *k, struct netmap_ring *ring, char *base);

#endif
