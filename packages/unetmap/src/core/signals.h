// SPDX-License-Identifier: BSD-2-Clause
//
// Keeping signal handlers out of what they might want to do themselves.
#ifndef UNETMAP_CORE_SIGNALS_H_
#define UNETMAP_CORE_SIGNALS_H_

#include <pthread.h>
#include <signal.h>

// Not those by which a thread is told of what it does itself: held back, they would kill. (Of SIGPIPE: doorbell.c.)
static inline void signals_leave_own(sigset_t *set)
{
	static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPIPE};

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		sigdelset(set, own[i]);
}

static inline void signals_block(sigset_t *old)
{
	sigset_t others;

	sigfillset(&others);
	signals_leave_own(&others);
	pthread_sigmask(SIG_BLOCK, &others, old);
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
	signals_leave_own(&handled);
	pthread_sigmask(SIG_BLOCK, &handled, old);
}

static inline void signals_restore(const sigset_t *old)
{
	pthread_sigmask(SIG_SETMASK, old, NULL);
}

#endif
