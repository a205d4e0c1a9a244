// SPDX-License-Identifier: BSD-2-Clause
//
// nmio: from pcap files into netmap ports, and from ports into pcap files.
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "usage/usage.h"

#define DEFAULT_BURST 64
#define DEFAULT_TAKEN_MS 2000
#define DEFAULT_IDLE_MS 500

static const char usage_text[] =
	"Usage: nmio send PORT FILE [-r PPS] [-b BURST] [-w MS]\n"
	"       nmio capture PORT [FILE] [-n COUNT] [-t IDLE_MS]\n"
	"       nmio exchange --send PORT=FILE ... --capture PORT=FILE ... [--idle MS]\n"
	"                     [-r PPS] [-b BURST] [-w MS] [-n COUNT]\n"
	"  PORT        vale0:a, netmap:p{1, netmap:eth0\n"
	"  FILE        pcap; - is stdin or stdout (for capture the default)\n"
	"  -r PPS      packets per second of each sender (as fast as it goes)\n"
	"  -b BURST    packets at once (64)\n"
	"  -w MS       how long receivers may take to empty pipes at the end (2000)\n"
	"  -n COUNT    end after so many captured packets\n"
	"  -t, --idle MS  end when no packet moved for so long (capture: never; exchange: 500)\n"
	"  -q          no summary on stderr\n"
	"  -h, --help  this text\n"
	"exchange opens all ports before it sends, sends every file, captures until all is idle.\n"
	"Exit status: 0, 1 after an error, 3 if receivers left packets in their pipes.\n";

static void __attribute__((__noreturn__))
mistake(const char *what, const char *why)
{
	fprintf(stderr, "nmio: %s: %s\n", what, why);
	show_usage(usage_text, 1);
}

static uint64_t
number(const char *text, uint64_t min, uint64_t max)
{
	char *end, want[80];
	unsigned long long value = strtoull(text, &end, 10);

	if (*text >= '0' && *text <= '9' && *end == '\0' && value >= min && value <= max)
		return value;
	snprintf(want, sizeof(want), "not a number from %llu to %llu", (unsigned long long)min,
		(unsigned long long)max);
	mistake(text, want);
}

static struct station *
station_of(struct exchange *x, const char *port)
{
	struct station *s = exchange_station(x, port);

	if (!s)
		exit(1);
	return s;
}

static void
add_sender(struct exchange *x, const char *port, const char *file)
{
	if (station_read_from(station_of(x, port), file) == -1)
		exit(1);
}

static void
add_capture(struct exchange *x, const char *port, const char *file)
{
	if (station_write_to(station_of(x, port), file) == -1)
		exit(1);
}

// "PORT=FILE" at its last '=', because a port's options have some too.
static void
add_pair(struct exchange *x, char *pair, void (*add)(struct exchange *, const char *, const char *))
{
	char *equals = strrchr(pair, '=');

	if (!equals || equals == pair || equals[1] == '\0')
		mistake(pair, "not PORT=FILE");
	*equals = '\0';
	add(x, pair, equals + 1);
}

// An option that a job does not know would do nothing.
static void
check_letter(const char *job, int letter)
{
	const char *others = strcmp(job, "send") == 0 ? "SCnt" : strcmp(job, "capture") == 0 ? "SCrbw" : "";
	char why[60];

	if (!strchr(others, letter))
		return;
	if (letter == 'S' || letter == 'C')
		snprintf(why, sizeof(why), "--send and --capture are options of exchange");
	else
		snprintf(why, sizeof(why), "has no option -%c", letter);
	mistake(job, why);
}

static void
parse_options(struct exchange *x, const char *job, int argc, char **argv)
{
	static const struct option words[] = {{"send", required_argument, NULL, 'S'},
		{"capture", required_argument, NULL, 'C'}, {"idle", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'}, {0}};
	int letter;

	while ((letter = getopt_long(argc, argv, "r:b:w:n:t:qh", words, NULL)) != -1) {
		check_letter(job, letter);
		switch (letter) {
		case 'S': add_pair(x, optarg, add_sender); break;
		case 'C': add_pair(x, optarg, add_capture); break;
		case 'r': x->rate_pps = number(optarg, 1, 1000000000); break;
		case 'b': x->burst = (uint32_t)number(optarg, 1, 65536); break;
		case 'w': x->taken_ms = (int64_t)number(optarg, 0, 3600000); break;
		case 'n': x->capture_limit = number(optarg, 1, UINT64_MAX / 2); break;
		case 't': x->idle_ms = (int64_t)number(optarg, 1, 3600000); break;
		case 'q': x->quiet = 1; break;
		case 'h': show_usage(usage_text, 0);
		default: show_usage(usage_text, 1);
		}
	}
}

static void
want_arguments(int left, int min, int max)
{
	if (left < min || left > max)
		show_usage(usage_text, 1);
}

static void
plan(struct exchange *x, const char *job, int argc, char **argv)
{
	int exchanging = strcmp(job, "exchange") == 0;

	x->burst = DEFAULT_BURST;
	x->taken_ms = DEFAULT_TAKEN_MS;
	x->idle_ms = exchanging ? DEFAULT_IDLE_MS : -1;
	parse_options(x, job, argc, argv);
	argc -= optind;
	argv += optind;
	if (exchanging) {
		want_arguments(argc, 0, 0);
	} else if (strcmp(job, "send") == 0) {
		want_arguments(argc, 2, 2);
		add_sender(x, argv[0], argv[1]);
	} else if (strcmp(job, "capture") == 0) {
		want_arguments(argc, 1, 2);
		add_capture(x, argv[0], argc == 2 ? argv[1] : "-");
	} else {
		mistake(job, "not one of send, capture, exchange");
	}
	if (x->count == 0)
		mistake(job, "no port to work on");
}

int
main(int argc, char **argv)
{
	static struct exchange x;

	if (argc < 2)
		show_usage(usage_text, 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		show_usage(usage_text, 0);
	plan(&x, argv[1], argc - 1, argv + 1);
	return exchange_run(&x);
}
