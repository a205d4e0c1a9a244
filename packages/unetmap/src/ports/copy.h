// SPDX-License-Identifier: BSD-2-Clause
//
// Copying frames between buffers.
#ifndef UNETMAP_PORTS_COPY_H_
#define UNETMAP_PORTS_COPY_H_

#include <stdint.h>
#include <string.h>

enum { COPY_UNIT_BYTES = 64, COPY_UNITS_UP_TO = 1024 };

// Copies len bytes and the rest of the last 64-byte unit. Both ends must start a buffer: buffers are
// a multiple of the unit, so neither is overrun. For small frames this beats memcpy, which has to
// look at the length first.
static inline void copy_in_units(char *to, const char *from, uint32_t len)
{
	if (len > COPY_UNITS_UP_TO) {
		memcpy(to, from, len);
		return;
	}
	for (uint32_t done = 0; done < len; done += COPY_UNIT_BYTES)
		memcpy(to + done, from + done, COPY_UNIT_BYTES);
}

// Fetches a line to be written soon, taking it from whoever has it at once; compilers only do that
// for processors they are told of. Any address will do.
static inline void fetch_to_write(const void *line)
{
#if defined(__x86_64__)
	__asm__ volatile("prefetchw %0" : : "m"(*(const char *)line));
#else
	__builtin_prefetch(line, 1);
#endif
}

#endif
