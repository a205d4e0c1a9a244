// SPDX-License-Identifier: BSD-2-Clause
#include "output.h"

// "1.2M", at most 6 characters.
static const char *
short_number(double value, char text[16])
{
	static const char prefixes[] = " KMGTP";
	int i = 0;

	if (value < 10000) {
		snprintf(text, 16, "%.0f", value);
		return text;
	}
	for (; value >= 1000 && i < 5; i++)
		value /= 1000;
	snprintf(text, 16, value < 100 ? "%.1f%c" : "%.0f%c", value, prefixes[i]);
	return text;
}

static void
print_rates(FILE *file, const struct unetmap_ring_stats *r, const struct unetmap_ring_stats *old,
	double seconds)
{
	char pps[16], bps[16];

	if (!old || seconds <= 0) {
		fprintf(file, " %7s %7s", "-", "-");
		return;
	}
	fprintf(file, " %7s %7s", short_number((double)(r->packets - old->packets) / seconds, pps),
		short_number(8.0 * (double)(r->bytes - old->bytes) / seconds, bps));
}

static void
print_ring(FILE *file, const struct unetmap_ring_stats *r)
{
	char packets[16], bytes[16], drops[16];

	fprintf(file, "  %s %-2u %6u %6u %6u %6u %8s %8s %8s %6llu", r->dir ? "tx" : "rx", r->ring,
		r->num_slots, r->head, r->cur, r->tail, short_number((double)r->packets, packets),
		short_number((double)r->bytes, bytes), short_number((double)r->drops, drops),
		(unsigned long long)r->bad);
}

static void
print_port(FILE *file, const struct snapshot *s, const struct unetmap_stats *p,
	const struct snapshot *before)
{
	double seconds = before ? (double)(s->ts_us - before->ts_us) / 1e6 : 0;

	fprintf(file, "%.63s  %s", p->name, snapshot_kind(p));
	if (p->kind == UNETMAP_PORT_NIC)
		fprintf(file, " by %s, stack by %s", snapshot_backend(p), snapshot_host_way(p));
	fprintf(file, ", region %u, %u users, pid %d\n", p->mem_id, p->users, p->pid);
	for (size_t i = 0; i < p->ring_count; i++) {
		print_ring(file, &p->rings[i]);
		if (before)
			print_rates(file, &p->rings[i], snapshot_find_ring(before, p, i), seconds);
		fputc('\n', file);
	}
}

static void
print_module(FILE *file, const struct unetmap_module *m)
{
	fprintf(file, "%.63s: module %.15s %s, %llu frames, %llu dropped\n", m->sw, m->name,
		snapshot_module_state(m), (unsigned long long)m->frames,
		(unsigned long long)(m->refused + m->nowhere + m->wild));
}

void
print_table(FILE *file, const struct snapshot *s, const struct snapshot *before)
{
	fprintf(file, "%-7s %6s %6s %6s %6s %8s %8s %8s %6s", "  ring", "slots", "head", "cur", "tail",
		"packets", "bytes", "drops", "bad");
	fprintf(file, before ? " %7s %7s\n" : "\n", "pps", "bps");
	if (s->count == 0)
		fputs("no ports\n", file);
	for (size_t i = 0; i < s->count; i++)
		print_port(file, s, &s->ports[i], before);
	for (size_t i = 0; i < s->module_count; i++)
		print_module(file, &s->modules[i]);
}
