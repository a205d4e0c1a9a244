// SPDX-License-Identifier: BSD-2-Clause
//
// The options of a request: a list in the program's memory, which may be any list. It is read once;
// what the engine looks at afterwards is its own copy.
#ifndef UNETMAP_CONTROL_OPTIONS_H_
#define UNETMAP_CONTROL_OPTIONS_H_

#include <net/netmap.h>
#include <stdint.h>

enum { MAX_OPTIONS = 128, MAX_EVENTFD_PAIRS = 64 };

struct eventfd_pair {
	int32_t io, irq;
};

struct options {
	uint32_t count;
	uint64_t bytes; // of the request's body and the options so far
	uint64_t buffered; // the same as in-kernel netmap lays them out
	struct option_place {
		uint64_t at; // in the program
		uint32_t status; // errno
	} list[MAX_OPTIONS];
	uint8_t given[NETMAP_REQ_OPT_MAX]; // by type: place + 1, 0 = not in the list
	struct nmreq_opt_offsets offsets;
	struct nmreq_opt_csb csb;
	struct nmreq_opt_sync_kloop_mode mode;
	struct {
		struct nmreq_option nro_opt;
		struct eventfd_pair pair[MAX_EVENTFD_PAIRS];
	} eventfds;
};

// Reads the list that begins at `at` (0 = no options). 0, or -errno: -EFAULT, -EINVAL for an option
// that appears twice or has no type, -EMSGSIZE for a list without end or an option too large. Every
// option begins as not supported; who uses one says so with option_answer.
int options_read(struct options *o, uint64_t at, uint32_t body_bytes);

static inline int option_given(const struct options *o, uint32_t type)
{
	return o->given[type] != 0;
}

// What came of an option: 0 or -errno, which is returned.
int option_answer(struct options *o, uint32_t type, int error);

// -EOPNOTSUPP if nobody used one of them.
int options_all_used(const struct options *o);

// Tells the program the status of each, and, if the request had no error, what came of it. 0 or -EFAULT.
int options_write(const struct options *o, int error);

#endif
