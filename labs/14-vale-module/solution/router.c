// SPDX-License-Identifier: BSD-2-Clause
/*
 * router: a VALE module. Every port of the switch has routes of its own: prefixes, and the port to which they lead.
 *
 *     vale-module run ./router.so vale0:
 *     vale-module config vale0: add 0 10.1.0.0/16 2	what port 0 sends to 10.1.x.x goes to port 2
 *     vale-module config vale0: clear 0		port 0 has no routes any more
 *     vale-module config vale0: show			how many routes there are, and all of them
 *
 * Of several routes the one with the longest prefix decides. ARP goes to all; what has no route goes nowhere.
 */
#include "frame.h"

enum { MOST_ROUTES = 64 };

struct route {
	unsigned from;		/* a port */
	struct prefix prefix;
	unsigned to;		/* another one */
};

static struct route routes[MOST_ROUTES];
static unsigned count;

static uint32_t
longest_route(unsigned from, uint32_t address)
{
	const struct route *best = NULL;

	for (const struct route *r = routes; r < routes + count; r++)
		if (r->from == from && in_prefix(address, r->prefix) && (best == NULL || r->prefix.bits > best->prefix.bits))
			best = r;
	return best == NULL ? NM_BDG_NOPORT : best->to;
}

/* The port to which a frame goes. A frame may be of any length, so each part is asked for before it is read. */
static uint32_t
lookup(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na, void *private_data)
{
	uint8_t room[ETHERNET_BYTES + IPV4_BYTES];
	const uint8_t *frame = vale_module_bytes(ft, room, ETHERNET_BYTES);

	if (frame == NULL)
		return NM_BDG_NOPORT;
	if (be16(frame + 12) == TYPE_ARP)
		return NM_BDG_BROADCAST;
	if (be16(frame + 12) != TYPE_IPV4)
		return NM_BDG_NOPORT;
	frame = vale_module_bytes(ft, room, ETHERNET_BYTES + IPV4_BYTES);
	if (frame == NULL || frame[ETHERNET_BYTES] >> 4 != 4)
		return NM_BDG_NOPORT;
	return longest_route((unsigned)na->bdg_port, be32(frame + ETHERNET_BYTES + 16));
}

/* The route of exactly this prefix, or the place behind the last one. */
static struct route *
find_route(unsigned from, struct prefix p)
{
	struct route *r = routes;

	while (r < routes + count && (r->from != from || r->prefix.address != p.address || r->prefix.bits != p.bits))
		r++;
	return r;
}

/* 0, or why it cannot be: EINVAL for no route, ENOSPC for one too many. A route that is there already leads elsewhere from now on. */
static int
add(unsigned from, const char *prefix, unsigned to)
{
	struct route r = { .from = from, .to = to }, *place;

	if (from >= NM_BDG_MAXPORTS || to >= NM_BDG_MAXPORTS || !parse_prefix(prefix, &r.prefix))
		return EINVAL;
	place = find_route(from, r.prefix);
	if (place == routes + MOST_ROUTES)
		return ENOSPC;
	if (place == routes + count)
		count++;
	*place = r;
	return 0;
}

/* Takes away every route that begins at a port and, if asked, every one that ends there. */
static void
take_away(unsigned port, int those_to_it)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++)
		if (routes[i].from != port && !(those_to_it && routes[i].to == port))
			routes[kept++] = routes[i];
	count = kept;
}

/* `2 routes: 0 10.1.0.0/16 1, 0 10.1.2.0/24 2`, as far as there is room. */
static void
show(char *text, size_t room)
{
	size_t used = (size_t)snprintf(text, room, "%u routes", count);

	for (unsigned i = 0; i < count && used < room; i++) {
		const struct route *r = &routes[i];
		uint32_t a = r->prefix.address;

		used += (size_t)snprintf(text + used, room - used, "%s %u %u.%u.%u.%u/%u %u", i ? "," : ":", r->from, a >> 24,
					 a >> 16 & 255, a >> 8 & 255, a & 255, r->prefix.bits, r->to);
	}
}

static int
configure(struct nm_ifreq *message)
{
	char *text = message->data, prefix[32];
	unsigned from, to;

	text[NM_IFRDATA_LEN - 1] = '\0';
	if (sscanf(text, "add %u %31s %u", &from, prefix, &to) == 3)
		return add(from, prefix, to);
	if (sscanf(text, "clear %u", &from) == 1) {
		take_away(from, 0);
		return 0;
	}
	if (strcmp(text, "show") == 0) {
		show(text, NM_IFRDATA_LEN);
		return 0;
	}
	return EINVAL;
}

/* A port has left. The next one that gets its number is somebody else's. */
static void
forget(const struct netmap_vp_adapter *na)
{
	take_away((unsigned)na->bdg_port, 1);
}

static struct netmap_bdg_ops ops = { .lookup = lookup, .config = configure, .dtor = forget, .name = "router" };
VALE_MODULE(ops, NULL, NULL, NULL)
