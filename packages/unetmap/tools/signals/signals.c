// SPDX-License-Identifier: BSD-2-Clause
#include "signals/signals.h"

#include <stddef.h>

volatile sig_atomic_t interrupted;

static void
interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

// No restart: the signal is to end poll.
void
end_on_signals(void)
{
	struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}
