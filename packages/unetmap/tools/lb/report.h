// SPDX-License-Identifier: BSD-2-Clause
#ifndef LB_REPORT_H
#define LB_REPORT_H

#include "balancer.h"

// A thread that prints the statistics asked for: one JSON object a line for each pipe, and one for
// the input.  Returns 0, or -1 after a line on stderr.
int report_start(const struct balancer *b);

// Ends the thread; nothing is printed afterwards.
void report_stop(void);

// The last line of a run, on stdout.
void report_total(const struct balancer *b);

#endif
