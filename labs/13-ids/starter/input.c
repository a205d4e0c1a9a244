// SPDX-License-Identifier: BSD-2-Clause
/* Rules from their file, payload from its packet, flows by their packets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ids.h"

enum { PROBES = 8 };

static uint16_t
be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t
be32(const uint8_t *bytes)
{
	return (uint32_t)be16(bytes) << 16 | be16(bytes + 2);
}

/* What is in a TCP segment or UDP datagram of `len` bytes. */
static bool
read_transport(struct packet *p, const uint8_t *bytes, size_t len)
{
	size_t header = 8, end = len;

	if (p->is_tcp) {
		if (len < 20)
			return false;
		header = (bytes[12] >> 4) * 4;
		p->seq = be32(bytes + 4);
		p->syn = (bytes[13] & 2) != 0;
	} else if (len >= 8) {
		end = be16(bytes + 4);
	}
	if (header < (p->is_tcp ? 20 : 8) || header > end || end > len)
		return false;
	p->ports = be32(bytes);
	p->payload = bytes + header;
	p->len = end - header;
	return true;
}

bool
read_packet(struct packet *p, const uint8_t *frame, size_t len)
{
	const uint8_t *ip;
	size_t at = 12, header, total;

	*p = (struct packet){ 0 };
	while (len >= at + 6 && (be16(frame + at) == 0x8100 || be16(frame + at) == 0x88a8))
		at += 4;
	ip = frame + at + 2;
	if (len < at + 2 + 20 || be16(frame + at) != 0x0800)
		return false;
	header = (ip[0] & 0x0f) * 4;
	total = be16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header || total > len - at - 2 || (be16(ip + 6) & 0x1fff) != 0)
		return false;
	p->from = be32(ip + 12);
	p->to = be32(ip + 16);
	p->is_tcp = ip[9] == 6;
	return (ip[9] == 6 || ip[9] == 17) && read_transport(p, ip + header, total - header);
}

static bool
is_of(const struct flow *f, const struct packet *p)
{
	return f->from == p->from && f->to == p->to && f->ports == p->ports;
}

struct flow *
find_flow(struct ids *ids, const struct packet *p)
{
	uint32_t hash = (p->from * 0x9e3779b1u ^ p->to) * 0x85ebca6bu ^ p->ports * 0xc2b2ae35u;
	uint32_t home = (hash ^ hash >> 15) % MOST_FLOWS;
	struct flow *f;

	for (uint32_t i = 0; i < PROBES; i++) {
		f = &ids->flows[(home + i) % MOST_FLOWS];
		if (is_of(f, p))
			return f;
		if (!f->known)
			break;
	}
	if (f->known)
		f = &ids->flows[home];
	*f = (struct flow){ .from = p->from, .to = p->to, .ports = p->ports };
	return f;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *found = c == '\0' ? NULL : strchr(digits, c | 0x20);

	return found == NULL ? -1 : (int)(found - digits);
}

/* One byte of a signature. Gives what is behind it. */
static const char *
read_byte(uint8_t *byte, const char *text)
{
	if (text[0] == '\\' && text[1] == 'x' && hex_digit(text[2]) >= 0 && hex_digit(text[3]) >= 0) {
		*byte = (uint8_t)(hex_digit(text[2]) << 4 | hex_digit(text[3]));
		return text + 4;
	}
	*byte = (uint8_t)*text;
	return text + 1;
}

/* A name, blanks, and a signature up to the end of the line. */
static bool
read_rule(struct rule *r, const char *line)
{
	size_t name = strcspn(line, " \t");
	const char *text = line + name + strspn(line + name, " \t");

	if (name == 0 || name >= LONGEST_NAME)
		return false;
	*r = (struct rule){ .len = 0 };
	memcpy(r->name, line, name);
	while (*text != '\0' && r->len < LONGEST_SIGNATURE)
		text = read_byte(&r->signature[r->len++], text);
	return r->len > 0 && *text == '\0';
}

static bool
is_known(const struct rule *rules, unsigned count, const struct rule *r)
{
	for (unsigned i = 0; i < count; i++)
		if (rules[i].len == r->len && memcmp(rules[i].signature, r->signature, r->len) == 0)
			return true;
	return false;
}

unsigned
read_rules(const char *path, struct rule *rules)
{
	FILE *file = fopen(path, "r");
	char line[256];
	unsigned count = 0;

	if (file == NULL)
		perror(path);
	for (int number = 1; file != NULL && fgets(line, sizeof(line), file) != NULL; number++) {
		struct rule r;

		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (count == MOST_RULES || !read_rule(&r, line) || is_known(rules, count, &r)) {
			fprintf(stderr, "%s:%d: no rule, or not a new one: %s\n", path, number, line);
			count = 0;
			break;
		}
		rules[count++] = r;
	}
	if (file != NULL)
		fclose(file);
	return count;
}
