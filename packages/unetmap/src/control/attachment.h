// SPDX-License-Identifier: BSD-2-Clause
//
// Devices of the host on a switch. There is no daemon to move their frames, so each gets a process,
// tools/unetmap_attach.c, that has the device and a port on the switch open and copies between them.
// It belongs to nobody who asked: it ends when it is detached, or the region goes. When it is
// killed, the device is off the switch and back with its stack.
#ifndef UNETMAP_CONTROL_ATTACHMENT_H_
#define UNETMAP_CONTROL_ATTACHMENT_H_

#include <net/netmap.h>
#include <stdint.h>

#include "core/segment.h"

// Is this port such a process's?
int attachment_is(const struct port *port);

// Both let go of the control lock, which the caller holds, while they wait for that process.
// -EBUSY if the device is in use; -ENOENT if the program is not beside the library.
int attachment_start(const char *full_name, const struct nmreq_register *reg);
int attachment_stop(const char *full_name);

#endif
