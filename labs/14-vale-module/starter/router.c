// SPDX-License-Identifier: BSD-2-Clause
/*
 * router: a VALE module. Every port of the switch has routes of its own: prefixes, and the port to which they lead.
 *
 *     vale-module run ./router.so vale0:
 *     vale-module config vale0: add 0 10.1.0.0/16 2	what port 0 sends to 10.1.x.x goes to port 2
 *     vale-module config vale0: clear 0		port 0 has no routes any more
 *     vale-module config vale0: show			how many routes there are, and all of them
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

/* The port to which a frame goes. For now, to all of them. */
static uint32_t
lookup(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na, void *private_data)
{
	/* your lookup here */
	return NM_BDG_BROADCAST;
}

/* 0, or why it cannot be: EINVAL for no route, ENOSPC for one too many. */
static int
add(unsigned from, const char *prefix, unsigned to)
{
	struct route r = { .from = from, .to = to };

	parse_prefix(prefix, &r.prefix);
	routes[count++] = r;	/* your checks here */
	return 0;
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
	if (strcmp(text, "show") == 0) {
		show(text, NM_IFRDATA_LEN);
		return 0;
	}
	return EINVAL;	/* your `clear` here */
}

static struct netmap_bdg_ops ops = { .lookup = lookup, .config = configure, .name = "router" };
VALE_MODULE(ops, NULL, NULL, NULL)
