// SPDX-License-Identifier: BSD-2-Clause
//
// Other programs read these lines: their words and the order of their fields are fixed.
#define NETMAP_WITH_LIBS
#include "report.h"

#include <math.h>
#include <net/netmap_user.h>

const char *
amount_text(double amount, int plain, char text[AMOUNT_TEXT_SIZE])
{
	static const char *const prefixes[] = {"", "K", "M", "G"};
	int i = 0;

	for (; !plain && i < 3 && amount >= 1000; i++)
		amount /= 1000;
	snprintf(text, AMOUNT_TEXT_SIZE, plain ? "%.0f %s" : "%.3f %s", amount, prefixes[i]);
	return text;
}

static double
bits(const struct options *o, uint64_t packets, uint64_t bytes)
{
	return 8.0 * (double)bytes + (double)o->framing_bits * (double)packets;
}

static void
mean_and_deviation(const struct rate_window *window, double *mean, double *deviation)
{
	unsigned int n = window->samples < RATE_WINDOW ? window->samples : RATE_WINDOW;
	double sum = 0, squares = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += window->rates[i];
	*mean = sum / n;
	for (unsigned int i = 0; i < n; i++)
		squares += (window->rates[i] - *mean) * (window->rates[i] - *mean);
	*deviation = sqrt(squares / n);
}

static const char *
deviation_text(const struct options *o, struct rate_window *window, double pps, char *text, size_t size)
{
	char mean_text[AMOUNT_TEXT_SIZE], deviation_text[AMOUNT_TEXT_SIZE];
	double mean, deviation;

	if (!(o->option_bits & OPT_PPS_STATS))
		return "";
	window->rates[window->samples++ % RATE_WINDOW] = pps;
	mean_and_deviation(window, &mean, &deviation);
	snprintf(text, size, "[avg/std %s/%s pps]", amount_text(mean, o->plain_numbers, mean_text),
		amount_text(deviation, o->plain_numbers, deviation_text));
	return text;
}

static void
main_thread_line(const struct options *o, double pps, uint64_t packets, double bps, int64_t usec,
	double batch, uint32_t min_space, const char *deviation)
{
	char pps_text[AMOUNT_TEXT_SIZE], packets_text[AMOUNT_TEXT_SIZE], bps_text[AMOUNT_TEXT_SIZE];
	int plain = o->plain_numbers;

	nm_log_line("main_thread", __LINE__,
		"%spps %s(%spkts %sbps in %lld usec) %.2f avg_batch %u min_space",
		amount_text(pps, plain, pps_text), deviation,
		amount_text((double)packets, plain, packets_text), amount_text(bps, plain, bps_text),
		(long long)usec, batch, min_space);
}

void
report_period(const struct options *o, const struct counters *before, const struct counters *after,
	int64_t period_ns, struct rate_window *window)
{
	uint64_t packets = after->packets - before->packets, events = after->events - before->events;
	double seconds = (double)(period_ns > 0 ? period_ns : 1) / 1e9, pps = (double)packets / seconds;
	char deviation[100];

	main_thread_line(o, pps, packets, bits(o, packets, after->bytes - before->bytes) / seconds,
		period_ns / 1000, events ? (double)packets / (double)events : 0, after->min_space,
		deviation_text(o, window, pps, deviation, sizeof(deviation)));
}

static const char *
verb(enum job job)
{
	return is_sender(job) ? "Sent" : "Received";
}

void
report_total(const struct options *o, const struct counters *total, double seconds)
{
	char pps[AMOUNT_TEXT_SIZE], bandwidth[AMOUNT_TEXT_SIZE], raw[AMOUNT_TEXT_SIZE];
	uint64_t packets = total->packets, bytes = total->bytes;

	if (packets == 0) {
		printf("%s nothing.\n", verb(o->job));
		return;
	}
	seconds = seconds > 0 ? seconds : 1e-9;
	printf("%s %llu packets %llu bytes %llu events %llu bytes each in %.2f seconds.\n",
		verb(o->job), (unsigned long long)packets, (unsigned long long)bytes,
		(unsigned long long)total->events, (unsigned long long)(bytes / packets), seconds);
	printf("Speed: %spps Bandwidth: %sbps (raw %sbps). Average batch: %.2f pkts\n",
		amount_text((double)packets / seconds, o->plain_numbers, pps),
		amount_text(8.0 * (double)bytes / seconds, o->plain_numbers, bandwidth),
		amount_text(bits(o, packets, bytes) / seconds, o->plain_numbers, raw),
		total->events ? (double)packets / (double)total->events : 0);
}
