// SPDX-License-Identifier: BSD-2-Clause
#ifndef UNETMAP_PORTS_VALE_H_
#define UNETMAP_PORTS_VALE_H_

#include "core/ring.h"

// The switch of a name "vale<switch>:<port>", -ENOENT if there is none. Control lock held.
int vale_find_switch(const char *name);

enum marks vale_tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);
enum marks vale_rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);

#endif
