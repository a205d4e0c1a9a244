// SPDX-License-Identifier: BSD-2-Clause
//
// The time of day for who asks again and again: in microseconds, and as old as a fraction of one. Asking the
// clock takes longer than a whole sync that finds nothing.
#ifndef UNETMAP_CORE_RECENT_TIME_H_
#define UNETMAP_CORE_RECENT_TIME_H_

#include <stdint.h>
#include <sys/time.h>

struct recent_time {
	struct timeval time;
	uint64_t ticks; // when it was asked for
};

#if defined(__x86_64__)

enum { RECENT_TICKS = 512 }; // counters of processors do 1 to 5 in a nanosecond

static inline int is_recent(struct recent_time *r)
{
	const uint64_t now = __builtin_ia32_rdtsc();

	if (now - r->ticks < RECENT_TICKS)
		return 1;
	r->ticks = now;
	return 0;
}

#else

static inline int is_recent(struct recent_time *r)
{
	return 0;
}

#endif

static inline struct timeval recent_time(struct recent_time *r)
{
	if (!is_recent(r))
		gettimeofday(&r->time, NULL);
	return r->time;
}

#endif
