// SPDX-License-Identifier: BSD-2-Clause
#include "control/kloop.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>

#include "control/csb.h"
#include "control/entry.h"
#include "control/request.h"
#include "core/doorbell.h"
#include "core/liveness.h"
#include "core/sys.h"
#include "ports/port.h"

enum { MAX_SLEEP_US = 1000000, LONGEST_WAIT_MS = 3000, STOP_CHECK_US = 1000 };

static void rest(uint32_t us)
{
	if (us)
		sys_nap(us);
	else
		sched_yield();
}

// ---- what is asked for ----

static void add_ring(struct loop *l, enum ring_dir dir, int n)
{
	struct desc *d = l->d;
	const struct kring *k = &port_at(d->port)->rings[dir][n];

	l->rings[l->count] = (struct loop_ring){
		.dir = dir,
		.n = n,
		.num_slots = k->num_slots,
		.atok = (struct nm_csb_atok *)(uintptr_t)d->csb_atok + l->count,
		.ktoa = (struct nm_csb_ktoa *)(uintptr_t)d->csb_ktoa + l->count,
		.io = -1,
		.irq = -1,
		.tail = k->rtail,
	};
	l->count++;
}

static void add_rings(struct loop *l)
{
	for (int dir = TX; dir >= RX; dir--)
		for (int n = l->d->first[dir]; n < l->d->last[dir]; n++)
			add_ring(l, dir, n);
}

static int take_mode(struct loop *l, struct options *o)
{
	const uint32_t known = NM_OPT_SYNC_KLOOP_DIRECT_TX | NM_OPT_SYNC_KLOOP_DIRECT_RX;

	if (!option_given(o, NETMAP_REQ_OPT_SYNC_KLOOP_MODE))
		return 0;
	for (int i = 0; i < l->count; i++)
		l->rings[i].direct = (o->mode.mode & (l->rings[i].dir == TX ? NM_OPT_SYNC_KLOOP_DIRECT_TX
									   : NM_OPT_SYNC_KLOOP_DIRECT_RX)) != 0;
	return option_answer(o, NETMAP_REQ_OPT_SYNC_KLOOP_MODE, o->mode.mode & ~known ? -EINVAL : 0);
}

static int check_eventfd(int fd)
{
	struct stat st;

	if (fd < 0)
		return 0;
	if (sys_fstat(fd, &st))
		return -EBADF;
	return st.st_mode & S_IFMT ? -EINVAL : 0; // an eventfd has no type
}

static int take_eventfd_pairs(struct loop *l, struct options *o)
{
	int all_kick = 1, any_direct = 0;

	if (o->eventfds.nro_opt.nro_size != sizeof(struct nmreq_option) + l->count * sizeof(struct eventfd_pair))
		return -EINVAL;
	for (int i = 0; i < l->count; i++) {
		l->rings[i].io = o->eventfds.pair[i].io;
		l->rings[i].irq = o->eventfds.pair[i].irq;
		all_kick &= l->rings[i].io >= 0;
		any_direct |= l->rings[i].direct;
	}
	l->sleeps = all_kick;
	return any_direct && !all_kick ? -EINVAL : 0;
}

static int check_eventfds(const struct loop *l)
{
	int error = 0;

	for (int i = 0; i < l->count && !error; i++) {
		error = check_eventfd(l->rings[i].irq);
		if (!error && l->sleeps)
			error = check_eventfd(l->rings[i].io);
	}
	return error;
}

static int take_eventfds(struct loop *l, struct options *o)
{
	int error;

	if (!option_given(o, NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS))
		return 0;
	error = option_answer(o, NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS, take_eventfd_pairs(l, o));
	return error ? error : check_eventfds(l);
}

// ---- sleeping ----

static int listen_to(struct loop *l, int fd, uint32_t number)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u32 = number};

	return sys_result(syscall(SYS_epoll_ctl, l->epoll, EPOLL_CTL_ADD, fd, &event));
}

// This also keeps the descriptor from going while the loop runs, whoever closes it.
static int take_bell(struct loop *l)
{
	char path[REGION_PATH_BYTES];

	doorbell_path(path, l->d - segment->descs, l->d->gen);
	l->bell = sys_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
	return l->bell < 0 ? l->bell : 0;
}

// Each write to an eventfd is an event, whether or not anybody reads it: the program may.
static int listen_to_all(struct loop *l)
{
	int error = 0;

	l->epoll = sys_result(syscall(SYS_epoll_create1, EPOLL_CLOEXEC));
	if (l->epoll < 0)
		return l->epoll;
	for (int i = 0; i < l->count && !error; i++)
		error = listen_to(l, l->rings[i].io, i);
	return error ? error : listen_to(l, l->bell, l->count);
}

static void stop_listening(struct loop *l)
{
	if (l->bell >= 0)
		sys_close(l->bell);
	if (l->epoll >= 0)
		sys_close(l->epoll);
}

// Directly served rings have their interrupts passed on: the program syncs by kicking.
static void answer_bell(struct loop *l)
{
	doorbell_drain(l->bell);
	for (int i = 0; i < l->count; i++)
		if (l->rings[i].direct)
			kloop_interrupt(&l->rings[i]);
}

static void answer(struct loop *l, uint32_t number)
{
	if (number == (uint32_t)l->count)
		answer_bell(l);
	else if (l->rings[number].direct)
		kloop_serve(l, &l->rings[number]);
}

static void sleep_once(struct loop *l)
{
	struct epoll_event events[2 * MAX_RINGS + 3];
	int n = syscall(SYS_epoll_pwait, l->epoll, events, l->count + 1, LONGEST_WAIT_MS, NULL, 8);

	for (int i = 0; i < n; i++)
		answer(l, events[i].data.u32);
}

// ---- the loop ----

static void serve_all(struct loop *l)
{
	for (int i = 0; i < l->count && !kloop_must_stop(l); i++)
		if (!l->rings[i].direct)
			kloop_serve(l, &l->rings[i]);
}

// Armed first, so that what happens to a ring after it was served wakes us.
static void round_with_sleep(struct loop *l)
{
	doorbell_arm(l->d);
	doorbell_want(l->d, TX);
	doorbell_want(l->d, RX);
	full_fence();
	serve_all(l);
	if (!kloop_must_stop(l))
		sleep_once(l);
	doorbell_disarm(l->d);
}

static void run(struct loop *l)
{
	while (!kloop_must_stop(l)) {
		if (l->sleeps) {
			round_with_sleep(l);
		} else {
			serve_all(l);
			rest(l->sleep_us);
		}
	}
}

// ---- the requests ----

// What a loop was told that has died went with it. Control lock held.
static void bury(struct desc *d)
{
	if (!d->loop_runner || csb_is_served(d))
		return;
	scribble(&d->loop_stop, 0);
	d->loop_runner = 0;
}

static int claim(struct desc *d)
{
	int error = 0;

	control_enter();
	bury(d);
	if (!d->csb_atok || !d->csb_ktoa)
		error = -EINVAL;
	else if (d->loop_runner)
		error = -EBUSY;
	else
		d->loop_runner = client_mark;
	control_leave();
	return error;
}

static void release(struct desc *d)
{
	control_enter();
	scribble(&d->loop_stop, 0);
	d->loop_runner = 0;
	control_leave();
}

static int prepare(struct loop *l, struct options *o)
{
	int error = csb_reach(l->d);

	add_rings(l);
	if (!error)
		error = take_bell(l);
	if (!error)
		error = take_mode(l, o);
	if (!error)
		error = take_eventfds(l, o);
	return !error && l->sleeps ? listen_to_all(l) : error;
}

int request_kloop_start(struct request *r)
{
	struct loop l = {.d = &segment->descs[r->desc], .epoll = -1, .bell = -1};
	int error;

	l.sleep_us = ((struct nmreq_sync_kloop_start *)r->body)->sleep_us;
	if (l.sleep_us > MAX_SLEEP_US)
		return -EINVAL;
	if (observe(&l.d->port) == NONE)
		return -ENXIO;
	error = claim(l.d);
	if (error)
		return error;
	error = prepare(&l, r->options);
	if (!error)
		run(&l);
	stop_listening(&l);
	release(l.d);
	return error;
}

static void tell_to_stop(struct desc *d)
{
	control_enter();
	bury(d);
	scribble(&d->loop_stop, 1);
	control_leave();
	full_fence();
}

// The one that was told: another may have begun since.
static int still_runs(struct desc *d)
{
	int running;

	control_enter();
	running = d->loop_stop && csb_is_served(d);
	control_leave();
	return running;
}

// Also when none runs: then the next one ends at once, as if it had been there already.
int request_kloop_stop(struct request *r)
{
	struct desc *d = &segment->descs[r->desc];
	const uint16_t port = observe(&d->port);

	if (port == NONE)
		return -ENXIO;
	tell_to_stop(d);
	doorbell_ring_port(port_at(port));
	while (still_runs(d))
		sys_nap(STOP_CHECK_US);
	return 0;
}
