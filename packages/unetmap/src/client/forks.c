// SPDX-License-Identifier: BSD-2-Clause
//
// What happens around fork: nobody is at anything that a lock guards, so that the child finds all of it whole.
#include <pthread.h>

#include "client/epoll_sets.h"
#include "client/fds.h"
#include "client/outside.h"
#include "core/area.h"
#include "core/liveness.h"
#include "core/region.h"
#include "core/signals.h"
#include "ports/nic_device.h"

static sigset_t signals_before;

// Taken in the order in which they nest.
static void before_fork(void)
{
	sigset_t old;

	signals_block(&old);
	epoll_sets_before_fork();
	fd_before_fork();
	signals_before = old;
	outside_before_fork();
	region_before_fork();
	nic_device_before_fork();
	area_before_fork();
}

static void after_fork(void)
{
	const sigset_t old = signals_before;

	area_after_fork();
	nic_device_after_fork();
	region_after_fork();
	outside_after_fork();
	fd_after_fork();
	epoll_sets_after_fork();
	signals_restore(&old);
}

static void after_fork_in_child(void)
{
	const sigset_t old = signals_before;

	client_after_fork();
	area_after_fork_in_child();
	nic_device_after_fork();
	region_after_fork();
	outside_after_fork_in_child();
	fd_after_fork_in_child();
	epoll_sets_after_fork_in_child();
	signals_restore(&old);
}

static void __attribute__((constructor)) watch_forks(void)
{
	pthread_atfork(before_fork, after_fork, after_fork_in_child);
}
