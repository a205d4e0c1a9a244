// SPDX-License-Identifier: BSD-2-Clause
//
// Lanes: where senders on a switch ask a VALE module for destinations. The module runs in a process
// of its own, so that what goes wrong in it goes wrong there.
//
//   sender (any process)                        the module's process, a thread a lane
//   --------------------                        -------------------------------------
//   lock                                        sleeps on `posted`
//   frames[] <- where each slot's bytes are
//   posted++, wakes                       --->
//   sleeps on `done`                            lookup() for each frame, verdicts[] <-
//                                         <---  done = posted, wakes
//   verdicts[], each checked
//   unlock
//
// `lock` and `posted` are in the control segment, which the module's process can only read; the rest
// is here, in a file of its own, mapped by both. The sender believes nothing it finds here: what the
// module scribbled makes a frame go astray at worst. The bytes of frames stay in the sender's area;
// those from elsewhere (NS_INDIRECT) are copied to `bytes`.
//
// A sender takes the lane of the processor it runs on, whose thread is bound to that processor: the
// question is then answered by a switch between two threads of one processor.
#ifndef UNETMAP_PORTS_MODULE_LANES_H_
#define UNETMAP_PORTS_MODULE_LANES_H_

#include <stdint.h>

#include "core/segment.h"

enum {
	LANE_SLOTS = 1024,
	LANE_SLOT_BYTES = 2048,
	LANE_RING_SHIFT = 16, // a verdict: the port, and above it the ring
};

enum question { ASK_LOOKUP = 0, ASK_CONFIG };

struct lane_frame {
	uint64_t ofs; // from the start of the area; `copied`: it is in bytes[] of the same number
	uint16_t len;
	uint16_t flags;
	uint8_t slots; // of the whole frame; on its first slot only; 0 = nobody asks about this one
	uint8_t copied;
};

struct lane {
	uint32_t done; // the module's: the last question answered
	int32_t error; // the module's: what config returned
	__attribute__((aligned(128))) uint32_t question; // from here on the sender's
	uint32_t count;					 // frames[], or bytes of a config message
	uint16_t sw_port;
	uint16_t port;
	uint16_t area;
	uint8_t ring;
	uint32_t area_gen;
	uint32_t vnet_hdr_bytes;
	struct lane_frame frames[LANE_SLOTS];
	uint32_t verdicts[LANE_SLOTS]; // the module's, by first slot
	char bytes[LANE_SLOTS][LANE_SLOT_BYTES]; // pages of it exist once they are used
};

// The file.
struct lanes {
	char last_words[LAST_WORDS_BYTES]; // the module's
	__attribute__((aligned(4096))) struct lane lane[]; // lane_count of them
};

#endif
