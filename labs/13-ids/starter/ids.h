// SPDX-License-Identifier: BSD-2-Clause
/* What the detection system knows, and what you write for it in match.c. */
#ifndef IDS_H
#define IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MOST_RULES = 512, LONGEST_NAME = 24, LONGEST_SIGNATURE = 32, MOST_STATES = 16384, MOST_FLOWS = 65536 };
enum { ROOT = 0 };	/* the state before anything was read */

struct rule {
	char name[LONGEST_NAME];
	uint8_t signature[LONGEST_SIGNATURE];
	size_t len;	/* 1 or more; no two rules have the same signature */
};

/* Reads one byte after the other, and knows after each which signatures end there. */
struct automaton {
	uint16_t next[MOST_STATES][256];	/* the state after this one, for each byte */
	uint16_t ends[MOST_STATES];	/* 1 + the rule whose signature this state is; 0 for none */
	uint16_t shorter[MOST_STATES];	/* the longest shorter signature that ends here as well, as its state; ROOT for none */
	unsigned states;
};

/* One direction of a TCP connection. All zero when it is new. */
struct flow {
	uint32_t from, to, ports;
	bool known;		/* for you: whether something of it was seen */
	uint16_t state;		/* for you: what the automaton is in the middle of */
	uint32_t next_seq;	/* for you: the number of the byte that comes next */
};

struct packet {
	uint32_t from, to, ports;	/* a flow has the same ones in all of its packets */
	bool is_tcp;			/* otherwise it is UDP */
	bool syn;			/* begins a stream. A SYN has itself a number, the first byte has the next one */
	uint32_t seq;
	const uint8_t *payload;
	size_t len;
};

struct ids {
	struct rule rules[MOST_RULES];
	unsigned rule_count;
	struct automaton automaton;
	struct flow flows[MOST_FLOWS];
	uint64_t hits[MOST_RULES];
};

/* Makes the automaton of these rules. It is all zero before. */
void build_automaton(struct automaton *a, const struct rule *rules, unsigned count);

/* Reads bytes from a state on, and counts each signature that ends in one of them. Gives the state behind them. */
uint16_t scan(const struct automaton *a, uint16_t state, const uint8_t *bytes, size_t len, uint64_t *hits);

/* Looks at one packet. */
void inspect(struct ids *ids, const struct packet *p);

/* The flow of a packet. The longest forgotten one makes room for a new one. */
struct flow *find_flow(struct ids *ids, const struct packet *p);

/* False for what has no payload to look at: what is no IPv4, no UDP or TCP, a later fragment, or damaged. */
bool read_packet(struct packet *p, const uint8_t *frame, size_t len);

/* Reads a file of rules. Prints what is wrong and gives 0 when it cannot be read. */
unsigned read_rules(const char *path, struct rule *rules);

#ifdef __cplusplus
}
#endif

#endif
