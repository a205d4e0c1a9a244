// SPDX-License-Identifier: BSD-2-Clause
//
// For hosts whose event loop sleeps in the kernel on a netmap descriptor alone: a thread of the library
// sleeps on what else may wake it, sockets of network devices, and rings its doorbell. There is such a
// thread only in a process that ever slept on a port of a device that way.
#ifndef UNETMAP_CLIENT_OUTSIDE_H_
#define UNETMAP_CLIENT_OUTSIDE_H_

#include <stdint.h>

// Between these two, what arrives for `events` rings the doorbell of the descriptor, once. 0 or -errno.
int outside_watch(uint16_t desc, short events);
void outside_unwatch(uint16_t desc);

// Around fork: the child has no such thread, and sleeps on nothing yet.
void outside_before_fork(void);
void outside_after_fork(void);
void outside_after_fork_in_child(void);

#endif
