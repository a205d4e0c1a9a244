// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "output.h"

static const struct {
	uint16_t bit;
	const char *name;
} flag_names[] = {
	{NS_BUF_CHANGED, "BUF_CHANGED"},
	{NS_REPORT, "REPORT"},
	{NS_FORWARD, "FORWARD"},
	{NS_NO_LEARN, "NO_LEARN"},
	{NS_INDIRECT, "INDIRECT"},
	{NS_MOREFRAG, "MOREFRAG"},
};

static void
print_flags(FILE *file, uint16_t flags)
{
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++)
		if (flags & flag_names[i].bit)
			fprintf(file, " %s", flag_names[i].name);
}

static int
has_mark(const struct ring_look *r, uint32_t i)
{
	const struct unetmap_ring *a = &r->at;

	return i == a->head || i == a->cur || i == a->tail || i == a->synced.hwcur || i == a->synced.hwtail;
}

static int
is_alike(const struct ring_look *r, uint32_t i)
{
	const struct netmap_slot *s = &r->slots[i];

	return !has_mark(r, i) && s[0].len == s[-1].len && s[0].flags == s[-1].flags &&
		s[0].buf_idx == s[-1].buf_idx + 1;
}

static void
print_slot(FILE *file, const struct ring_look *r, uint32_t i)
{
	const struct unetmap_ring *a = &r->at;

	fprintf(file, "  %5u  buffer %-7u %5u bytes", i, r->slots[i].buf_idx, r->slots[i].len);
	print_flags(file, r->slots[i].flags);
	fprintf(file, "%s%s%s%s%s\n", i == a->head ? "  <- head" : "", i == a->cur ? "  <- cur" : "",
		i == a->tail ? "  <- tail" : "", i == a->synced.hwcur ? "  <- hwcur" : "",
		i == a->synced.hwtail ? "  <- hwtail" : "");
}

static void
print_ring(FILE *file, const struct ring_look *r)
{
	uint32_t slots = r->at.synced.num_slots < LOOK_MAX_SLOTS ? r->at.synced.num_slots : LOOK_MAX_SLOTS;
	uint32_t alike = 0;

	fprintf(file, "%.63s %s %u: %u slots, head %u, cur %u, tail %u, hwcur %u, hwtail %u\n", r->port,
		r->at.dir ? "tx" : "rx", r->at.ring, slots, r->at.head, r->at.cur, r->at.tail,
		r->at.synced.hwcur, r->at.synced.hwtail);
	for (uint32_t i = 0; i < slots; i++) {
		if (i > 0 && is_alike(r, i)) {
			alike++;
			continue;
		}
		if (alike > 0)
			fprintf(file, "         ... %u more\n", alike);
		alike = 0;
		print_slot(file, r, i);
	}
	if (alike > 0)
		fprintf(file, "         ... %u more\n", alike);
}

void
print_table(FILE *file, const struct look *look)
{
	if (look->count == 0)
		fputs("no such ring\n", file);
	for (size_t i = 0; i < look->count; i++)
		print_ring(file, &look->rings[i]);
}
