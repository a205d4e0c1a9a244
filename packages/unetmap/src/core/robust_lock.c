// SPDX-License-Identifier: BSD-2-Clause
#include "core/robust_lock.h"

#include "core/sys.h"

enum { SPINS = 200, CHECK_HOLDER_NS = 4 * 1000 * 1000, PATIENCE_WAITS = 50 };

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

// One wait of at most CHECK_HOLDER_NS: 1 if the lock is ours now, else 0 with the holder in *holder.
static int wait_once(uint32_t *word, uint32_t *holder)
{
	const struct timespec check = {.tv_nsec = CHECK_HOLDER_NS};
	uint32_t seen = glance(word);

	*holder = 0;
	if (!seen)
		return take_over(word, 0);
	if (!(seen & LOCK_CONTENDED)) {
		if (!swap_if(word, &seen, seen | LOCK_CONTENDED))
			return 0;
		seen |= LOCK_CONTENDED;
	}
	if (sys_futex_wait(word, seen, &check) != -ETIMEDOUT)
		return 0;
	*holder = seen & ~LOCK_CONTENDED;
	return !client_alive(*holder) && take_over(word, seen);
}

void robust_lock_slow(uint32_t *word)
{
	uint32_t holder;

	if (spin_for(word))
		return;
	while (!wait_once(word, &holder))
		;
}

int robust_lock_patiently(uint32_t *word, uint32_t *stuck)
{
	uint32_t unlocked = 0, holder, last = 0;

	if (swap_if(word, &unlocked, client_mark) || spin_for(word))
		return 1;
	for (int waits = 0; waits < PATIENCE_WAITS; waits++) {
		const uint32_t now = glance(word) & ~LOCK_CONTENDED;

		if (now && now == glance(stuck) && client_alive(now))
			return 0;
		if (wait_once(word, &holder))
			return 1;
		if (holder != last)
			waits = 0;
		last = holder;
	}
	scribble(stuck, last);
	return 0;
}

void robust_unlock_slow(uint32_t *word)
{
	sys_futex_wake(word, 1);
}
