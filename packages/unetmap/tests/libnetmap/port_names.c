// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: libnetmap makes of each name in port_names.tsv the request that stands there, which is what
// in-kernel netmap's own library makes of it; "@share=" is the other port's region; a request that
// is decoded twice keeps its region and nothing else. "port_names -" reads names, and prints lines of that table.
#include <net/if.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libnetmap.h>

#include "../check.h"

enum { LINE_BYTES = 1024 };

static void
say_nothing(struct nmctx *ctx, const char *message)
{
	(void)ctx, (void)message;
}

// "NAME mode=M ring=R flags=F mem=ID rings=TX,RX slots=TX,RX host=TX,RX", or the errno's name.
static void
describe(const char *name, char text[LINE_BYTES])
{
	struct nmport_d *d = nmport_prepare(name);
	struct nmreq_register *r;

	if (!d) {
		snprintf(text, LINE_BYTES, "%s", strerrorname_np(errno));
		return;
	}
	r = &d->reg;
	snprintf(text, LINE_BYTES, "%s mode=%u ring=%u flags=%#llx mem=%u rings=%u,%u slots=%u,%u host=%u,%u",
		d->hdr.nr_name, r->nr_mode, r->nr_ringid, (unsigned long long)r->nr_flags, r->nr_mem_id,
		r->nr_tx_rings, r->nr_rx_rings, r->nr_tx_slots, r->nr_rx_slots, r->nr_host_tx_rings,
		r->nr_host_rx_rings);
	nmport_undo_prepare(d);
}

static char *
next_line(char line[LINE_BYTES], FILE *file)
{
	if (!fgets(line, LINE_BYTES, file))
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static int
print_table(FILE *names)
{
	char line[LINE_BYTES], text[LINE_BYTES];

	while (next_line(line, names)) {
		describe(line, text);
		printf("%s\t%s\n", line, text);
	}
	return 0;
}

static void
check_line(char *line)
{
	char text[LINE_BYTES], *want = strchr(line, '\t');

	if (line[0] == '#')
		return;
	*want++ = '\0';
	describe(line, text);
	CHECK(strcmp(text, want) == 0, "'%s': %s, not %s", line, text, want);
}

static void
check_table(const char *path)
{
	FILE *table = fopen(path, "r");
	char line[LINE_BYTES];
	int lines = 0;

	CHECK(table, "%s: %s", path, strerror(errno));
	for (; table && next_line(line, table); lines++)
		check_line(line);
	CHECK(lines > 100, "%d lines", lines);
	if (table)
		fclose(table);
}

static void
check_share(void)
{
	struct nmport_d *base = nmport_open("vale0:base"), *d;
	const char *const names[] = {"vale1:x@share=vale0:base", "vale1:x@share:port=vale0:base"};
	char wrong[64];

	CHECK(base, "vale0:base: %s", strerror(errno));
	if (!base)
		return;
	for (int i = 0; i < 2; i++) {
		d = nmport_prepare(names[i]);
		CHECK(d && d->reg.nr_mem_id == base->reg.nr_mem_id, "%s", names[i]);
		nmport_undo_prepare(d);
	}
	CHECK(!nmport_prepare("vale1:x@share:vale0:base") && errno == EINVAL, "a value that is no key's");
	CHECK(!nmport_prepare("vale1:x@share=netmap:nosuch") && errno == ENXIO, "a port that is not there");
	snprintf(wrong, sizeof wrong, "vale1:x@%d@share=vale0:base", base->reg.nr_mem_id + 1);
	CHECK(!nmport_prepare(wrong) && errno == EINVAL, "%s", wrong);
	nmport_close(base);
}

static void
check_offset(void)
{
	struct nmport_d *d;

	nmport_enable_option("offset");
	d = nmport_prepare("vale0:a@offset=16");
	CHECK(d && nmreq_find_option(&d->hdr, NETMAP_REQ_OPT_OFFSETS), "@offset=16");
	nmport_undo_prepare(d);
	CHECK(!nmport_prepare("vale0:a@offset:16") && errno == EINVAL, "@offset:16");
	CHECK(!nmport_prepare("vale0:a@offset:bits=16") && errno == EINVAL, "no initial offset");
	nmport_disable_option("offset");
}

static void
check_decoded_twice(void)
{
	struct nmreq_register reg = {.nr_ringid = 7, .nr_flags = NR_EXCLUSIVE, .nr_mem_id = 3};
	const char *rest = "/T", *bad = "-x/R";

	CHECK(nmreq_register_decode(&rest, &reg, nmctx_get()) == 0 && *rest == '\0', "'/T'");
	CHECK(reg.nr_ringid == 0 && reg.nr_flags == NR_TX_RINGS_ONLY && reg.nr_mem_id == 3,
		"'/T' over another request: ring %u flags %#llx region %u", reg.nr_ringid,
		(unsigned long long)reg.nr_flags, reg.nr_mem_id);
	reg.nr_ringid = 7;
	CHECK(nmreq_register_decode(&bad, &reg, nmctx_get()) == -1 && reg.nr_ringid == 7, "a failure changes nothing");
}

static void
check_header(void)
{
	const char *rest = "netmap:p{1-0", *bad = "netmap:pipe{1}2", *was = bad;
	struct nmreq_header hdr;

	nmreq_header_init(&hdr, NETMAP_REQ_REGISTER, NULL);
	CHECK(nmreq_header_decode(&rest, &hdr, nmctx_get()) == 0 && !strcmp(rest, "-0") &&
		!strcmp(hdr.nr_name, "p{1"), "netmap:p{1-0");
	CHECK(nmreq_header_decode(&bad, &hdr, nmctx_get()) == -1 && errno == EINVAL && bad == was, "%s", was);
}

int
main(int argc, char **argv)
{
	nmctx_get()->error = say_nothing;
	if (argc > 1 && strcmp(argv[1], "-") == 0)
		return print_table(stdin);
	check_table(argc > 1 ? argv[1] : "tests/libnetmap/port_names.tsv");
	check_share();
	check_offset();
	check_decoded_twice();
	check_header();
	return failures > 0;
}
