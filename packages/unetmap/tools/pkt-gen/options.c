// SPDX-License-Identifier: BSD-2-Clause
#include "options.h"

#include <getopt.h>
#include <net/netmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usage/usage.h"

static const char usage_text[] =
	"Usage: pkt-gen -i PORT [-f tx|rx|ping|pong|txseq|rxseq] [options]\n"
	"  -i PORT      vale0:a, netmap:p{1, netmap:eth0 (or eth0)\n"
	"  -f JOB       what to do (rx)\n"
	"  -n N         packets, or transactions of ping; 0 = endless (0)\n"
	"  -l BYTES     frame size without CRC (60); a second -l: sizes are random between the two\n"
	"  -b N         burst (512; 1 for ping and pong)\n"
	"  -R PPS       rate limit, packets per second\n"
	"  -d, -s IP[:PORT[-IP:PORT]]  destination (10.1.0.1), source (10.0.0.1)\n"
	"  -D, -S MAC   destination (broadcast), source\n"
	"  -4, -6       address family\n"
	"  -z, -Z       random source, random destination\n"
	"  -p N         threads, a ring each (1)\n"
	"  -c N         CPUs to use (1, with -a all; 0 = all)\n"
	"  -a CPU       pin the first thread to this CPU, the others to the next ones\n"
	"  -T MS        period of the reports (1000)\n"
	"  -w S         wait for the link (0 for switch ports and pipes, else 2)\n"
	"  -W           rx: leave when no packet came for a second\n"
	"  -F N         slots per frame;  -M BYTES  most bytes in a slot\n"
	"  -H BYTES     virtio-net header in front of each frame: 0, 10 or 12\n"
	"  -P FILE      tx: send the frames of a pcap file, over and over\n"
	"  -I           tx: indirect buffers;  -r  tx: send whatever the buffers hold\n"
	"  -X           dump frames;  -N  plain numbers;  -A  mean and deviation of the rate\n"
	"  -B           count framing bits;  -v  verbose\n"
	"  -C TXSLOTS[,RXSLOTS[,TXRINGS[,RXRINGS]]]  numbers of slots and rings (see @conf)\n"
	"  -o BITS      4 copy every frame, 2 rx reads every frame; see pkt-gen(8)\n"
	"  -h, --help   this text\n";

void
usage(int status)
{
	show_usage(usage_text, status);
}

static void __attribute__((__noreturn__))
mistake(const char *option, const char *text, const char *want)
{
	fprintf(stderr, "pkt-gen: %s %s: %s\n", option, text, want);
	usage(1);
}

static uint64_t
number(char option, const char *text, uint64_t min, uint64_t max)
{
	char *end, name[] = {'-', option, '\0'}, want[80];
	unsigned long long value = strtoull(text, &end, 0);

	if (*text >= '0' && *text <= '9' && *end == '\0' && value >= min && value <= max)
		return value;
	snprintf(want, sizeof(want), "not a number from %llu to %llu", (unsigned long long)min,
		(unsigned long long)max);
	mistake(name, text, want);
}

int
is_sender(enum job job)
{
	return job == JOB_TX || job == JOB_TXSEQ;
}

static enum job
parse_job(const char *text)
{
	static const char *const names[] = {"tx", "rx", "ping", "pong", "txseq", "rxseq"};

	for (int i = 0; i < 6; i++)
		if (strcmp(text, names[i]) == 0)
			return (enum job)i;
	mistake("-f", text, "not one of tx, rx, ping, pong, txseq, rxseq");
}

static void
parse_port(struct options *o, const char *text)
{
	int whole = strncmp(text, "vale", 4) == 0 || strncmp(text, "netmap:", 7) == 0;

	if (strncmp(text, "tap:", 4) == 0 || strncmp(text, "pcap:", 5) == 0)
		mistake("-i", text, "only netmap ports; nmio reads and writes pcap files");
	if (strcmp(text, "null") == 0)
		mistake("-i", text, "there is no port without a name; a switch port that nobody reads is one");
	if ((size_t)snprintf(o->port, sizeof(o->port), "%s%s", whole ? "" : "netmap:", text) >=
		sizeof(o->port))
		mistake("-i", text, "too long");
}

static void
parse_frame_bytes(struct options *o, const char *text, int again)
{
	uint32_t bytes = (uint32_t)number('l', text, 16, 65536);

	if (!again) {
		o->frame_bytes = o->frame_bytes_min = bytes;
	} else if (bytes < o->frame_bytes) {
		o->frame_bytes_min = bytes;
	} else {
		o->frame_bytes_min = o->frame_bytes;
		o->frame_bytes = bytes;
	}
}

static void
parse_geometry(struct options *o, const char *text)
{
	int numbers, end = 0;

	numbers = sscanf(text, "%u%n,%u%n,%u%n,%u%n", &o->tx_slots, &end, &o->rx_slots, &end,
		&o->tx_rings, &end, &o->rx_rings, &end);
	if (numbers < 1 || text[end] != '\0')
		mistake("-C", text, "not TXSLOTS[,RXSLOTS[,TXRINGS[,RXRINGS]]]");
	if (numbers == 1)
		o->rx_slots = o->tx_slots;
	if (numbers == 3)
		o->rx_rings = o->tx_rings;
}

static void
parse_mac(char option, struct mac *mac, const char *text)
{
	char name[] = {'-', option, '\0'};

	if (mac_parse(mac, text) == -1)
		mistake(name, text, "not a MAC address such as 02:00:00:00:00:01");
}

static void
parse_vnet_header(struct options *o, const char *text)
{
	o->vnet_header_bytes = (uint32_t)number('H', text, 0, 12);
	if (o->vnet_header_bytes != 0 && o->vnet_header_bytes != 10 && o->vnet_header_bytes != 12)
		mistake("-H", text, "a virtio-net header has 0, 10 or 12 bytes");
}

static uint32_t
parse_bits(const char *text)
{
	uint32_t bits = (uint32_t)number('o', text, 0, UINT32_MAX);
	char want[80];

	if ((bits & ~(uint32_t)OPT_ALL) == 0)
		return bits;
	snprintf(want, sizeof(want), "no option has the bits 0x%x; see pkt-gen(8)", bits & ~(uint32_t)OPT_ALL);
	mistake("-o", text, want);
}

// Options about what is in the frames; 0 if the letter is none of them.
static int
parse_content(struct options *o, int letter, const char *text)
{
	switch (letter) {
	case 'd': o->dst.text = text; break;
	case 's': o->src.text = text; break;
	case 'D': parse_mac('D', &o->dst_mac, text); break;
	case 'S': parse_mac('S', &o->src_mac, text), o->src_mac_given = 1; break;
	case '4': o->family = AF_INET; break;
	case '6': o->family = AF_INET6; break;
	case 'F': o->fragments = (uint32_t)number('F', text, 1, NETMAP_MAX_FRAGS); break;
	case 'M': o->fragment_bytes = (uint32_t)number('M', text, 1, 65535); break;
	case 'H': parse_vnet_header(o, text); break;
	case 'P': o->pcap_path = text; break;
	case 'I': o->option_bits |= OPT_INDIRECT; break;
	case 'X': o->option_bits |= OPT_DUMP; break;
	case 'r': o->option_bits |= OPT_RUBBISH; break;
	case 'z': o->option_bits |= OPT_RANDOM_SRC; break;
	case 'Z': o->option_bits |= OPT_RANDOM_DST; break;
	case 'o': o->option_bits |= parse_bits(text); break;
	default: return 0;
	}
	return 1;
}

static void
parse_cpus(struct options *o, const char *text)
{
	int have = (int)sysconf(_SC_NPROCESSORS_ONLN);
	int cpus = (int)number('c', text, 0, (uint64_t)have);

	o->cpus = cpus > 0 ? cpus : have;
}

static int
parse_pace(struct options *o, int letter, const char *text)
{
	switch (letter) {
	case 'n': o->count = number('n', text, 0, UINT64_MAX / 2); break;
	case 'b': o->burst = (uint32_t)number('b', text, 1, 65536); break;
	case 'R': o->rate_pps = number('R', text, 0, 1000000000); break;
	case 'p': o->threads = (int)number('p', text, 1, 64); break;
	case 'c': parse_cpus(o, text); break;
	case 'a': o->first_cpu = (int)number('a', text, 0, 1023); break;
	case 'T': o->report_ms = (int)number('T', text, 1, 3600000); break;
	case 'w': o->link_wait_s = (int)number('w', text, 0, 3600); break;
	case 'W': o->leave_when_idle = 1; break;
	case 'N': o->plain_numbers = 1; break;
	case 'A': o->option_bits |= OPT_PPS_STATS; break;
	case 'B': o->framing_bits = 24 * 8; break; // preamble, CRC and gap
	case 'v': o->verbose++; break;
	default: return 0;
	}
	return 1;
}

static void
parse_ranges(struct options *o)
{
	int v6 = o->family == AF_INET6;

	if (!o->src.text)
		o->src.text = v6 ? "fd00::1" : "10.0.0.1";
	if (!o->dst.text)
		o->dst.text = v6 ? "fd00::2" : "10.1.0.1";
	if (endpoint_range_parse(&o->src, o->src.text, o->family) == -1)
		mistake("-s", o->src.text, "not IP[:PORT[-IP:PORT]] of this family, first to last");
	if (endpoint_range_parse(&o->dst, o->dst.text, o->family) == -1)
		mistake("-d", o->dst.text, "not IP[:PORT[-IP:PORT]] of this family, first to last");
}

static void
set_defaults(struct options *o)
{
	memset(o, 0, sizeof(*o));
	o->job = JOB_RX;
	o->frame_bytes = o->frame_bytes_min = 60;
	o->family = AF_INET;
	memset(o->dst_mac.byte, 0xff, sizeof(o->dst_mac.byte));
	o->first_cpu = -1;
	o->threads = 1;
	o->report_ms = 1000;
	o->link_wait_s = -1;
	o->fragments = 1;
}

// A switch port or a pipe has no link to wait for.
static int
default_link_wait_s(const char *port)
{
	return strncmp(port, "vale", 4) == 0 || strpbrk(port, "{}") ? 0 : 2;
}

static void
parse_letters(struct options *o, int argc, char **argv)
{
	static const struct option words[] = {{"help", no_argument, NULL, 'h'}, {0}};
	int letter, sizes = 0;

	while ((letter = getopt_long(argc, argv, "i:f:n:l:b:d:s:D:S:46a:c:p:T:w:R:zZF:M:IH:P:rXNABWvhC:o:",
			words, NULL)) != -1) {
		switch (letter) {
		case 'i': parse_port(o, optarg); break;
		case 'f': o->job = parse_job(optarg); break;
		case 'l': parse_frame_bytes(o, optarg, sizes++); break;
		case 'C': parse_geometry(o, optarg); break;
		case 'h': usage(0);
		default:
			if (!parse_content(o, letter, optarg) && !parse_pace(o, letter, optarg))
				usage(1);
		}
	}
}

void
options_parse(struct options *o, int argc, char **argv)
{
	set_defaults(o);
	parse_letters(o, argc, argv);
	if (optind < argc)
		mistake("argument", argv[optind], "unexpected");
	if (o->port[0] == '\0') {
		fprintf(stderr, "pkt-gen: missing -i PORT\n");
		usage(1);
	}
	if (o->threads > 1 && (o->job == JOB_PING || o->job == JOB_PONG || o->job == JOB_TXSEQ)) {
		fprintf(stderr, "pkt-gen: ping, pong and txseq have one thread\n");
		usage(1);
	}
	if (o->link_wait_s == -1)
		o->link_wait_s = default_link_wait_s(o->port);
	parse_ranges(o);
}
