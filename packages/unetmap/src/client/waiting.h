// SPDX-License-Identifier: BSD-2-Clause
//
// Waiting for netmap descriptors among others: what poll, select and epoll are made of (waiting_sets.h).
#ifndef UNETMAP_CLIENT_WAITING_H_
#define UNETMAP_CLIENT_WAITING_H_

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

// Says which events of the n-th entry, a netmap descriptor, are ready; the default asks the rings.
struct waiting_judge {
	short (*ready)(struct waiting_judge *judge, nfds_t n, uint16_t desc, short events);
};

// ppoll() for a mixture of descriptors. `timeout` NULL = for ever; it is not changed. `judge` NULL =
// the default.
int waiting_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
		  struct waiting_judge *judge);

// NULL for a negative number of milliseconds, as poll and epoll_wait count.
const struct timespec *waiting_timeout(int ms, struct timespec *storage);

#endif
