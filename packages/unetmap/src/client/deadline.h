// SPDX-License-Identifier: BSD-2-Clause
//
// Points in time up to which a call waits, in nanoseconds of the monotonic clock.
#ifndef UNETMAP_CLIENT_DEADLINE_H_
#define UNETMAP_CLIENT_DEADLINE_H_

#include <limits.h>

#include "core/clock.h"

// As Linux judges what a program asks for; NULL = for ever.
static inline int timeout_is_valid(const struct timespec *t)
{
	return !t || (t->tv_sec >= 0 && t->tv_nsec >= 0 && t->tv_nsec < NS_PER_S);
}

// INT64_MAX = for ever.
static inline int64_t deadline_ns(const struct timespec *timeout)
{
	if (!timeout || timeout->tv_sec > INT32_MAX)
		return INT64_MAX;
	return now_ns() + timeout->tv_sec * (int64_t)NS_PER_S + timeout->tv_nsec;
}

static inline int deadline_is_over(int64_t deadline)
{
	return deadline != INT64_MAX && now_ns() >= deadline;
}

// What is left, but not more than a slice.
static inline struct timespec *remaining(int64_t deadline, int64_t slice, struct timespec *storage)
{
	int64_t left = deadline == INT64_MAX ? INT64_MAX : deadline - now_ns();

	if (left < 0)
		left = 0;
	if (left > slice)
		left = slice;
	*storage = (struct timespec){left / NS_PER_S, left % NS_PER_S};
	return storage;
}

// As ppoll takes it: NULL for ever.
static inline const struct timespec *deadline_timeout(int64_t deadline, struct timespec *storage)
{
	return deadline == INT64_MAX ? NULL : remaining(deadline, INT64_MAX, storage);
}

// As epoll_wait takes it, rounded up: -1 for ever.
static inline int deadline_ms(int64_t deadline)
{
	struct timespec left;

	if (deadline == INT64_MAX)
		return -1;
	remaining(deadline, (int64_t)INT_MAX * NS_PER_MS, &left);
	return left.tv_sec * 1000 + (left.tv_nsec + NS_PER_MS - 1) / NS_PER_MS;
}

#endif
