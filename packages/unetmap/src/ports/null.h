// SPDX-License-Identifier: BSD-2-Clause
//
// Null ports: no rings, only extra buffers in an area that exists already.
#ifndef UNETMAP_PORTS_NULL_H_
#define UNETMAP_PORTS_NULL_H_

#include "ports/port.h"

// The null port of this name in the area wish->mem_id. NULL with *error: -EINVAL without a live area,
// -ENOMEM. Control lock held.
struct port *null_open(const char *name, const struct port_wish *wish, int *error);

#endif
