// SPDX-License-Identifier: BSD-2-Clause
#ifndef UNETMAP_PORTS_VNET_SEGMENTS_H_
#define UNETMAP_PORTS_VNET_SEGMENTS_H_

#include "ports/frame.h"
#include "ports/rx_queue.h"

// Cuts the payload of a TCP or UDP frame, which begins after `skip` bytes, and puts a frame for each
// piece: all of them, or none and counts one as lost. `type` is virtio-net's, without the ECN bit.
// Returns 0, or -EINVAL if the headers are not what they should be or not in one slot.
int vnet_put_segments(struct rx_queue *q, const struct frame *f, uint32_t skip, uint8_t type);

#endif
