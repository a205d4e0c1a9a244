// SPDX-License-Identifier: BSD-2-Clause
//
// The monotonic clock.
#ifndef UNETMAP_CORE_CLOCK_H_
#define UNETMAP_CORE_CLOCK_H_

#include <stdint.h>
#include <time.h>

enum { NS_PER_MS = 1000 * 1000, NS_PER_S = 1000 * NS_PER_MS };

static inline int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * (int64_t)NS_PER_S + t.tv_nsec;
}

#endif
