// SPDX-License-Identifier: BSD-2-Clause
#ifndef PKT_GEN_REPORT_H
#define PKT_GEN_REPORT_H

#include "worker.h"

#define AMOUNT_TEXT_SIZE 40

// "1.234 M" or, with plain, "1234000 ": the unit's name follows directly.
const char *amount_text(double amount, int plain, char text[AMOUNT_TEXT_SIZE]);

// Mean and deviation of the rate over the last periods.
#define RATE_WINDOW 15
struct rate_window {
	double rates[RATE_WINDOW];
	unsigned int samples;
};

// One line on stderr about the period between two readings.
void report_period(const struct options *o, const struct counters *before,
	const struct counters *after, int64_t period_ns, struct rate_window *window);

// The summary on stdout.
void report_total(const struct options *o, const struct counters *total, double seconds);

#endif
