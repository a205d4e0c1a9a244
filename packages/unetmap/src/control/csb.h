// SPDX-License-Identifier: BSD-2-Clause
//
// Ring marks outside the rings: a program that keeps head and cur in arrays of its own (netmap's CSB),
// one entry for each ring it has, tx rings first. Then no sync is for it to make: a sync loop
// (kloop.h) reads those arrays, moves frames, and writes hwcur and hwtail there.
#ifndef UNETMAP_CONTROL_CSB_H_
#define UNETMAP_CONTROL_CSB_H_

#include <net/netmap.h>

#include "core/segment.h"

// Checks the arrays and fills them with the marks of now. 0, also for a descriptor without rings;
// -EBUSY while a loop runs on it, -EINVAL for one that has its rings not for itself (NR_EXCLUSIVE)
// or for unaligned arrays, -EFAULT. Control lock held.
int csb_enable(struct desc *d, const struct nmreq_opt_csb *option);

// True while a thread of a living process runs a sync loop on it. Control lock held.
int csb_is_served(const struct desc *d);

// Can this process reach the arrays? 0 or -EFAULT.
int csb_reach(const struct desc *d);

static inline int csb_rings(const struct desc *d)
{
	return d->last[TX] - d->first[TX] + d->last[RX] - d->first[RX];
}

#endif
