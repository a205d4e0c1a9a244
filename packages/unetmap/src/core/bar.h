// SPDX-License-Identifier: BSD-2-Clause
//
// Passthrough: what a guest sees of one port, as the memory (a PCI BAR) of a device that its host gave it.
// The host's area of that port, which is the port's alone, is laid out for it:
//
//   0            map_bytes                                     bar_bytes        file_bytes
//   +------------+------------+------------------+-------------+----------------+
//   | the area   | csb_entry  | bitmaps          | bar_header  | bitmaps        |
//   | (area.h)   | [2][16]    | (the guest's)    | (last page) | (the host's)   |
//   +------------+------------+------------------+-------------+----------------+
//   guest's programs  guest's engine              written once   the guest never sees it
//
// In the guest an area of its own engine stands on that memory, with the same rings and buffers; what is
// used of interfaces and extra buffers there is the guest's business. The guest's engine copies
// head and cur of a ring to its csb_entry when a program syncs, and what it finds there as tail to the
// ring. The host's engine reads and writes marks there (ring_marks), checks them like any program's,
// and moves the frames. netmap calls this the CSB.
#ifndef UNETMAP_CORE_BAR_H_
#define UNETMAP_CORE_BAR_H_

#include <net/netmap.h>
#include <stdint.h>

#include "core/segment.h"

#define BAR_MAGIC 0x3172617065746e75ull
#define BAR_VERSION 1u

enum { BAR_PAGE_BYTES = 4096 };

struct csb_entry {
	struct nm_csb_atok atok; // the guest writes
	union {			 // the host writes
		struct nm_csb_ktoa ktoa;
		struct {
			uint32_t marks[4];
			uint64_t packets, bytes, drops; // counted there: it looks at each frame anyway
		} counts;
	};
};

struct bar_header {
	uint64_t magic; // published last
	uint32_t version;
	uint32_t gone;		    // the host has given the port up
	char name[PORT_NAME_BYTES]; // what the guest's programs call it
	uint64_t map_bytes;
	uint32_t if_total, ring_total, buf_total;
	uint32_t ring_bytes;
	uint32_t keeps_unread; // frames wait for the guest's next program (a pipe's do)
	uint32_t ring_count[2]; // by enum ring_dir
	uint32_t slot_count[2];
	uint64_t ring_ofs[2][MAX_RINGS]; // from the start
};

static inline uint64_t csb_place(uint64_t map_bytes, enum ring_dir dir, uint32_t n)
{
	return map_bytes + (dir * MAX_RINGS + n) * sizeof(struct csb_entry);
}

static inline struct bar_header *bar_header_at(char *base, uint64_t bar_bytes)
{
	return (struct bar_header *)(base + bar_bytes - BAR_PAGE_BYTES);
}

_Static_assert(sizeof(struct csb_entry) == 2 * sizeof(struct nm_csb_ktoa), "counts where netmap pads");
_Static_assert(2 * MAX_RINGS * sizeof(struct csb_entry) <= BAR_PAGE_BYTES, "a page for the marks");
_Static_assert(sizeof(struct bar_header) <= BAR_PAGE_BYTES, "a page for the header");

#endif
