// SPDX-License-Identifier: BSD-2-Clause
//
// Persistent VALE ports. They are made and removed by name like network devices, outlive whoever
// made them, and are put on a switch and taken off it while open or not. Such a port is an entry
// of the control segment with an area of its own; rings it has only while somebody has it open, so
// that each opener finds fresh ones and nothing is delivered to a port that nobody reads.
#ifndef UNETMAP_PORTS_VALE_PERSISTENT_H_
#define UNETMAP_PORTS_VALE_PERSISTENT_H_

#include "ports/vale.h"

// All of these with the control lock held.

// A port of this name, on no switch. Returns its number, -EEXIST if there is such a port or network
// interface, -EINVAL for a name that no interface may have or an unknown memory id, or -ENOMEM.
int vale_newif(const char *name, const struct port_wish *wish);

// -ENXIO if there is no such device, -EINVAL if it is one that newif did not make, -EBUSY while it
// is open, attached, or a pipe of its name is open.
int vale_delif(const char *name);

// Whether the system would take it.
int vale_may_name_interface(const char *name);

// NULL if there is none of this name.
struct port *vale_find_persistent(const char *name);

// Puts the port onto the switch that `full_name` ("vale0:prs0") says, and tells its index there.
// -EINVAL if there is no such port, -EBUSY while somebody has it open or it is on a switch, -ENOMEM
// if the switch is full.
int vale_attach(const char *full_name, uint32_t *index);

// -ENXIO if there is no such port on that switch, -EBUSY for one that opening made. It may be open:
// then its frames go nowhere until it is attached again.
int vale_detach(const char *full_name, uint32_t *index);

// Rings for a port that has none: one of these, or one that was kept for its pipes.
int vale_persistent_used(struct port *port, const struct port_wish *wish);
void vale_persistent_unused(struct port *port);

#endif
