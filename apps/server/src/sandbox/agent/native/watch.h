// SPDX-License-Identifier: BSD-2-Clause
/* Limits that no signal tells of: the agent looks. */
#pragma once
#include <stdint.h>

struct usage {
	uint64_t memory_bytes;
	uint64_t processes;
	uint64_t disk_bytes;
	uint64_t cpu_ms;
};

void watch_usage(struct usage *usage);
/* Calls `crossed` when the kernel has ended a program for want of memory since the last time. */
void watch_memory_kills(void (*crossed)(const char *limit));
/* Calls `crossed` with the name of each limit that is crossed now; stops the largest program when memory is. */
void watch_limits(void (*crossed)(const char *limit));
