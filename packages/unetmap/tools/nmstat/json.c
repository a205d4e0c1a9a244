// SPDX-License-Identifier: BSD-2-Clause
#include "json/json.h"
#include "output.h"

static void
print_ring(FILE *file, const struct unetmap_ring_stats *r)
{
	fprintf(file, "{\"dir\":\"%s\",\"ring\":%u", r->dir ? "tx" : "rx", r->ring);
	json_number(file, "slots", r->num_slots);
	json_number(file, "head", r->head);
	json_number(file, "cur", r->cur);
	json_number(file, "tail", r->tail);
	json_number(file, "hwcur", r->hwcur);
	json_number(file, "hwtail", r->hwtail);
	json_number(file, "packets", r->packets);
	json_number(file, "bytes", r->bytes);
	json_number(file, "drops", r->drops);
	json_number(file, "bad", r->bad);
	json_number(file, "syncs", r->syncs);
	json_number(file, "wakeups", r->wakeups);
	fputc('}', file);
}

static void
print_port(FILE *file, const struct unetmap_stats *p)
{
	fputs("{\"name\":", file);
	json_string(file, p->name, sizeof(p->name));
	fprintf(file, ",\"kind\":\"%s\"", snapshot_kind(p));
	if (p->kind == UNETMAP_PORT_NIC)
		fprintf(file, ",\"backend\":\"%s\",\"host\":\"%s\"", snapshot_backend(p), snapshot_host_way(p));
	json_number(file, "mem_id", p->mem_id);
	json_number(file, "users", p->users);
	fprintf(file, ",\"pid\":%d,\"rings\":[", p->pid);
	for (size_t i = 0; i < p->ring_count; i++) {
		if (i > 0)
			fputc(',', file);
		print_ring(file, &p->rings[i]);
	}
	fputs("]}", file);
}

static void
print_module(FILE *file, const struct unetmap_module *m)
{
	fputs("{\"switch\":", file);
	json_string(file, m->sw, sizeof(m->sw));
	fputs(",\"name\":", file);
	json_string(file, m->name, sizeof(m->name));
	fprintf(file, ",\"state\":\"%s\",\"pid\":%d", snapshot_module_state(m), m->pid);
	json_number(file, "frames", m->frames);
	json_number(file, "refused", m->refused);
	json_number(file, "nowhere", m->nowhere);
	json_number(file, "wild", m->wild);
	fputs(",\"last_words\":", file);
	json_string(file, m->last_words, sizeof(m->last_words));
	fputc('}', file);
}

// Left out where there are none.
static void
print_modules(FILE *file, const struct snapshot *s)
{
	for (size_t i = 0; i < s->module_count; i++) {
		fputs(i > 0 ? "," : ",\"modules\":[", file);
		print_module(file, &s->modules[i]);
	}
	if (s->module_count > 0)
		fputc(']', file);
}

// Likewise.
static void
print_points(FILE *file, const struct snapshot *s)
{
	for (size_t i = 0; i < s->point_count; i++) {
		const struct snapshot_point *p = &s->points[i];

		fprintf(file, "%s{\"told\":\"%s\",\"series\":\"%s\",\"x\":%.9g,\"y\":%.9g}", i > 0 ? "," : ",\"points\":[",
			p->told, p->series, p->x, p->y);
	}
	if (s->point_count > 0)
		fputc(']', file);
}

void
print_json(FILE *file, const struct snapshot *s)
{
	fprintf(file, "{\"ts_us\":%llu,\"engine\":\"%s\",\"ports\":[", (unsigned long long)s->ts_us,
		s->counters ? "unetmap" : "netmap");
	for (size_t i = 0; i < s->count; i++) {
		if (i > 0)
			fputc(',', file);
		print_port(file, &s->ports[i]);
	}
	fputc(']', file);
	print_modules(file, s);
	print_points(file, s);
	fputs("}\n", file);
}
