// SPDX-License-Identifier: BSD-2-Clause
//
// A switch as a patch panel: where a frame goes depends on the port it came from, and nothing else.
//
//	vale-module config vale0: 0 2      what port 0 sends goes to port 2
//	vale-module config vale0: 2 0
//	vale-module config vale0: 1 all    to all others
//	vale-module config vale0: 1 none   nowhere; so it is for all ports at first
//	vale-module config vale0: show
#include <unetmap/vale_module.h>

static uint32_t routes[NM_BDG_MAXPORTS];

static uint32_t
route(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na, void *private_data)
{
	return ((const uint32_t *)private_data)[na->bdg_port];
}

static int
parse_destination(const char *text, uint32_t *port)
{
	if (strcmp(text, "all") == 0)
		*port = NM_BDG_BROADCAST;
	else if (strcmp(text, "none") == 0)
		*port = NM_BDG_NOPORT;
	else if (sscanf(text, "%u", port) != 1 || *port >= NM_BDG_MAXPORTS)
		return EINVAL;
	return 0;
}

static const char *
show_destination(uint32_t port, char text[8])
{
	if (port == NM_BDG_BROADCAST)
		return "all";
	snprintf(text, 8, "%u", port);
	return text;
}

static void
show(char *text)
{
	int used = 0;

	text[0] = '\0';
	for (int i = 0; i < NM_BDG_MAXPORTS && used < NM_IFRDATA_LEN - 16; i++) {
		char to[8];

		if (routes[i] != NM_BDG_NOPORT)
			used += snprintf(text + used, NM_IFRDATA_LEN - used, "%s%d>%s", used ? " " : "", i,
				show_destination(routes[i], to));
	}
	if (used == 0)
		strcpy(text, "none");
}

static int
configure(struct nm_ifreq *message)
{
	char to[8];
	unsigned int from;
	uint32_t port;

	message->data[NM_IFRDATA_LEN - 1] = '\0';
	if (strcmp(message->data, "show") == 0) {
		show(message->data);
		return 0;
	}
	if (sscanf(message->data, "%u %7s", &from, to) != 2 || from >= NM_BDG_MAXPORTS ||
		parse_destination(to, &port) != 0)
		return EINVAL;
	routes[from] = port;
	return 0;
}

static int
start(void)
{
	for (int i = 0; i < NM_BDG_MAXPORTS; i++)
		routes[i] = NM_BDG_NOPORT;
	return 0;
}

static struct netmap_bdg_ops ops = {.lookup = route, .config = configure, .name = "static-router"};
VALE_MODULE(ops, routes, start, NULL)
