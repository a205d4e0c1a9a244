// SPDX-License-Identifier: BSD-2-Clause
//
// Null ports: extra buffers in an area that exists already, and rings there that lead nowhere, as many and
// as long as was asked for: none by default.
#ifndef UNETMAP_PORTS_NULL_H_
#define UNETMAP_PORTS_NULL_H_

#include "ports/port.h"

// The null port of this name in the area wish->mem_id. NULL with *error: -EINVAL without a live area,
// -ENOMEM if that has no such rings. Control lock held.
struct port *null_open(const char *name, const struct port_wish *wish, int *error);

#endif
