// SPDX-License-Identifier: BSD-2-Clause
//
// nmstat: ports, ring marks and counters; once, or again and again.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "usage/usage.h"

#define DEFAULT_WATCH_MS 100

static const char usage_text[] =
	"Usage: nmstat [--json] [--watch[=MS]] [--interfaces]\n"
	"  -j, --json     one JSON object a line instead of a table\n"
	"  -w, --watch[=MS]  again every MS milliseconds (100), until interrupted\n"
	"  -i, --interfaces  the kernel's network interfaces, too, and what programs tell in $NMSTAT_TOLD\n"
	"  -h, --help     this text\n";

struct options {
	int json;
	int interfaces;
	long watch_ms; // 0 = once
};

static long
parse_period(const char *text)
{
	char *end;
	long ms = text ? strtol(text, &end, 10) : DEFAULT_WATCH_MS;

	if (!text || (*text != '\0' && *end == '\0' && ms >= 1 && ms <= 3600000))
		return ms;
	fprintf(stderr, "nmstat: --watch %s: not milliseconds from 1 to 3600000\n", text);
	show_usage(usage_text, 1);
}

static struct options
parse(int argc, char **argv)
{
	static const struct option words[] = {{"json", no_argument, NULL, 'j'},
		{"watch", optional_argument, NULL, 'w'}, {"interfaces", no_argument, NULL, 'i'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct options o = {0};
	int letter;

	while ((letter = getopt_long(argc, argv, "hijw::", words, NULL)) != -1) {
		switch (letter) {
		case 'j': o.json = 1; break;
		case 'w': o.watch_ms = parse_period(optarg); break;
		case 'i': o.interfaces = 1; break;
		case 'h': show_usage(usage_text, 0);
		default: show_usage(usage_text, 1);
		}
	}
	if (o.watch_ms && optind + 1 == argc) // --watch MS
		o.watch_ms = parse_period(argv[optind++]);
	if (optind == argc)
		return o;
	fprintf(stderr, "nmstat: %s: unexpected argument\n", argv[optind]);
	show_usage(usage_text, 1);
}

static void
take(const struct options *o, struct snapshot *s, int fd)
{
	static int said;

	if (snapshot_take(s, fd) == -1) {
		fprintf(stderr, "nmstat: cannot read the ports: %s\n", strerror(errno));
		exit(1);
	}
	if (o->interfaces && (snapshot_add_interfaces(s) == -1 || snapshot_add_told(s) == -1)) {
		fprintf(stderr, "nmstat: cannot read what is counted beside netmap: %s\n", strerror(errno));
		exit(1);
	}
	if (!s->counters && !said++)
		fprintf(stderr, "counters: not available on this engine\n");
}

static void
print(const struct options *o, const struct snapshot *s, const struct snapshot *before)
{
	if (o->json) {
		print_json(stdout, s);
	} else {
		if (o->watch_ms)
			fputs(isatty(STDOUT_FILENO) ? "\033[H\033[2J" : "\n", stdout);
		print_table(stdout, s, before);
	}
	if (fflush(stdout) == EOF)
		exit(1);
}

// Sleeps to the next multiple of the period; periods that were missed are left out.
static void
wait_for(struct timespec *next, long period_ms)
{
	struct timespec t;

	do {
		next->tv_nsec += period_ms % 1000 * 1000000;
		next->tv_sec += period_ms / 1000 + next->tv_nsec / 1000000000;
		next->tv_nsec %= 1000000000;
		clock_gettime(CLOCK_MONOTONIC, &t);
	} while (next->tv_sec < t.tv_sec || (next->tv_sec == t.tv_sec && next->tv_nsec < t.tv_nsec));
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

static void
watch(const struct options *o, int fd)
{
	struct snapshot snapshots[2] = {{0}, {0}};
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned int i = 0;; i++) {
		take(o, &snapshots[i % 2], fd);
		print(o, &snapshots[i % 2], i > 0 ? &snapshots[(i + 1) % 2] : NULL);
		wait_for(&next, o->watch_ms);
	}
}

int
main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	struct snapshot s = {0};
	int fd = open(NETMAP_DEVICE_NAME, O_RDWR);

	if (fd == -1) {
		fprintf(stderr, "nmstat: cannot open %s: %s\n", NETMAP_DEVICE_NAME, strerror(errno));
		return 1;
	}
	if (o.watch_ms)
		watch(&o, fd);
	take(&o, &s, fd);
	print(&o, &s, NULL);
	snapshot_free(&s);
	return 0;
}
