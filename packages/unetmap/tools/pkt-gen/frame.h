// SPDX-License-Identifier: BSD-2-Clause
#ifndef PKT_GEN_FRAME_H
#define PKT_GEN_FRAME_H

#include "options.h"

// One frame in the making:
//
//   bytes ->  [virtio-net header] Ethernet IP UDP payload      size bytes to send
//
// Ranges and random values move on with frame_next; checksums are right after every call.
struct frame {
	const struct options *o;
	uint8_t *bytes;
	uint32_t size;        // with the virtio-net header
	uint32_t *payload_sums; // [i]: sum of the first i 16-bit words of the payload
	uint32_t stamped_bytes; // of the payload, an even number
	uint32_t src, dst;
	uint16_t src_port, dst_port;
	uint64_t random;
};

// Returns 0, or -1 if there is no memory.
int frame_init(struct frame *f, const struct options *o, int seed);
void frame_free(struct frame *f);

// Does any frame differ from the one before?
int frame_varies(const struct options *o);

void frame_next(struct frame *f);

// Offset of what frame_stamp writes, from the Ethernet header on: 42 for IPv4.
uint32_t frame_payload_offset(const struct options *o);

// Puts a sequence number and up to size bytes more into the payload.
void frame_stamp(struct frame *f, uint32_t sequence, const void *more, uint32_t size);

#endif
