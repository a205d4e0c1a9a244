// SPDX-License-Identifier: BSD-2-Clause
#ifndef UNETMAP_PORTS_NIC_CHECKSUM_H_
#define UNETMAP_PORTS_NIC_CHECKSUM_H_

#include <stdint.h>

// A stack leaves the checksums of TCP and UDP to its device, and a veth pair leaves them undone. Fills in that of a
// frame that has only the sum of its pseudo header; any other stays as it is, right or wrong.
void nic_complete_checksum(char *frame, uint32_t len);

#endif
