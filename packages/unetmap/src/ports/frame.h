// SPDX-License-Identifier: BSD-2-Clause
//
// A frame on its way across a switch: one entry for each slot it was sent in, read once and checked.
#ifndef UNETMAP_PORTS_FRAME_H_
#define UNETMAP_PORTS_FRAME_H_

#include <stdint.h>

struct frame {
	const char *data;
	uint16_t len;
	uint16_t next; // in its chain
	uint8_t more;  // the next one goes on with this frame
	uint8_t bad;   // the slot made no sense
	uint8_t exact; // data may not be read beyond len
	uint16_t slots; // of the whole frame; on its first slot only
};

#endif
