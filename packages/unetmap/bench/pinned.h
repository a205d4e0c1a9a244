// SPDX-License-Identifier: BSD-2-Clause
//
// What the benchmark's programs have in common: a processor of their own, and the time.
#ifndef UNETMAP_BENCH_PINNED_H_
#define UNETMAP_BENCH_PINNED_H_

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

static inline int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static inline void __attribute__((noreturn)) fail(const char *what)
{
	perror(what);
	exit(1);
}

#endif
