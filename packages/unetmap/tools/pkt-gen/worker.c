// SPDX-License-Identifier: BSD-2-Clause
//
// The main thread starts a worker for each ring, reports at every period, and ends the
// run when all workers are done or somebody interrupts it.
#define NETMAP_WITH_LIBS
#include "worker.h"

#include <net/netmap_user.h>
#include <sched.h>
#include <signal.h>
#ifdef __FreeBSD__
#include <pthread_np.h>
#endif

#include "pcap/pcap.h"
#include "report.h"

#define MAX_WORKERS 64

static int cancel_flag;
static pthread_t main_thread_id;

int
cancelled(void)
{
	return __atomic_load_n(&cancel_flag, __ATOMIC_RELAXED);
}

void
cancel(void)
{
	__atomic_store_n(&cancel_flag, 1, __ATOMIC_RELAXED);
}

void
give_up(struct worker *w)
{
	w->failed = 1;
	cancel();
}

static inline void
relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#else
	__asm__ volatile("" ::: "memory");
#endif
}

int
spin_until(struct worker *w, unsigned long sync, int (*ready)(const struct nmport_d *))
{
	struct timespec deadline;

	if (w->alone)
		return 0;
	deadline = ns_after(now(), SPIN_NS);
	do {
		for (int i = 0; i < 16; i++)
			relax();
		ioctl(w->port->fd, sync, NULL);
		if (ready(w->port))
			return 1;
	} while (ns_between(now(), deadline) > 0 && !cancelled());
	return 0;
}

static void
wake_up(int signal)
{
	(void)signal; // only there to end a poll
}

// Signals are taken by the main thread alone, in sigtimedwait. SIGUSR1 means "a worker
// is done" to it, and ends the sleep of a worker.
static void
set_up_signals(sigset_t *set)
{
	struct sigaction action = {.sa_handler = wake_up};

	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

static void
pin(const struct worker *w)
{
	cpu_set_t set;

	if (w->o->first_cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((w->o->first_cpu + w->index) % w->o->cpus, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set) != 0)
		D("cannot pin thread %d to CPU %d", w->index, (w->o->first_cpu + w->index) % w->o->cpus);
}

static worker_body
body_of(enum job job)
{
	switch (job) {
	case JOB_TX:
	case JOB_TXSEQ: return sender_body;
	case JOB_PING: return ping_body;
	case JOB_PONG: return pong_body;
	default: return receiver_body;
	}
}

static void *
worker_main(void *argument)
{
	struct worker *w = argument;
	sigset_t wake;

	sigemptyset(&wake);
	sigaddset(&wake, SIGUSR1);
	pthread_sigmask(SIG_UNBLOCK, &wake, NULL);
	pin(w);
	w->start = now();
	body_of(w->o->job)(w);
	if (w->end.tv_sec == 0)
		w->end = now();
	__atomic_store_n(&w->done, 1, __ATOMIC_RELEASE);
	pthread_kill(main_thread_id, SIGUSR1);
	return NULL;
}

struct pace
pace_of(const struct options *o)
{
	uint64_t rate = o->rate_pps / (uint64_t)o->threads;
	struct pace pace = {.turn = now()};

	if (o->rate_pps)
		pace.period_ns = (int64_t)(o->burst * 1000000000.0 / (double)(rate ? rate : 1));
	return pace;
}

void
wait_for_turn(struct pace *pace)
{
	struct timespec t = now();

	if (pace->period_ns == 0)
		return;
	if (ns_between(pace->turn, t) > 1000000000)
		pace->turn = t;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &pace->turn, NULL);
	pace->turn = ns_after(pace->turn, pace->period_ns);
}

void
dump_slot(struct netmap_ring *ring, uint32_t at)
{
	struct netmap_slot *slot = &ring->slot[at];
	uint32_t bytes = slot->len < ring->nr_buf_size ? slot->len : ring->nr_buf_size;

	flockfile(stdout);
	printf("ring %p cur %5u [buf %6u flags 0x%04x len %5u]\n", (void *)ring, at, slot->buf_idx,
		slot->flags, slot->len);
	pcap_dump_bytes(stdout, (const uint8_t *)NETMAP_BUF_OFFSET(ring, slot), bytes);
	funlockfile(stdout);
}

// The first worker uses the port itself, each other one has a ring of its own. Those of the host come
// behind the device's.
static struct nmport_d *
port_of_worker(const struct options *o, struct nmport_d *port, uint32_t mode, int index)
{
	int device_rings = is_sender(o->job) ? port->reg.nr_tx_rings : port->reg.nr_rx_rings;
	int is_host = mode == NR_REG_NIC_SW && index >= device_rings;
	struct nmport_d *own;

	if (index == 0)
		return port;
	own = nmport_clone(port);
	if (!own)
		return NULL;
	if (is_host)
		own->reg.nr_mode = NR_REG_ONE_SW;
	own->reg.nr_ringid = (uint16_t)(is_host ? index - device_rings : index);
	own->reg.nr_extra_bufs = 0;
	if (!is_sender(o->job))
		own->reg.nr_flags |= NR_NO_TX_POLL;
	if (nmport_open_desc(own) == 0)
		return own;
	nmport_delete(own);
	return NULL;
}

// The shares of all workers are -n together; some are empty if there are more workers than packets.
static uint64_t
share_of(const struct options *o, int index)
{
	uint64_t threads = (uint64_t)o->threads;

	return o->count ? o->count / threads + ((uint64_t)index < o->count % threads) : UINT64_MAX;
}

static int
start_threads(const struct options *o, struct nmport_d *port, uint32_t mode, struct worker *workers)
{
	int started = 0;

	D("Wait %d secs for phy reset", o->link_wait_s);
	sleep((unsigned int)o->link_wait_s);
	D("Ready...");
	for (struct worker *w = workers; started < o->threads; w++, started++) {
		w->o = o;
		w->index = started;
		w->main_fd = port->fd;
		w->alone = sysconf(_SC_NPROCESSORS_ONLN) == 1;
		w->counters.min_space = NO_SPACE_SAMPLE;
		w->count = share_of(o, started);
		w->port = port_of_worker(o, port, mode, started);
		if (!w->port || pthread_create(&w->thread, NULL, worker_main, w) != 0) {
			D("cannot start thread %d", started);
			cancel();
			break;
		}
	}
	return started;
}

static int
running(const struct worker *workers, int count)
{
	int left = 0;

	for (int i = 0; i < count; i++)
		left += !__atomic_load_n(&workers[i].done, __ATOMIC_ACQUIRE);
	return left;
}

static struct counters
sum_counters(struct worker *workers, int count)
{
	struct counters sum = {.min_space = NO_SPACE_SAMPLE};

	for (int i = 0; i < count; i++) {
		struct counters *c = &workers[i].counters;
		uint32_t space = __atomic_exchange_n(&c->min_space, NO_SPACE_SAMPLE, __ATOMIC_RELAXED);

		sum.packets += __atomic_load_n(&c->packets, __ATOMIC_RELAXED);
		sum.bytes += __atomic_load_n(&c->bytes, __ATOMIC_RELAXED);
		sum.events += __atomic_load_n(&c->events, __ATOMIC_RELAXED);
		sum.min_space = space < sum.min_space ? space : sum.min_space;
	}
	return sum;
}

// Sleeps until `until`, the end of a worker or a signal.
static void
wait_for_event(const sigset_t *set, struct timespec until)
{
	int64_t ns = ns_between(now(), until);
	struct timespec timeout = ns_after((struct timespec){0, 0}, ns > 0 ? ns : 0);
	int signal = sigtimedwait(set, NULL, &timeout);

	if (signal == SIGINT || signal == SIGTERM) {
		nm_log_line("sigint_h", __LINE__, "received control-C on thread %p",
			(void *)pthread_self());
		cancel();
	}
}

static void
report_until_done(const struct options *o, struct worker *workers, int count, const sigset_t *set)
{
	struct timespec last = now(), next = ns_after(last, o->report_ms * 1000000LL), t;
	struct counters before = {0}, after;
	struct rate_window window = {.samples = 0};

	while (running(workers, count) && !cancelled()) {
		wait_for_event(set, next);
		t = now();
		if (ns_between(t, next) > 0 && !cancelled())
			continue;
		after = sum_counters(workers, count);
		report_period(o, &before, &after, ns_between(last, t), &window);
		before = after;
		last = t;
		next = ns_after(next, o->report_ms * 1000000LL);
	}
}

// A worker may be about to sleep when the wake-up comes, so it comes again.
static void
join_all(struct worker *workers, int count)
{
	struct timespec pause = {.tv_nsec = 5000000};

	while (running(workers, count)) {
		for (int i = 0; i < count; i++)
			if (cancelled() && !__atomic_load_n(&workers[i].done, __ATOMIC_ACQUIRE))
				pthread_kill(workers[i].thread, SIGUSR1);
		nanosleep(&pause, NULL);
	}
	for (int i = 0; i < count; i++)
		pthread_join(workers[i].thread, NULL);
}

static double
total_seconds(const struct worker *workers, int count)
{
	struct timespec start = workers[0].start, end = workers[0].end;

	for (int i = 1; i < count; i++) {
		if (ns_between(workers[i].start, start) > 0)
			start = workers[i].start;
		if (ns_between(end, workers[i].end) > 0)
			end = workers[i].end;
	}
	return (double)ns_between(start, end) / 1e9;
}

static int
any_failed(const struct worker *workers, int count)
{
	for (int i = 0; i < count; i++)
		if (workers[i].failed)
			return 1;
	return 0;
}

int
run_workers(const struct options *o, struct nmport_d *port, uint32_t mode)
{
	static struct worker workers[MAX_WORKERS];
	struct counters total;
	sigset_t set;
	int started;

	main_thread_id = pthread_self();
	set_up_signals(&set);
	started = start_threads(o, port, mode, workers);
	report_until_done(o, workers, started, &set);
	join_all(workers, started);
	if (started < o->threads)
		exit(1);
	total = sum_counters(workers, started);
	if (o->job != JOB_PING && o->job != JOB_PONG)
		report_total(o, &total, total_seconds(workers, started));
	for (int i = 0; i < started; i++)
		if (workers[i].port != port)
			nmport_close(workers[i].port);
	return any_failed(workers, started) ? -1 : 0;
}
