// SPDX-License-Identifier: BSD-2-Clause
//
// nmring: rings slot by slot; and holds a program at each of its syncs.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"
#include "usage/usage.h"

#define DEFAULT_WATCH_MS 50

static const char usage_text[] =
	"Usage: nmring [--json] [--watch[=MS]] PORT[/rx0] ...\n"
	"       nmring --json --watch[=MS] --control [PORT[/rx0] ...]\n"
	"  -j, --json        one JSON object a line instead of a table\n"
	"  -w, --watch[=MS]  again every MS milliseconds (50) when something has changed\n"
	"  -c, --control     read commands: watch, frames, hold, step, pace, go; see nmring(8)\n"
	"  -h, --help        this text\n";

struct options {
	int json;
	int control;
	int watch_ms; // 0 = once
};

static struct aims aims;
static struct look look;
static struct holding holding;

static int
parse_period(const char *text)
{
	char *end;
	long ms = text ? strtol(text, &end, 10) : DEFAULT_WATCH_MS;

	if (!text || (*text != '\0' && *end == '\0' && ms >= 1 && ms <= 3600000))
		return (int)ms;
	fprintf(stderr, "nmring: --watch %s: not milliseconds from 1 to 3600000\n", text);
	show_usage(usage_text, 1);
}

static void
parse_ports(int argc, char **argv)
{
	if (argc > LOOK_MAX_PORTS) {
		fprintf(stderr, "nmring: at most %d ports\n", LOOK_MAX_PORTS);
		show_usage(usage_text, 1);
	}
	for (int i = 0; i < argc; i++)
		if (aim_parse(&aims.ports[aims.count++], argv[i]) == -1) {
			fprintf(stderr, "nmring: %s: not a port or PORT/rx0\n", argv[i]);
			show_usage(usage_text, 1);
		}
}

static struct options
parse(int argc, char **argv)
{
	static const struct option words[] = {{"json", no_argument, NULL, 'j'},
		{"watch", optional_argument, NULL, 'w'}, {"control", no_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'}, {0}};
	struct options o = {0};
	int letter;

	while ((letter = getopt_long(argc, argv, "hjcw::", words, NULL)) != -1) {
		switch (letter) {
		case 'j': o.json = 1; break;
		case 'c': o.control = 1; break;
		case 'w': o.watch_ms = parse_period(optarg); break;
		case 'h': show_usage(usage_text, 0);
		default: show_usage(usage_text, 1);
		}
	}
	parse_ports(argc - optind, argv + optind);
	if (o.control ? !o.json || !o.watch_ms : aims.count == 0)
		show_usage(usage_text, 1);
	return o;
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
take(void)
{
	static int said;

	if (look_take(&look, &aims, holding.fd) == -1) {
		fprintf(stderr, "nmring: cannot read the rings: %s\n", strerror(errno));
		exit(1);
	}
	if (!look.known && !said++)
		fputs("rings: not available on this engine\n", stderr);
}

static void
end_line(void)
{
	fputc('\n', stdout);
	if (fflush(stdout) == EOF)
		exit(1);
}

// What was printed last, but for the time, is not printed again.
static void
print_if_new(const struct options *o)
{
	static char *before;
	char *text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&text, &bytes);

	if (!memory)
		exit(1);
	if (o->json)
		print_json(memory, &look, &holding);
	else
		print_table(memory, &look);
	fclose(memory);
	if (before && strcmp(text, before) == 0) {
		free(text);
		return;
	}
	if (o->json)
		printf("{\"ts_us\":%llu,%s}", (unsigned long long)look.ts_us, text);
	else
		fputs(text, stdout);
	end_line();
	free(before);
	before = text;
}

// ---- commands ----

struct input {
	char text[1024];
	size_t used;
};

static void
run_line(char *line)
{
	if (command_run(line, &aims, &holding, now_us()) == -1)
		fprintf(stderr, "nmring: no command: %s\n", line);
}

static void
run_lines(struct input *in)
{
	char *end;

	while ((end = memchr(in->text, '\n', in->used)) != NULL) {
		size_t line = (size_t)(end - in->text) + 1;

		*end = '\0';
		run_line(in->text);
		in->used -= line;
		memmove(in->text, in->text + line, in->used);
	}
	if (in->used == sizeof(in->text)) // no line is as long
		in->used = 0;
}

// Whoever gave the commands is gone: what was held is let go with us.
static void
read_commands(struct input *in)
{
	ssize_t n = read(STDIN_FILENO, in->text + in->used, sizeof(in->text) - in->used);

	if (n == 0)
		exit(0);
	if (n > 0)
		in->used += (size_t)n;
	run_lines(in);
}

static int
sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void
watch(const struct options *o)
{
	struct pollfd commands = {o->control ? STDIN_FILENO : -1, POLLIN, 0};
	static struct input in;
	uint64_t next_us = 0;

	for (;;) {
		uint64_t now = now_us();
		int step_ms = holding_tick(&holding, now);

		if (now >= next_us) {
			take();
			print_if_new(o);
			next_us = now + (uint64_t)o->watch_ms * 1000;
		}
		now = now_us();
		if (poll(&commands, 1, sooner(step_ms, now < next_us ? (int)((next_us - now + 999) / 1000) : 0)) > 0)
			read_commands(&in);
	}
}

int
main(int argc, char **argv)
{
	struct options o = parse(argc, argv);

	holding.fd = open(NETMAP_DEVICE_NAME, O_RDWR);
	if (holding.fd == -1) {
		fprintf(stderr, "nmring: cannot open %s: %s\n", NETMAP_DEVICE_NAME, strerror(errno));
		return 1;
	}
	if (o.watch_ms)
		watch(&o);
	take();
	print_if_new(&o);
	return look.count > 0 ? 0 : 1;
}
