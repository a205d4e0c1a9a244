// SPDX-License-Identifier: BSD-2-Clause
//
// A lock in shared memory whose holder may be killed at any instruction.
//
// Not pthread's robust mutex: that one recognizes its holder by thread id, and two sandboxes with
// PID namespaces of their own have equal ids. The word holds the holder's client mark (liveness.h),
// and its top bit is set while somebody may sleep on it. Uncontended, taking and leaving it is one
// atomic instruction each and no system call.
#ifndef UNETMAP_CORE_ROBUST_LOCK_H_
#define UNETMAP_CORE_ROBUST_LOCK_H_

#include <stdint.h>

#include "core/barriers.h"
#include "core/liveness.h"

#define LOCK_CONTENDED 0x80000000u

void robust_lock_slow(uint32_t *word);
void robust_unlock_slow(uint32_t *word);

// The calling process must have a client mark. What the lock guards is consistent even if its last
// holder died; there is nothing to recover (see segment.h).
static inline void robust_lock(uint32_t *word)
{
	uint32_t unlocked = 0;

	if (!swap_if(word, &unlocked, client_mark))
		robust_lock_slow(word);
}

// Waits no longer than a holder who runs at all needs. 0 if he does not let go: his mark is then in
// *stuck, and as long as he holds the lock nobody who passes the same `stuck` waits for him again.
int robust_lock_patiently(uint32_t *word, uint32_t *stuck);

// 0 if it is taken, by whomever.
static inline int robust_try_lock(uint32_t *word)
{
	uint32_t unlocked = 0;

	return swap_if(word, &unlocked, client_mark);
}

static inline void robust_unlock(uint32_t *word)
{
	if (swap(word, 0) & LOCK_CONTENDED)
		robust_unlock_slow(word);
}

#endif
