// SPDX-License-Identifier: BSD-2-Clause
//
// All ports are open before the first packet leaves, so that none is lost for want of
// somebody to receive it.
#include "exchange.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "window.h"

#define STEP_MS 20 // longest sleep; pipes that fill and empty are looked at this often

enum phase { SENDING, WAITING_TO_BE_TAKEN, LISTENING, ENDED };

struct run {
	struct exchange *x;
	enum phase phase;
	int64_t started_ns;
	int64_t moved_ns; // when a packet last moved
	int64_t fluent_ns; // when sending last went on, or had nothing to do
	uint64_t captured;
	struct window window;
	uint32_t room; // slots, by the window as last looked at
	int status;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct station *
exchange_station(struct exchange *x, const char *port)
{
	struct station *s = x->stations;

	for (; s < x->stations + x->count; s++)
		if (strcmp(s->name, port) == 0)
			return s;
	if (x->count == STATIONS_MAX) {
		fprintf(stderr, "nmio: more than %d ports\n", STATIONS_MAX);
		return NULL;
	}
	x->count++;
	s->name = port;
	return s;
}

// How many packets a sender may send now by rate and burst.
static uint32_t
due_now(const struct run *run, const struct station *s)
{
	const struct exchange *x = run->x;
	uint64_t due;

	if (x->rate_pps == 0)
		return x->burst;
	due = (uint64_t)((double)(now_ns() - run->started_ns) * 1e-9 * (double)x->rate_pps) + 1;
	if (due <= s->sent_packets)
		return 0;
	return due - s->sent_packets < x->burst ? (uint32_t)(due - s->sent_packets) : x->burst;
}

static uint32_t
allowance(const struct run *run, const struct station *s)
{
	return run->room == 0 ? 0 : due_now(run, s);
}

static int
fail(struct run *run)
{
	run->status = 1;
	run->phase = ENDED;
	return 0;
}

static int
send_step(struct run *run)
{
	int packets = 0, got;

	for (int i = 0; i < run->x->count; i++) {
		struct station *s = &run->x->stations[i];

		if (!station_has_more(s))
			continue;
		run->room = window_room(&run->window, now_ns());
		got = station_send(s, allowance(run, s), run->room);
		if (got == -1)
			return fail(run);
		packets += got;
	}
	return packets;
}

static int
capture_step(struct run *run)
{
	uint64_t limit = run->x->capture_limit;
	int packets = 0, got;

	for (int i = 0; i < run->x->count; i++) {
		struct station *s = &run->x->stations[i];

		if (!s->captures)
			continue;
		got = station_capture(s, limit ? limit - run->captured : UINT64_MAX);
		if (got == -1)
			return fail(run);
		packets += got;
		run->captured += (uint64_t)got;
	}
	if (limit && run->captured >= limit)
		run->phase = ENDED;
	return packets;
}

static int
any(const struct exchange *x, int (*holds)(const struct station *))
{
	for (int i = 0; i < x->count; i++)
		if (holds(&x->stations[i]))
			return 1;
	return 0;
}

static int
captures(const struct station *s)
{
	return s->captures;
}

static int
pending(struct exchange *x)
{
	int count = 0;

	for (int i = 0; i < x->count; i++)
		count += station_pending(&x->stations[i]);
	return count;
}

// A receiver that takes nothing for too long ends the sending.
static void
bound_waiting(struct run *run, int64_t t)
{
	if (t - run->fluent_ns <= run->x->taken_ms * 1000000)
		return;
	fprintf(stderr, "nmio: receivers took nothing out of their pipes for %lld ms\n",
		(long long)run->x->taken_ms);
	run->status = 3;
	run->phase = LISTENING;
}

static int
any_sender_stuck(const struct run *run)
{
	for (int i = 0; i < run->x->count; i++) {
		const struct station *s = &run->x->stations[i];

		if (station_has_more(s) && allowance(run, s) > 0)
			return 1;
	}
	return 0;
}

static void
advance(struct run *run)
{
	struct exchange *x = run->x;
	int64_t t = now_ns();

	if (run->phase == SENDING && !any(x, station_has_more)) {
		run->phase = WAITING_TO_BE_TAKEN;
		run->fluent_ns = t;
	}
	if (run->phase == SENDING && !any_sender_stuck(run))
		run->fluent_ns = t;
	if (run->phase == WAITING_TO_BE_TAKEN && pending(x) == 0)
		run->phase = LISTENING;
	if (run->phase == SENDING || run->phase == WAITING_TO_BE_TAKEN)
		bound_waiting(run, t);
	if (run->phase != LISTENING)
		return;
	if (!any(x, captures) || (x->idle_ms >= 0 && t - run->moved_ns > x->idle_ms * 1000000))
		run->phase = ENDED;
}

static int
sleep_ms(const struct run *run)
{
	int64_t ms = STEP_MS;

	if (run->phase == SENDING && (run->x->rate_pps > 50 || run->room == 0))
		ms = 1;
	if (run->phase == WAITING_TO_BE_TAKEN)
		ms = 1;
	return (int)ms;
}

// A sender that waits for its turn, not for room, must not be woken by room.
static short
events_of(const struct run *run, const struct station *s)
{
	short events = s->captures ? POLLIN : 0;

	if (station_has_more(s) && allowance(run, s) > 0)
		events |= POLLOUT;
	return events;
}

static void
wait_for_events(struct run *run)
{
	struct pollfd pfds[STATIONS_MAX];

	for (int i = 0; i < run->x->count; i++) {
		struct station *s = &run->x->stations[i];

		pfds[i] = (struct pollfd){.fd = s->port->fd, .events = events_of(run, s)};
	}
	if (poll(pfds, (nfds_t)run->x->count, sleep_ms(run)) == -1 && errno != EINTR) {
		fprintf(stderr, "nmio: poll: %s\n", strerror(errno));
		fail(run);
	}
	for (int i = 0; i < run->x->count; i++) {
		if (run->phase == ENDED || !(pfds[i].revents & POLLERR))
			continue;
		fprintf(stderr, "nmio: %s: the port is gone\n", run->x->stations[i].name);
		fail(run);
	}
}

static void
loop(struct run *run)
{
	while (run->phase != ENDED && !interrupted) {
		int moved = run->phase == SENDING ? send_step(run) : 0;

		if (moved > 0)
			run->fluent_ns = now_ns();
		if (run->phase != ENDED)
			moved += capture_step(run);
		if (moved > 0)
			run->moved_ns = now_ns();
		if (run->phase != ENDED)
			advance(run);
		if (run->phase != ENDED && moved == 0)
			wait_for_events(run);
	}
}

static void
summarize(const struct exchange *x)
{
	for (int i = 0; i < x->count && !x->quiet; i++) {
		const struct station *s = &x->stations[i];

		if (s->sends)
			fprintf(stderr, "%s: sent %llu packets, %llu bytes\n", s->name,
				(unsigned long long)s->sent_packets, (unsigned long long)s->sent_bytes);
		if (s->captures)
			fprintf(stderr, "%s: captured %llu packets, %llu bytes\n", s->name,
				(unsigned long long)s->captured_packets,
				(unsigned long long)s->captured_bytes);
	}
}

static int
open_all(struct exchange *x)
{
	for (int i = 0; i < x->count; i++)
		if (station_open(&x->stations[i]) == -1)
			return -1;
	return 0;
}

// Without a capture nobody asks for every frame.
static void
start_window(struct run *run)
{
	run->room = WINDOW_OPEN;
	run->window.fd = -1;
	if (any(run->x, captures))
		window_start(&run->window, run->x->stations, run->x->count);
}

static int
close_all(struct exchange *x)
{
	int result = 0;

	for (int i = 0; i < x->count; i++)
		result |= station_close(&x->stations[i]);
	return result;
}

int
exchange_run(struct exchange *x)
{
	struct run run = {.x = x, .phase = SENDING};
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (open_all(x) == -1)
		run.status = 1;
	run.started_ns = run.moved_ns = run.fluent_ns = now_ns();
	if (run.status == 0) {
		start_window(&run);
		loop(&run);
		window_stop(&run.window);
		summarize(x);
	}
	return close_all(x) == -1 ? 1 : run.status;
}
