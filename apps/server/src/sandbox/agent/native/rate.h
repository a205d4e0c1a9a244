// SPDX-License-Identifier: BSD-2-Clause
/* A token bucket that holds one second's worth. */
#pragma once
#include <stdint.h>
#include <time.h>

struct rate {
	double per_second;
	double tokens;              /* below 0: wait */
	struct timespec filled;
	struct timespec told;
};

void rate_init(struct rate *rate, uint64_t per_second);
/* Returns whether the limit was crossed and it is time to say so again, at most once a second. */
int rate_spend(struct rate *rate, uint64_t amount);
/* 0 when more may be spent now. */
int rate_wait_ms(struct rate *rate);
