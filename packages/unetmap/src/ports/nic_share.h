// SPDX-License-Identifier: BSD-2-Clause
//
// One device, several processes. Whoever takes a device from its stack says in the port where its file
// descriptors are (struct nic_holder): on a card, memory that is a file descriptor, too. Who comes later
// gets his own of all of them from one who lives (pidfd_getfd), and is then as good a holder as the first.
// A process that may not look into the other, or not see it, is told that the device is busy.
#ifndef UNETMAP_PORTS_NIC_SHARE_H_
#define UNETMAP_PORTS_NIC_SHARE_H_

#include "ports/nic_device.h"

// Fills a blank device in from what another process has of it. 0; -ENOENT if nobody has it; -EBUSY if
// somebody has it who does not share. On failure what was got is left to nic_device_close.
int nic_share_join(const struct port *port, struct nic_device *dev);

// True if those who had the device have ended, all of them. Their memory goes first, so there is a time at which nobody
// can join them and their files are still open.
int nic_share_is_inherited(const struct port *port);

// This process has taken the device anew: what others had of it before is not to be joined.
void nic_share_begin(struct port *port);

// This process holds the device, or holds it no more.
void nic_share_offer(struct port *port, struct nic_device *dev);
void nic_share_withdraw(struct port *port);

#endif
