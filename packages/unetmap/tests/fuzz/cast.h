// SPDX-License-Identifier: BSD-2-Clause
//
// The ports that a fuzz target plays with: each target numbers its own, from 0 on.
#ifndef TESTS_FUZZ_CAST_H_
#define TESTS_FUZZ_CAST_H_

#include "core/ring.h"
#include "input.h"
#include "ports/port.h"
#include "region_of_one.h"

enum { MAX_CAST = 8, SLOTS = 32 };

extern struct handle cast[MAX_CAST];

// All are closed to begin with.
void cast_begin(void);
void cast_end(void);

int cast_ask(int who, uint16_t type, const char *name, void *body, void *options);

// Opens and maps it; it stays closed if that is refused.
void cast_open(int who, const char *name, struct nmreq_register reg, void *options);

// NULL if it is not open.
struct port *cast_port(int who);
struct netmap_ring *cast_ring(int who, int dir, int n);

// Small numbers, edges, and sometimes anything.
uint32_t take_value(struct input *in);

// Good neighbors: they fill their tx rings, and take what comes, which must be valid.
void cast_send_all(int who);
void cast_receive_all(int who, uint32_t longest);

// The engine's own indices of all rings are in range, and nothing is locked.
void cast_hold_rings(void);

#endif
