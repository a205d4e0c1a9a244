// SPDX-License-Identifier: BSD-2-Clause
//
// Requests about switches: who is on them, attaching, the header length of a port.
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "control/request.h"
#include "ports/port.h"
#include "ports/vale.h"

enum { NO_PORT_INDEX = 255 };

// ---- list ----

static int list_next(struct request *r, struct nmreq_vale_list *list)
{
	for (uint32_t sw = list->nr_bridge_idx, i = list->nr_port_idx; sw < MAX_SWITCHES; sw++, i = 0) {
		const struct vale_switch *s = &segment->switches[sw];

		for (; s->state == STATE_ACTIVE && i < MAX_SWITCH_PORTS; i++) {
			if (!s->ports[i])
				continue;
			list->nr_bridge_idx = sw;
			list->nr_port_idx = i;
			memcpy(r->name, port_at(s->ports[i] - 1)->name, PORT_NAME_BYTES);
			return 0;
		}
	}
	return -ENOENT;
}

static int list_named(const struct request *r, struct nmreq_vale_list *list)
{
	struct port *port = port_find(r->name);
	int sw;

	if (strncasecmp(r->name, NM_BDG_NAME, strlen(NM_BDG_NAME)))
		return -EINVAL;
	sw = strchr(r->name, ':') ? vale_find_switch(r->name) : -ENOENT;
	if (sw < 0)
		return sw;
	list->nr_bridge_idx = sw;
	list->nr_port_idx = port && port->kind == KIND_VALE ? port->sw_port : NO_PORT_INDEX;
	return 0;
}

int request_vale_list(struct request *r)
{
	return r->name[0] ? list_named(r, r->body) : list_next(r, r->body);
}

// ---- attach, detach, persistent ports: there is no device yet that could be attached ----

int request_vale_attach(struct request *r)
{
	return port_find(r->name) ? -EBUSY : -EINVAL;
}

int request_vale_detach(struct request *r)
{
	return port_find(r->name) ? -EBUSY : -ENXIO;
}

int request_vale_newif(struct request *r)
{
	if (!r->name[0] || !strncasecmp(r->name, NM_BDG_NAME, strlen(NM_BDG_NAME)))
		return -EINVAL;
	return if_nametoindex(r->name) ? -EEXIST : -EOPNOTSUPP;
}

int request_vale_delif(struct request *r)
{
	return -ENXIO;
}

// ---- virtio-net header ----

static struct port *vale_port(const struct request *r)
{
	struct port *port = port_find(r->name);

	return port && port->kind == KIND_VALE ? port : NULL;
}

int request_port_hdr_set(struct request *r)
{
	const uint32_t bytes = ((struct nmreq_port_hdr *)r->body)->nr_hdr_len;
	struct port *port = vale_port(r);

	if (!port)
		return -ENXIO;
	if (bytes != 0 && bytes != 10 && bytes != 12)
		return -EINVAL;
	port->vnet_hdr_bytes = bytes;
	return 0;
}

int request_port_hdr_get(struct request *r)
{
	const struct port *port = vale_port(r);

	if (!port)
		return -ENXIO;
	((struct nmreq_port_hdr *)r->body)->nr_hdr_len = port->vnet_hdr_bytes;
	return 0;
}
