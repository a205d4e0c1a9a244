// SPDX-License-Identifier: BSD-2-Clause
//
// The port that pipes are of: "vale0:a" for "vale0:a{1", "q" for "q{1". If there is none when the first
// pipe is made, one is made with the slots that were asked for, and goes with the last pipe of its name
// unless somebody has it open by then. Until somebody has, it has no rings, but its place on its switch.
#ifndef UNETMAP_PORTS_VALE_PARENT_H_
#define UNETMAP_PORTS_VALE_PARENT_H_

#include "core/area.h"
#include "ports/port.h"

// All of these with the control lock held.

// The parent of this name. NULL with *error 0 if a device of the host that nobody has open is it, else
// with -errno. `need` is for its area, if that is to be made.
struct port *vale_parent(const char *base, const struct port_wish *wish, const struct area_need *need, int *error);

// A pipe of this name has gone, or was not made.
void vale_parent_left(const char *base);

// Whether a port that nobody has open is kept for its pipes.
int vale_parent_is_needed(const struct port *port);
int vale_has_pipes(const char *name);

#endif
