// SPDX-License-Identifier: BSD-2-Clause
//
// What a switch knows of where addresses are: one aligned word a bucket, the address and the port that
// last sent from it. A newcomer takes the bucket of whoever had it.
#ifndef UNETMAP_PORTS_VALE_ADDRESSES_H_
#define UNETMAP_PORTS_VALE_ADDRESSES_H_

#include <stdint.h>
#include <string.h>

#include "core/barriers.h"
#include "core/segment.h"

enum {
	FLOOD = MAX_SWITCH_PORTS, // to everybody else
	NOWHERE,
	MIN_FRAME_BYTES = 14,
};

#define MAC_MASK 0xffffffffffffull
#define SAID (1ull << 63) // 0 is an address, too

static inline uint64_t load64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline uint64_t frame_destination(const char *frame)
{
	return load64(frame) & MAC_MASK;
}

static inline uint64_t frame_source(const char *frame)
{
	return load64(frame + 4) >> 16;
}

static inline uint64_t *address_bucket(struct vale_switch *s, uint64_t mac)
{
	return &s->macs[mac * 0x9e3779b97f4a7c15ull >> 54];
}

static inline int is_group(uint64_t mac)
{
	return mac & 1;
}

static inline void learn(struct vale_switch *s, uint64_t mac, uint16_t sw_port)
{
	uint64_t entry = mac << 16 | (sw_port + 1u);

	if (!is_group(mac) && glance(address_bucket(s, mac)) != entry)
		scribble(address_bucket(s, mac), entry);
}

// What a port said last it need not say again, even if the address was seen elsewhere meanwhile.
static inline void learn_from(struct port *port, struct vale_switch *s, uint64_t mac)
{
	const uint64_t said = mac | SAID;

	if (is_group(mac) || glance(&port->last_source) == said)
		return;
	learn(s, mac, port->sw_port);
	scribble(&port->last_source, said);
}

// The port on the switch, FLOOD or NOWHERE. netmap forgets nothing when a port leaves: frames for it
// vanish until its index is used again.
static inline uint16_t look_up(struct vale_switch *s, uint64_t mac, uint16_t self)
{
	uint64_t entry = glance(address_bucket(s, mac));
	uint16_t known = entry & 0xffff;

	if (is_group(mac) || !known || entry >> 16 != mac)
		return FLOOD;
	return known - 1 == self || known > MAX_SWITCH_PORTS ? NOWHERE : known - 1;
}

#endif
