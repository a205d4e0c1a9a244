// SPDX-License-Identifier: BSD-2-Clause
#ifndef UNETMAP_PORTS_VALE_H_
#define UNETMAP_PORTS_VALE_H_

#include "core/ring.h"
#include "ports/port.h"

enum { // in port->flags
	VALE_PERSISTENT = 1, // made by newif
	VALE_ATTACHMENT = 2, // opened by the process that keeps a device of the host on the switch
	VALE_LEAVING = 4,    // that process is to end
	VALE_PARENT = 8,     // made for pipes of its name (vale_parent.h)
	VALE_NOT_YET_OPENED = 16, // persistent, and nobody has asked for it since it was attached
	VALE_POLLED = 32,    // an attached device that somebody asked to be polled
};

// ---- switches and who is on them; all with the control lock held ----

// The switch of a name "vale<switch>:<port>", -ENOENT if there is none.
int vale_find_switch(const char *name);

// The port on that switch of that name, NULL if there is none.
struct port *vale_port_named(const char *full_name);

// What a port on a switch is called there: "vale<switch>:<port>".
void vale_full_name(const struct port *port, char name[PORT_NAME_BYTES]);

// Chooses a place for the port on the switch of that name, which is made if need be: 0 or -ENOMEM.
// Senders find the port from vale_show on.
int vale_enter(struct port *port, const char *full_name);
void vale_show(struct port *port);
int vale_is_shown(const struct port *port);

// Takes it off again, if it is on one, and the switch away if it was the last.
void vale_leave(struct port *port);

int vale_choose_area(struct port *port, const struct port_wish *wish);

// Gives up a port that has no rings.
void vale_dissolve(struct port *port);

// ---- data path ----

enum marks vale_tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);
int vale_is_idle(const struct port *port, const struct kring *k);
enum marks vale_rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base);

#endif
