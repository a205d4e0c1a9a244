// SPDX-License-Identifier: BSD-2-Clause
#define NETMAP_WITH_LIBS
#include "options.h"

#include <getopt.h>
#include <net/netmap_user.h>

#include "usage/usage.h"

#define DEFAULT_BURST 1024
#define MAX_BURST 8192
#define DEFAULT_LINK_WAIT_S 4
#define MAX_LINK_WAIT_S 100

static const char usage_text[] =
	"Usage: bridge [options] -i PORT [-i PORT]\n"
	"       bridge [options] PORT [PORT [BURST]]\n"
	"Moves packets between two netmap ports, both ways. One port alone, or the same one\n"
	"twice, is bridged with its host stack.\n"
	"  -i PORT   vale0:a, netmap:p{1, netmap:eth0\n"
	"  -b N      packets at once, 1 to 8192 (1024)\n"
	"  -c        copy packets, even where buffers could be exchanged\n"
	"  -L        one port alone: send back what it receives\n"
	"  -w S      wait for the link, 0 to 100 (4)\n"
	"  -v        say more; twice: a line for each packet\n"
	"  -h, --help  this text\n";

// The value of text, or with a complaint the default, as bridge has always done.
static uint32_t
number(const char *name, const char *text, uint32_t min, uint32_t max, uint32_t otherwise)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text >= '0' && *text <= '9' && *end == '\0' && value >= min && value <= max)
		return (uint32_t)value;
	D("invalid %s %s, set to %u", name, text, otherwise);
	return otherwise;
}

static void
set_burst(struct options *o, const char *text)
{
	o->burst = number("burst", text, 1, MAX_BURST, DEFAULT_BURST);
}

static void
set_name(char name[256], const char *text)
{
	if (snprintf(name, 256, "%s", text) < 256)
		return;
	fprintf(stderr, "bridge: the name of a port is too long\n");
	show_usage(usage_text, 1);
}

static void
add_port(struct options *o, const char *text)
{
	if (o->a[0] == '\0')
		set_name(o->a, text);
	else if (o->b[0] == '\0')
		set_name(o->b, text);
	else
		D("%s ignored, already have 2 interfaces", text);
}

static void
parse_words(struct options *o, int count, char **words)
{
	if (count > 0)
		set_name(o->a, words[0]);
	if (count > 1)
		set_name(o->b, words[1]);
	if (count > 2)
		set_burst(o, words[2]);
	if (count > 3) {
		fprintf(stderr, "bridge: %s: unexpected argument\n", words[3]);
		show_usage(usage_text, 1);
	}
}

// One port alone: its host rings are the other one, unless its own packets go back.
static void
complete_ports(struct options *o, int loops)
{
	if (o->a[0] == '\0') {
		fprintf(stderr, "bridge: missing -i PORT\n");
		show_usage(usage_text, 1);
	}
	if (o->b[0] != '\0' && strcmp(o->a, o->b) != 0)
		return;
	set_name(o->b, o->a);
	if (loops) {
		D("same interface, loopbacking traffic");
		return;
	}
	D("same interface, endpoint 0 goes to host");
	if (strlen(o->a) + 1 < sizeof(o->a))
		strcat(o->a, "^");
}

void
options_parse(struct options *o, int argc, char **argv)
{
	static const struct option words[] = {{"help", no_argument, NULL, 'h'}, {0}};
	int letter, loops = 0;

	memset(o, 0, sizeof(*o));
	o->burst = DEFAULT_BURST;
	o->link_wait_s = DEFAULT_LINK_WAIT_S;
	while ((letter = getopt_long(argc, argv, "hb:ci:vw:L", words, NULL)) != -1) {
		switch (letter) {
		case 'i': add_port(o, optarg); break;
		case 'b': set_burst(o, optarg); break;
		case 'c': o->copies = 1; break;
		case 'v': o->verbose++; break;
		case 'L': loops = 1; break;
		case 'w':
			o->link_wait_s =
				number("wait_link", optarg, 0, MAX_LINK_WAIT_S, DEFAULT_LINK_WAIT_S);
			break;
		case 'h': show_usage(usage_text, 0);
		default: show_usage(usage_text, 1);
		}
	}
	parse_words(o, argc - optind, argv + optind);
	complete_ports(o, loops);
}
