// SPDX-License-Identifier: BSD-2-Clause
#include "rate.h"

static double seconds_since(const struct timespec *then, struct timespec *now)
{
	clock_gettime(CLOCK_MONOTONIC, now);
	return (double)(now->tv_sec - then->tv_sec) + (now->tv_nsec - then->tv_nsec) / 1e9;
}

void rate_init(struct rate *rate, uint64_t per_second)
{
	*rate = (struct rate){ .per_second = per_second, .tokens = per_second };
	clock_gettime(CLOCK_MONOTONIC, &rate->filled);
}

static void fill(struct rate *rate)
{
	struct timespec now;

	rate->tokens += seconds_since(&rate->filled, &now) * rate->per_second;
	rate->filled = now;
	if (rate->tokens > rate->per_second)
		rate->tokens = rate->per_second;
}

int rate_spend(struct rate *rate, uint64_t amount)
{
	struct timespec now;

	fill(rate);
	rate->tokens -= amount;
	if (rate->tokens >= 0 || seconds_since(&rate->told, &now) < 1)
		return 0;
	rate->told = now;
	return 1;
}

int rate_wait_ms(struct rate *rate)
{
	if (rate->tokens >= 0)
		return 0;
	fill(rate);
	return rate->tokens >= 0 ? 0 : 1 + (int)(-rate->tokens / rate->per_second * 1000);
}
