// SPDX-License-Identifier: BSD-2-Clause
//
// Frames that do not begin where their buffer does: some bits of a slot's `ptr` are an offset. It is a
// ring's property, decided by the first descriptor that asks for it.
#ifndef UNETMAP_PORTS_OFFSETS_H_
#define UNETMAP_PORTS_OFFSETS_H_

#include "ports/port.h"

// Gives the rings of a binding-to-be offsets, and their slots the first ones unless somebody has
// the ring already. The other end of a pipe that nobody has open sees the same. On success the
// option tells the largest offset there is. -EINVAL for values that contradict each other,
// -EBUSY where a ring has fewer bits or a smaller maximum, -EOPNOTSUPP for kinds without offsets.
// Control lock held.
int offsets_apply(struct port *port, const struct binding *b, struct nmreq_opt_offsets *wish);

#endif
