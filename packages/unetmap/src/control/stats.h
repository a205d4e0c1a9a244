// SPDX-License-Identifier: BSD-2-Clause
#ifndef UNETMAP_CONTROL_STATS_H_
#define UNETMAP_CONTROL_STATS_H_

#include <unetmap/stats.h>

#include "ports/port.h"

// The marks and counters of one ring as people are shown them.
void ring_stats(const struct port *port, const struct kring *k, struct unetmap_ring_stats *s);

#endif
