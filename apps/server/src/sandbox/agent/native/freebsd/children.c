// SPDX-License-Identifier: BSD-2-Clause
#include "../children.h"

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/event.h>
#include <sys/procctl.h>
#include <sys/wait.h>
#include <time.h>

/* SIGCHLD is ignored unless somebody handles it; the queue hears of it all the same. A fork does not inherit it. */
int children_watch(void)
{
	struct kevent ended;
	int fd = kqueue();

	EV_SET(&ended, SIGCHLD, EVFILT_SIGNAL, EV_ADD, 0, 0, NULL);
	if (fd < 0 || kevent(fd, &ended, 1, NULL, 0, NULL) < 0)
		return -1;
	return procctl(P_PID, 0, PROC_REAP_ACQUIRE, NULL) < 0 ? -1 : fd;
}

void children_heard(int fd)
{
	static const struct timespec now = { 0, 0 };
	struct kevent ended;

	kevent(fd, NULL, 0, &ended, 1, &now);
}

int children_signal_on_wire(int number)
{
	static const struct {
		int here, there;
	} OTHERS[] = {
		{ SIGBUS, 7 }, { SIGUSR1, 10 }, { SIGUSR2, 12 }, { SIGCHLD, 17 }, { SIGCONT, 18 }, { SIGSTOP, 19 },
		{ SIGTSTP, 20 }, { SIGURG, 23 }, { SIGIO, 29 }, { SIGSYS, 31 },
	};

	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
		if (OTHERS[i].here == number)
			return OTHERS[i].there;
	return number;
}
