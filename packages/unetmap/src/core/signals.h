// SPDX-License-Identifier: BSD-2-Clause
//
// Keeping signal handlers out of what they might want to do themselves.
#ifndef UNETMAP_CORE_SIGNALS_H_
#define UNETMAP_CORE_SIGNALS_H_

#include <pthread.h>
#include <signal.h>

// For moments: all signals wait.
static inline void signals_block(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, old);
}

static inline int signals_has_handler(int signal)
{
	struct sigaction action;

	return !sigaction(signal, NULL, &action) && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

// For as long as it takes: what ends a process still ends it.
static inline void signals_block_handled(sigset_t *old)
{
	sigset_t handled;

	sigemptyset(&handled);
	for (int signal = 1; signal < _NSIG; signal++)
		if (signals_has_handler(signal))
			sigaddset(&handled, signal);
	pthread_sigmask(SIG_BLOCK, &handled, old);
}

static inline void signals_restore(const sigset_t *old)
{
	pthread_sigmask(SIG_SETMASK, old, NULL);
}

#endif
