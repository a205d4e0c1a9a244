// SPDX-License-Identifier: BSD-2-Clause
#ifndef UNETMAP_PORTS_PIPE_SLOTS_H_
#define UNETMAP_PORTS_PIPE_SLOTS_H_

#include "core/ring.h"
#include "ports/port.h"

enum { PIPE_APART = 1 }; // in port->flags: the ends have buffers of their own, and frames are copied

enum marks pipe_tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);
enum marks pipe_rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);
int pipe_is_idle(const struct port *port, const struct kring *k);

// At the end the sender gets all slots back as its receiver has them, also those that it had still.
void pipe_take_back_all(struct kring *tx, const struct kring *rx);

#endif
