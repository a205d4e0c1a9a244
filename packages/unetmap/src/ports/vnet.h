// SPDX-License-Identifier: BSD-2-Clause
//
// Frames between ports that have virtio-net headers of different lengths before them: 0, 10 or 12 bytes.
//
//   sender  receiver  what arrives
//   0       10, 12    a header of zeros
//   10      12        the header, and two zeros
//   12      10        the header's first ten bytes
//   10, 12  0         no header: what it asked for is done here, that is the checksum, and cutting
//                     the payload of a TCP or UDP frame into frames of at most 1514 bytes
#ifndef UNETMAP_PORTS_VNET_H_
#define UNETMAP_PORTS_VNET_H_

#include "ports/frame.h"
#include "ports/rx_queue.h"

// Puts a frame, or the frames it is cut into, or counts it as lost. Returns 0, or -EINVAL if its
// header or what it asks for makes no sense: then nothing was put.
int vnet_put(struct rx_queue *q, const struct frame *f, uint32_t from_bytes, uint32_t to_bytes);

#endif
