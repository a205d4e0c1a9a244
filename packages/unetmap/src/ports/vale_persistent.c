// SPDX-License-Identifier: BSD-2-Clause
#include "ports/vale_persistent.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "core/barriers.h"
#include "core/robust_lock.h"
#include "core/sys.h"
#include "ports/vale.h"
#include "ports/vale_parent.h"

// ---- names ----

int vale_may_name_interface(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= IFNAMSIZ || !strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	for (size_t i = 0; i < length; i++)
		if (strchr("/:{}", name[i]) || isspace((unsigned char)name[i]))
			return 0;
	return strncmp(name, "vale", 4) != 0;
}

struct port *vale_find_persistent(const char *name)
{
	struct port *port = port_find(name);

	return port && port->kind == KIND_VALE && port->flags & VALE_PERSISTENT ? port : NULL;
}

// ---- making and removing ----

static int furnish(struct port *port, const struct port_wish *wish)
{
	int error;

	port->flags = VALE_PERSISTENT;
	error = vale_choose_area(port, wish);
	if (error)
		port_free(port);
	return error;
}

int vale_newif(const char *name, const struct port_wish *wish)
{
	struct port *port;
	int error;

	if (!vale_may_name_interface(name))
		return -EINVAL;
	if (port_find(name) || sys_interface_index(name))
		return -EEXIST;
	port = port_alloc(name, KIND_VALE, wish);
	error = port ? furnish(port, wish) : -ENOMEM;
	if (error)
		return error;
	port_announce(port);
	return port_id(port);
}

int vale_delif(const char *name)
{
	struct port *port = vale_find_persistent(name);
	uint16_t area;

	if (!port)
		return sys_interface_index(name) ? -EINVAL : -ENXIO;
	if (port->user_count || vale_is_shown(port) || vale_has_pipes(name))
		return -EBUSY;
	area = port->area;
	port_free(port);
	port_leave_area(area);
	return 0;
}

// ---- on and off a switch ----

int vale_attach(const char *full_name, uint32_t *index)
{
	struct port *port = vale_find_persistent(strchr(full_name, ':') + 1);
	int error;

	if (!port)
		return -EINVAL;
	if (port->user_count || vale_is_shown(port))
		return -EBUSY;
	error = vale_enter(port, full_name);
	if (error)
		return error;
	port_set_flag(port, VALE_NOT_YET_OPENED);
	vale_show(port);
	*index = port->sw_port;
	return 0;
}

// Whoever syncs one of these rings holds its lock: afterwards nobody uses the port's switch.
static void cut_off(struct kring *k)
{
	robust_lock(&k->lock);
	robust_lock(&k->qlock);
	k->sw = NONE;
	robust_unlock(&k->qlock);
	robust_unlock(&k->lock);
}

static void cut_rings_off(struct port *port)
{
	for (int dir = RX; dir <= TX; dir++)
		for (int n = 0; n < port->ring_count[dir]; n++)
			cut_off(&port->rings[dir][n]);
}

int vale_detach(const char *full_name, uint32_t *index)
{
	struct port *port = vale_port_named(full_name);

	if (!port)
		return -ENXIO;
	if (!(port->flags & VALE_PERSISTENT) || port->kind != KIND_VALE)
		return -EBUSY;
	*index = port->sw_port;
	port_clear_flag(port, VALE_NOT_YET_OPENED);
	cut_rings_off(port);
	vale_leave(port);
	port->sw = port->sw_port = NONE;
	return 0;
}

// ---- opened, and not open any more ----

// Port numbers are as they were if there is no memory for the rings now: they may be made later.
int vale_persistent_used(struct port *port, const struct port_wish *wish)
{
	uint16_t counts[2] = {port->ring_count[0], port->ring_count[1]};
	int error;

	port_clear_flag(port, VALE_NOT_YET_OPENED);
	if (port->rings[TX][0].active)
		return 0;
	error = port_make_own_rings(port);
	memcpy(port->ring_count, counts, sizeof counts);
	return error;
}

// A process that died in attach may have left the port with a place that nobody sees it in.
void vale_persistent_unused(struct port *port)
{
	port_drop_rings(port, TX, 1);
	port_drop_rings(port, RX, 1);
	if (!vale_is_shown(port))
		port->sw = port->sw_port = NONE;
}
