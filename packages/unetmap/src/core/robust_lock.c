// SPDX-License-Identifier: BSD-2-Clause
#include "core/robust_lock.h"

#include "core/sys.h"

enum { SPINS = 200, CHECK_HOLDER_NS = 4 * 1000 * 1000 };

static int spin_for(uint32_t *word)
{
	for (int i = 0; i < SPINS; i++) {
		uint32_t unlocked = 0;

		if (!glance(word) && swap_if(word, &unlocked, client_mark))
			return 1;
		spin_pause();
	}
	return 0;
}

// From here on we always leave the contended bit set: there may be others asleep.
static int take_over(uint32_t *word, uint32_t seen)
{
	return swap_if(word, &seen, client_mark | LOCK_CONTENDED);
}

void robust_lock_slow(uint32_t *word)
{
	const struct timespec check = {.tv_nsec = CHECK_HOLDER_NS};

	if (spin_for(word))
		return;
	for (;;) {
		uint32_t seen = glance(word);

		if (!seen) {
			if (take_over(word, 0))
				return;
			continue;
		}
		if (!(seen & LOCK_CONTENDED)) {
			if (!swap_if(word, &seen, seen | LOCK_CONTENDED))
				continue;
			seen |= LOCK_CONTENDED;
		}
		if (sys_futex_wait(word, seen, &check) == -ETIMEDOUT &&
		    !client_alive(seen & ~LOCK_CONTENDED) && take_over(word, seen))
			return;
	}
}

void robust_unlock_slow(uint32_t *word)
{
	sys_futex_wake(word, 1);
}
