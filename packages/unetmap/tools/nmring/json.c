// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "json/json.h"
#include "output.h"

// Slots that follow one another in buffers, too, and are otherwise alike.
static uint32_t
run_length(const struct netmap_slot *slot, uint32_t left)
{
	uint32_t n = 1;

	while (n < left && slot[n].buf_idx == slot[0].buf_idx + n && slot[n].len == slot[0].len &&
		slot[n].flags == slot[0].flags)
		n++;
	return n;
}

static void
print_slots(FILE *file, const struct netmap_slot *slots, uint32_t count)
{
	uint32_t n;

	fputs(",\"runs\":[", file);
	for (uint32_t i = 0; i < count; i += n) {
		n = run_length(&slots[i], count - i);
		fprintf(file, "%s[%u,%u,%u,%u]", i ? "," : "", n, slots[i].buf_idx, slots[i].len,
			slots[i].flags);
	}
	fputc(']', file);
}

static void
print_frames(FILE *file, const struct ring_look *r)
{
	if (r->at.frame_count == 0)
		return;
	fprintf(file, ",\"first_frame\":%u,\"frames\":[", r->at.first_frame);
	for (uint32_t i = 0; i < r->at.frame_count; i++) {
		fputs(i ? ",\"" : "\"", file);
		for (size_t b = 0; b < UNETMAP_RING_FRAME_BYTES; b++)
			fprintf(file, "%02x", r->frames[i][b]);
		fputc('"', file);
	}
	fputc(']', file);
}

static const char *
kind_name(uint16_t kind)
{
	static const char *const names[] = {"unknown", "vale", "pipe", "null", "monitor", "nic", "passthrough"};

	return names[kind < sizeof(names) / sizeof(names[0]) ? kind : 0];
}

static void
print_ring(FILE *file, const struct ring_look *r)
{
	const struct unetmap_ring_stats *s = &r->at.synced;
	uint32_t slots = s->num_slots < LOOK_MAX_SLOTS ? s->num_slots : LOOK_MAX_SLOTS;

	fputs("{\"port\":", file);
	json_string(file, r->port, sizeof(r->port));
	fprintf(file, ",\"kind\":\"%s\",\"dir\":\"%s\"", kind_name(r->at.kind), r->at.dir ? "tx" : "rx");
	json_number(file, "ring", r->at.ring);
	json_number(file, "mem_id", r->at.mem_id);
	json_number(file, "slots", slots);
	json_number(file, "head", r->at.head);
	json_number(file, "cur", r->at.cur);
	json_number(file, "tail", r->at.tail);
	json_number(file, "synced_head", s->head);
	json_number(file, "synced_cur", s->cur);
	json_number(file, "hwcur", s->hwcur);
	json_number(file, "hwtail", s->hwtail);
	json_number(file, "packets", s->packets);
	json_number(file, "drops", s->drops);
	json_number(file, "syncs", s->syncs);
	print_slots(file, r->slots, slots);
	print_frames(file, r);
	fputc('}', file);
}

static const struct unetmap_ring *
held_ring(const struct look *look, const char *port)
{
	for (size_t i = 0; i < look->count; i++)
		if (strncmp(look->rings[i].port, port, sizeof(look->rings[i].port)) == 0)
			return &look->rings[i].at;
	return NULL;
}

static void
print_hold(FILE *file, const struct look *look, const struct holding *h)
{
	static const char *const calls[] = {"", "txsync", "rxsync", "poll"};
	static const char *const phases[] = {"program", "before", "inside", "after"};
	const struct unetmap_ring *at = held_ring(look, h->port);

	fputs(",\"hold\":{\"port\":", file);
	json_string(file, h->port, sizeof(h->port));
	json_number(file, "pace", h->pace);
	if (at)
		fprintf(file, ",\"call\":\"%s\",\"phase\":\"%s\",\"stops\":%u", calls[at->call & 3],
			phases[at->phase & 3], at->stops);
	fputc('}', file);
}

void
print_json(FILE *file, const struct look *look, const struct holding *holding)
{
	fprintf(file, "\"engine\":\"%s\",\"rings\":[", look->known ? "unetmap" : "netmap");
	for (size_t i = 0; i < look->count; i++) {
		if (i > 0)
			fputc(',', file);
		print_ring(file, &look->rings[i]);
	}
	fputc(']', file);
	if (holding->port[0] != '\0')
		print_hold(file, look, holding);
	if (holding->fault[0] != '\0') {
		fputs(",\"fault\":", file);
		json_string(file, holding->fault, sizeof(holding->fault));
	}
}
