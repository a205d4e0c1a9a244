// SPDX-License-Identifier: BSD-2-Clause
//
// A tool that goes on until it is told to stop.
#ifndef TOOLS_SIGNALS_H_
#define TOOLS_SIGNALS_H_

#include <signal.h>

// Set by the first SIGINT or SIGTERM after end_on_signals(); a second one ends the process.
extern volatile sig_atomic_t interrupted;

// From now on those signals end a poll and set `interrupted`.
void end_on_signals(void);

#endif
