// SPDX-License-Identifier: BSD-2-Clause
/* Reads rules, one a line: verdict direction protocol from ports to ports. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"

struct word {
	const char *text;
	int value;
};

static const struct word VERDICTS[] = { { "drop", DROP }, { "pass", PASS }, { NULL, 0 } };
static const struct word DIRECTIONS[] = { { "in", IN }, { "out", OUT }, { "both", IN | OUT }, { NULL, 0 } };
static const struct word PROTOCOLS[] = { { "any", ANY }, { "icmp", ICMP }, { "tcp", TCP }, { "udp", UDP }, { NULL, 0 } };

/* -1 when none of the words is the text. */
static int
value_of(const struct word *words, const char *text)
{
	for (; words->text != NULL; words++)
		if (strcmp(words->text, text) == 0)
			return words->value;
	return -1;
}

/* any, or 10.1.0.0/24 */
static bool
read_prefix(struct prefix *p, const char *text)
{
	char address[16];
	struct in_addr number;

	*p = (struct prefix){ 0 };
	if (strcmp(text, "any") == 0)
		return true;
	if (sscanf(text, "%15[0-9.]/%u", address, &p->bits) != 2 || p->bits > 32 || inet_aton(address, &number) == 0)
		return false;
	p->address = ntohl(number.s_addr);
	return true;
}

/* any, 80, or 8000-8003 */
static bool
read_range(struct range *r, const char *text)
{
	*r = (struct range){ 0, 65535 };
	if (strcmp(text, "any") == 0)
		return true;
	switch (sscanf(text, "%hu-%hu", &r->first, &r->last)) {
	case 1:
		r->last = r->first;
		return true;
	case 2:
		return r->first <= r->last;
	default:
		return false;
	}
}

static bool
is_any(struct range r)
{
	return r.first == 0 && r.last == 65535;
}

static bool
read_rule(struct rule *r, const char *line)
{
	char word[7][32];
	int verdict, directions, protocol;

	if (sscanf(line, "%31s %31s %31s %31s %31s %31s %31s", word[0], word[1], word[2], word[3], word[4], word[5],
		   word[6]) != 7)
		return false;
	verdict = value_of(VERDICTS, word[0]);
	directions = value_of(DIRECTIONS, word[1]);
	protocol = value_of(PROTOCOLS, word[2]);
	if (verdict < 0 || directions < 0 || protocol < 0 || !read_prefix(&r->from, word[3]) ||
	    !read_range(&r->from_ports, word[4]) || !read_prefix(&r->to, word[5]) || !read_range(&r->to_ports, word[6]))
		return false;
	r->verdict = (enum verdict)verdict;
	r->directions = (unsigned)directions;
	r->protocol = (uint8_t)protocol;
	return protocol == TCP || protocol == UDP || (is_any(r->from_ports) && is_any(r->to_ports));
}

size_t
read_rules(const char *path, struct rule *rules, size_t most)
{
	FILE *file = fopen(path, "r");
	char line[256];
	size_t count = 0;

	if (file == NULL)
		perror(path);
	for (int number = 1; file != NULL && fgets(line, sizeof(line), file) != NULL; number++) {
		if (line[strspn(line, " \t\r\n")] == '\0' || line[0] == '#')
			continue;
		if (count == most || !read_rule(&rules[count++], line)) {
			fprintf(stderr, "%s:%d: no rule: %s", path, number, line);
			count = 0;
			break;
		}
	}
	if (file != NULL)
		fclose(file);
	return count;
}
