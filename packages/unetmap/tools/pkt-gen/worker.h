// SPDX-License-Identifier: BSD-2-Clause
#ifndef PKT_GEN_WORKER_H
#define PKT_GEN_WORKER_H

#include <libnetmap.h>
#include <pthread.h>
#include <time.h>

#include "options.h"

#define NO_SPACE_SAMPLE 99999

// Written by one worker, read by the reporter at any time.
struct counters {
	uint64_t packets;
	uint64_t bytes;
	uint64_t events; // batches
	uint32_t min_space; // least room seen since the last report
} __attribute__((__aligned__(64)));

struct worker {
	struct counters counters;
	const struct options *o;
	struct nmport_d *port;
	int main_fd;
	int index;
	int alone; // on the only CPU: spinning would keep the partner from it
	uint64_t count; // this worker's share of -n; UINT64_MAX = endless
	pthread_t thread;
	struct timespec start, end;
	int done;
	int failed; // what it was to do could not be done, and stderr says why
};

typedef void (*worker_body)(struct worker *w);
void sender_body(struct worker *w);
void receiver_body(struct worker *w);
void ping_body(struct worker *w);
void pong_body(struct worker *w);

// Set once, by the main thread: workers leave their loops.
int cancelled(void);
void cancel(void);

// The worker cannot do its job: all workers leave their loops, and the program exits with 1.
void give_up(struct worker *w);

// Runs the job on all rings of `port`, prints the reports and the summary.  Several workers share
// the rings that `mode` stands for; the port has the first of them.  -1 if one gave up.
int run_workers(const struct options *o, struct nmport_d *port, uint32_t mode);

// With a rate, batches leave at fixed times; a late one makes up for lost time, but for
// no more than a second of it.
struct pace {
	struct timespec turn;
	int64_t period_ns; // 0 = no rate
};
struct pace pace_of(const struct options *o);
void wait_for_turn(struct pace *pace);

// One slot, in hexadecimal and text.
void dump_slot(struct netmap_ring *ring, uint32_t at);

// Syncs again and again, for SPIN_NS at most, until ready() holds: 1, or 0 if it is time
// to sleep.  A partner that is at work answers sooner than a sleeper wakes up.
#define SPIN_NS 50000
int spin_until(struct worker *w, unsigned long sync, int (*ready)(const struct nmport_d *));

static inline void
count_batch(struct counters *c, uint64_t packets, uint64_t bytes, uint32_t space)
{
	__atomic_store_n(&c->packets, c->packets + packets, __ATOMIC_RELAXED);
	__atomic_store_n(&c->bytes, c->bytes + bytes, __ATOMIC_RELAXED);
	__atomic_store_n(&c->events, c->events + 1, __ATOMIC_RELAXED);
	if (space < __atomic_load_n(&c->min_space, __ATOMIC_RELAXED))
		__atomic_store_n(&c->min_space, space, __ATOMIC_RELAXED);
}

static inline struct timespec
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

static inline int64_t
ns_between(struct timespec a, struct timespec b)
{
	return (int64_t)(b.tv_sec - a.tv_sec) * 1000000000 + (b.tv_nsec - a.tv_nsec);
}

static inline struct timespec
ns_after(struct timespec t, int64_t ns)
{
	ns += t.tv_nsec;
	t.tv_sec += ns / 1000000000;
	t.tv_nsec = ns % 1000000000;
	return t;
}

#endif
