// SPDX-License-Identifier: BSD-2-Clause
#ifndef LB_FLOW_HASH_H
#define LB_FLOW_HASH_H

#include <stdint.h>

// The same for all packets of a flow and for those that answer it. Of IP: addresses, and ports of
// TCP and UDP but in fragments; what a tunnel (IP in IP, GRE) or a VLAN tag carries counts, not its
// outside. Of anything else: the MAC addresses.
//
// size bytes of the frame are there; headers that are cut off are left out of the hash.
// *is_ip says whether there was an IP header at all.
uint32_t flow_hash(const uint8_t *frame, uint32_t size, int *is_ip);

#endif
