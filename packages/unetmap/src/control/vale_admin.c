// SPDX-License-Identifier: BSD-2-Clause
//
// Requests about switches: who is on them, attaching, the header length of a port.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "control/attachment.h"
#include "control/control.h"
#include "control/entry.h"
#include "control/request.h"
#include "core/sys.h"
#include "ports/port.h"
#include "ports/vale.h"
#include "ports/vale_persistent.h"

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
			vale_full_name(port_at(s->ports[i] - 1), r->name);
			return 0;
		}
	}
	return -ENOENT;
}

static int list_named(const struct request *r, struct nmreq_vale_list *list)
{
	const struct port *port;
	int sw;

	if (strncasecmp(r->name, NM_BDG_NAME, strlen(NM_BDG_NAME)))
		return -EINVAL;
	sw = strchr(r->name, ':') ? vale_find_switch(r->name) : -ENOENT;
	if (sw < 0)
		return sw;
	port = vale_port_named(r->name);
	list->nr_bridge_idx = sw;
	list->nr_port_idx = port ? port->sw_port : NO_PORT_INDEX;
	return 0;
}

int request_vale_list(struct request *r)
{
	return r->name[0] ? list_named(r, r->body) : list_next(r, r->body);
}

// ---- attach and detach ----

static int check_name(const struct request *r)
{
	int vale = vale_name_check(r->name, strlen(r->name));

	return vale ? vale : -EINVAL;
}

// A network device of the host; or a persistent port that is on a switch already, which to another one is a device.
static int is_device(const char *full_name)
{
	const char *device = strchr(full_name, ':') + 1;
	const struct port *persistent = vale_find_persistent(device);

	return persistent ? vale_is_shown(persistent) && !persistent->user_count : sys_interface_index(device) != 0;
}

static int attach_device(const char *full_name, struct nmreq_vale_attach *attach)
{
	int error = attachment_start(full_name, &attach->reg);

	if (!error)
		attach->port_index = vale_port_named(full_name)->sw_port;
	return error;
}

int request_vale_attach(struct request *r)
{
	struct nmreq_vale_attach *attach = r->body;
	int error = port_check_memory(attach->reg.nr_mem_id);

	if (error)
		return error;
	error = check_name(r);
	if (error < 0)
		return error;
	if (vale_port_named(r->name))
		return -EBUSY;
	return is_device(r->name) ? attach_device(r->name, attach) : vale_attach(r->name, &attach->port_index);
}

int request_vale_detach(struct request *r)
{
	struct nmreq_vale_detach *detach = r->body;
	int error = check_name(r);
	struct port *port;

	if (error < 0)
		return error == -ENOMEM ? -ENXIO : error;
	port = vale_port_named(r->name);
	if (!port || !attachment_is(port))
		return vale_detach(r->name, &detach->port_index);
	if (port->flags & VALE_POLLED)
		return -EBUSY;
	detach->port_index = port->sw_port;
	return attachment_stop(r->name);
}

// ---- persistent ports ----

static void describe(const struct port *port, struct nmreq_vale_newif *newif)
{
	newif->nr_tx_slots = port->slot_count[TX];
	newif->nr_rx_slots = port->slot_count[RX];
	newif->nr_tx_rings = port->ring_count[TX];
	newif->nr_rx_rings = port->ring_count[RX];
	newif->nr_mem_id = port->area + 1;
}

int request_vale_newif(struct request *r)
{
	struct nmreq_vale_newif *newif = r->body;
	const struct port_wish wish = {
		.slots = {[RX] = newif->nr_rx_slots, [TX] = newif->nr_tx_slots},
		.rings = {[RX] = newif->nr_rx_rings, [TX] = newif->nr_tx_rings},
		.mem_id = newif->nr_mem_id,
	};
	int port = vale_newif(r->name, &wish);

	if (port < 0)
		return port;
	describe(port_at(port), newif);
	return 0;
}

int request_vale_delif(struct request *r)
{
	return vale_delif(r->name);
}

// Beyond the numbers of the host's own interfaces.
enum { FIRST_INTERFACE_INDEX = 1 << 24 };

unsigned control_interface_index(const char *name)
{
	const struct port *port;

	control_enter();
	port = vale_find_persistent(name);
	control_leave();
	return port ? FIRST_INTERFACE_INDEX + port_id(port) : 0;
}

int control_interface_name(unsigned index, char *name)
{
	const unsigned id = index - FIRST_INTERFACE_INDEX;
	int error = -ENXIO;

	if (index < FIRST_INTERFACE_INDEX || id >= MAX_PORTS)
		return -ENXIO;
	control_enter();
	if (port_at(id)->state == STATE_ACTIVE && vale_find_persistent(port_at(id)->name) == port_at(id)) {
		memcpy(name, port_at(id)->name, IFNAMSIZ);
		error = 0;
	}
	control_leave();
	return error;
}

// ---- polling: of devices on a switch. Nothing here has interrupts that it would switch off, so that it
// changes nothing but what is answered, and that the device stays where it is meanwhile ----

static int check_polling(const struct nmreq_vale_polling *polling, uint32_t rings)
{
	const uint32_t cpus = polling->nr_num_polling_cpus;

	if (!cpus || cpus >= sysconf(_SC_NPROCESSORS_ONLN))
		return -EINVAL;
	switch (polling->nr_mode) {
	case NETMAP_POLLING_MODE_SINGLE_CPU:
		return cpus == 1 ? 0 : -EINVAL;
	case NETMAP_POLLING_MODE_MULTI_CPU: // the n-th for the n-th ring
		return polling->nr_first_cpu_id <= rings && cpus <= rings - polling->nr_first_cpu_id ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

static int find_attached(const struct request *r, struct port **port)
{
	int error = check_name(r);

	if (error < 0)
		return error == -ENOMEM ? -ENXIO : error;
	*port = vale_port_named(r->name);
	if (!*port)
		return -ENXIO;
	return attachment_is(*port) ? 0 : -EOPNOTSUPP;
}

int request_vale_polling_enable(struct request *r)
{
	struct port *port;
	int error = find_attached(r, &port);

	if (!error && port->flags & VALE_POLLED)
		return -EFAULT;
	if (!error)
		error = check_polling(r->body, port->ring_count[RX]);
	if (!error)
		port_set_flag(port, VALE_POLLED);
	return error;
}

int request_vale_polling_disable(struct request *r)
{
	struct port *port;
	int error = find_attached(r, &port);

	if (error)
		return error;
	if (!(port->flags & VALE_POLLED))
		return -EFAULT;
	port_clear_flag(port, VALE_POLLED);
	return 0;
}

// ---- virtio-net header: set by a port's name on its switch, told of every port ----

static struct port *named(const struct request *r)
{
	struct port *port = port_find(r->name);

	return port ? port : vale_port_named(r->name);
}

int request_port_hdr_set(struct request *r)
{
	const uint32_t bytes = ((struct nmreq_port_hdr *)r->body)->nr_hdr_len;
	struct port *port = vale_name_check(r->name, strlen(r->name)) == 1 ? named(r) : NULL;

	if (bytes != 0 && bytes != 10 && bytes != 12)
		return -EINVAL;
	if (!port || port->kind != KIND_VALE)
		return -ENXIO;
	port->vnet_hdr_bytes = bytes;
	return 0;
}

int request_port_hdr_get(struct request *r)
{
	const struct port *port = named(r);

	if (!port)
		return pipe_base_length(r->name) ? -ENODEV : -ENXIO;
	((struct nmreq_port_hdr *)r->body)->nr_hdr_len = port->vnet_hdr_bytes;
	return 0;
}
