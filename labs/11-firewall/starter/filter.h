// SPDX-License-Identifier: BSD-2-Clause
/* What a rule says, and what a packet says of itself. All numbers are as you would print them. */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum verdict { DROP, PASS };
enum direction { IN = 1, OUT = 2 };	/* from the outside, from the inside; a rule may be for both */
enum protocol { ANY = 0, ICMP = 1, TCP = 6, UDP = 17 };

/* Addresses whose first `bits` bits are those of `address`. No bits: any address. */
struct prefix {
	uint32_t address;
	unsigned bits;
};

/* Ports from `first` to `last`, both included. 0 to 65535: any port. */
struct range {
	uint16_t first, last;
};

struct rule {
	enum verdict verdict;
	unsigned directions;	/* IN, OUT, or IN | OUT */
	uint8_t protocol;	/* ANY, or that of the IP header */
	struct prefix from, to;
	struct range from_ports, to_ports;	/* other than any only with TCP and UDP */
};

struct packet {
	uint32_t from, to;
	uint8_t protocol;
	bool has_ports;		/* false where there are none, and where they are in another fragment */
	uint16_t from_port, to_port;
};

/* Takes a frame apart. False when it is no IPv4, or when its lengths contradict each other: then it is dropped. */
bool read_packet(struct packet *p, const uint8_t *frame, size_t len);

/* Whether a rule is about this packet. */
bool matches(const struct rule *r, const struct packet *p, enum direction direction);

/* What the rules say about a packet. */
enum verdict decide(const struct rule *rules, size_t count, const struct packet *p, enum direction direction);

/* Reads a file of rules. Prints what is wrong and gives 0 when it cannot be read. */
size_t read_rules(const char *path, struct rule *rules, size_t most);

/* Numbers as packets carry them, most significant byte first. */
static inline uint16_t
be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t
be32(const uint8_t *bytes)
{
	return (uint32_t)be16(bytes) << 16 | be16(bytes + 2);
}

#ifdef __cplusplus
}
#endif

#endif
