// SPDX-License-Identifier: BSD-2-Clause
//
// Other programs read these lines: their keys, and the order of them, are those of netmap's lb.
// Rates are over the last second.
#define NETMAP_WITH_LIBS
#include "report.h"

#include <inttypes.h>
#include <net/netmap_user.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <syslog.h>

#define LINE_SIZE 1024

struct rates {
	double forward_mbps, drop_mbps; // of 2^20 bits
	double forward_kpps, drop_kpps;
};

struct reading {
	double ts_s;
	uint64_t received, not_ip, spare;
	struct counters *pipes; // and the sum of them
};

static struct {
	const struct balancer *b;
	pthread_t thread;
	int stop_fd;
	struct reading now, before;
} reporter = {.stop_fd = -1};

static void
add_counters(struct counters *sum, const struct counters *c)
{
	sum->packets += c->packets;
	sum->bytes += c->bytes;
	sum->drops += c->drops;
	sum->dropped_bytes += c->dropped_bytes;
	sum->held += c->held;
}

static struct counters
read_counters(const struct counters *c)
{
	return (struct counters){counted(&c->packets), counted(&c->bytes), counted(&c->drops),
		counted(&c->dropped_bytes), counted(&c->held)};
}

static void
read_all(const struct balancer *b, struct reading *r)
{
	struct counters *sum = &r->pipes[b->pipe_count];
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	memset(sum, 0, sizeof(*sum));
	for (uint32_t i = 0; i < b->pipe_count; i++) {
		r->pipes[i] = read_counters(&b->pipes[i].counters);
		add_counters(sum, &r->pipes[i]);
	}
	r->ts_s = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
	r->received = counted(&b->received);
	r->not_ip = counted(&b->not_ip);
	r->spare = b->spare.size > sum->held ? b->spare.size - sum->held : 0;
}

static struct rates
rates_of(uint32_t pipe)
{
	const struct counters *a = &reporter.before.pipes[pipe], *c = &reporter.now.pipes[pipe];
	double s = reporter.now.ts_s - reporter.before.ts_s;

	s = s > 0 ? s : 1e-9;
	return (struct rates){
		(double)(c->bytes - a->bytes) * 8 / s / (1 << 20),
		(double)(c->dropped_bytes - a->dropped_bytes) * 8 / s / (1 << 20),
		(double)(c->packets - a->packets) / s / 1000,
		(double)(c->drops - a->drops) / s / 1000,
	};
}

static void
print_line(const char *line, int to_stdout, int to_syslog)
{
	if (to_syslog)
		syslog(LOG_INFO, "%s", line);
	if (to_stdout)
		puts(line);
}

static int
rates_text(char *text, size_t size, struct rates r)
{
	return snprintf(text, size,
		"\"data_forward_rate_Mbps\":%.4f,\"data_drop_rate_Mbps\":%.4f,"
		"\"packet_forward_rate_kpps\":%.4f,\"packet_drop_rate_kpps\":%.4f",
		r.forward_mbps, r.drop_mbps, r.forward_kpps, r.drop_kpps);
}

static void
pipe_text(char *line, uint32_t i)
{
	const struct counters *c = &reporter.now.pipes[i];
	char rates[300];

	rates_text(rates, sizeof(rates), rates_of(i));
	snprintf(line, LINE_SIZE,
		"{\"ts\":%.6f,\"interface\":\"%s\",\"output_ring\":%u,\"packets_forwarded\":%" PRIu64
		",\"packets_dropped\":%" PRIu64 ",%s,\"overflow_queue_size\":%" PRIu64 "}",
		reporter.now.ts_s, reporter.b->pipes[i].name, i, c->packets, c->drops, rates, c->held);
}

static void
input_text(char *line)
{
	const struct reading *r = &reporter.now;
	uint32_t sum = reporter.b->pipe_count;
	char rates[300];

	rates_text(rates, sizeof(rates), rates_of(sum));
	snprintf(line, LINE_SIZE,
		"{\"ts\":%.6f,\"interface\":\"%s\",\"output_ring\":null,\"packets_received\":%" PRIu64
		",\"packets_forwarded\":%" PRIu64 ",\"packets_dropped\":%" PRIu64
		",\"non_ip_packets\":%" PRIu64 ",%s,\"free_buffer_slots\":%" PRIu64 "}",
		r->ts_s, reporter.b->o->port, r->received, r->pipes[sum].packets, r->pipes[sum].drops,
		r->not_ip, rates, r->spare);
}

static void
print_all(int to_stdout, int to_syslog)
{
	char line[LINE_SIZE];

	for (uint32_t i = 0; i < reporter.b->pipe_count; i++) {
		pipe_text(line, i);
		print_line(line, to_stdout, to_syslog);
	}
	input_text(line);
	print_line(line, to_stdout, to_syslog);
	fflush(stdout);
}

static int
is_due(unsigned int second, unsigned int period_s)
{
	return period_s > 0 && second % period_s == 0;
}

static void *
report_seconds(void *unused)
{
	struct pollfd stop = {.fd = reporter.stop_fd, .events = POLLIN};
	const struct options *o = reporter.b->o;
	struct reading swap;

	(void)unused;
	for (unsigned int second = 1; poll(&stop, 1, 1000) == 0; second++) {
		int to_stdout = is_due(second, o->stdout_period_s);
		int to_syslog = is_due(second, o->syslog_period_s);

		read_all(reporter.b, &reporter.now);
		if (to_stdout || to_syslog)
			print_all(to_stdout, to_syslog);
		swap = reporter.before;
		reporter.before = reporter.now;
		reporter.now = swap;
	}
	return NULL;
}

int
report_start(const struct balancer *b)
{
	sigset_t all, old;
	int error;

	if (!b->o->stdout_period_s && !b->o->syslog_period_s)
		return 0;
	if (b->o->syslog_period_s)
		openlog("lb", LOG_CONS | LOG_PID | LOG_NDELAY, LOG_LOCAL1);
	reporter.b = b;
	reporter.now.pipes = calloc(b->pipe_count + 1, sizeof(struct counters));
	reporter.before.pipes = calloc(b->pipe_count + 1, sizeof(struct counters));
	if (!reporter.now.pipes || !reporter.before.pipes) {
		D("no memory");
		return -1;
	}
	read_all(b, &reporter.before);
	reporter.stop_fd = eventfd(0, EFD_CLOEXEC);
	sigfillset(&all); // signals are the main thread's
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&reporter.thread, NULL, report_seconds, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error == 0)
		return 0;
	D("unable to create the stats thread: %s", strerror(error));
	close(reporter.stop_fd);
	reporter.stop_fd = -1;
	return -1;
}

void
report_stop(void)
{
	uint64_t one = 1;

	if (reporter.stop_fd == -1)
		return;
	if (write(reporter.stop_fd, &one, sizeof(one)) == sizeof(one))
		pthread_join(reporter.thread, NULL);
	close(reporter.stop_fd);
	free(reporter.now.pipes);
	free(reporter.before.pipes);
}

void
report_total(const struct balancer *b)
{
	struct counters sum = {0};

	for (uint32_t i = 0; i < b->pipe_count; i++)
		add_counters(&sum, &b->pipes[i].counters);
	printf("%" PRIu64 " packets forwarded.  %" PRIu64 " packets dropped. Total %" PRIu64 "\n",
		sum.packets, sum.drops, sum.packets + sum.drops);
}
