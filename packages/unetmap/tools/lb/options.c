// SPDX-License-Identifier: BSD-2-Clause
#define NETMAP_WITH_LIBS
#include "options.h"

#include <getopt.h>
#include <net/netmap_user.h>

#include "usage/usage.h"

#define DEFAULT_PIPES 2
#define DEFAULT_BATCH 2048
#define DEFAULT_LINK_WAIT_S 2

static const char usage_text[] =
	"Usage: lb -i PORT [-p [NAME:]N ...] [options]\n"
	"Spreads the packets of a netmap port over pipes; a flow stays in its pipe.\n"
	"  -i PORT      input: vale0:a, netmap:p{1, netmap:eth0 (or eth0)\n"
	"  -p [NAME:]N  a group of N pipes (2), NAME}0 and up, after the port if there is no NAME;\n"
	"               each group gets all packets, one group after the other\n"
	"  -B N         extra buffers, for packets that find their pipe full (0)\n"
	"  -b N         packets taken from the port at once (2048)\n"
	"  -w S         wait for the link (2)\n"
	"  -W           never sleep\n"
	"  -s S         statistics to syslog every S seconds (0: never)\n"
	"  -o S         statistics to stdout every S seconds (0: never)\n"
	"  -h, --help   this text\n";

static void __attribute__((__noreturn__))
mistake(const char *option, const char *text, const char *want)
{
	fprintf(stderr, "lb: %s %s: %s\n", option, text, want);
	show_usage(usage_text, 1);
}

static uint32_t
number(char option, const char *text, uint32_t min, uint32_t max)
{
	char *end, name[] = {'-', option, '\0'}, want[60];
	unsigned long value = strtoul(text, &end, 10);

	if (*text >= '0' && *text <= '9' && *end == '\0' && value >= min && value <= max)
		return (uint32_t)value;
	snprintf(want, sizeof(want), "not a number from %u to %u", min, max);
	mistake(name, text, want);
}

static void
set_port(struct options *o, const char *text)
{
	int whole = strncmp(text, "vale", 4) == 0 || strncmp(text, "netmap:", 7) == 0;

	D("interface is %s", text);
	if (snprintf(o->port, sizeof(o->port), "%s%s", whole ? "" : "netmap:", text) >= (int)sizeof(o->port))
		mistake("-i", text, "too long");
}

// The last colon: "vale0:x:3" is three pipes of vale0:x.
static void
add_group(struct options *o, const char *text)
{
	struct group_spec *g = &o->groups[o->group_count];
	const char *colon = strrchr(text, ':');
	size_t size = colon ? (size_t)(colon - text) : 0;

	if (o->group_count == MAX_GROUPS)
		mistake("-p", text, "there are too many groups");
	if (colon == text)
		mistake("-p", text, "no name in front of the colon");
	if (size >= sizeof(g->name))
		mistake("-p", text, "the name is too long");
	if (colon)
		memcpy(g->name, text, size);
	text = colon ? colon + 1 : text;
	g->pipes = *text ? number('p', text, 1, 4096) : DEFAULT_PIPES;
	o->group_count++;
}

static void
parse_letter(struct options *o, int letter, const char *text)
{
	switch (letter) {
	case 'i': set_port(o, text); break;
	case 'p': add_group(o, text); break;
	case 'B': o->extra_buffers = number('B', text, 0, 1u << 24); break;
	case 'b': o->batch = number('b', text, 1, 65535); break;
	case 'w': o->link_wait_s = number('w', text, 0, 3600); break;
	case 'W': o->busy = 1; break;
	case 's': o->syslog_period_s = number('s', text, 0, 1u << 24); break;
	case 'o': o->stdout_period_s = number('o', text, 0, 1u << 24); break;
	case 'h': show_usage(usage_text, 0);
	default: show_usage(usage_text, 1);
	}
}

void
options_parse(struct options *o, int argc, char **argv)
{
	static const struct option words[] = {{"help", no_argument, NULL, 'h'}, {0}};
	int letter;

	memset(o, 0, sizeof(*o));
	o->batch = DEFAULT_BATCH;
	o->link_wait_s = DEFAULT_LINK_WAIT_S;
	while ((letter = getopt_long(argc, argv, "hi:p:b:B:s:o:w:W", words, NULL)) != -1)
		parse_letter(o, letter, optarg);
	if (optind < argc)
		mistake("argument", argv[optind], "unexpected");
	if (o->port[0] == '\0') {
		fprintf(stderr, "lb: missing -i PORT\n");
		show_usage(usage_text, 1);
	}
	if (o->group_count == 0)
		add_group(o, "");
}
