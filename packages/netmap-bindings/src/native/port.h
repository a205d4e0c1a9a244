// SPDX-License-Identifier: BSD-2-Clause
//
// An open port: a descriptor, the memory it maps, and a watcher in the event loop.
//
// Who keeps what: JavaScript holds the port (an external value) and the memory (an ArrayBuffer) apart.
// The memory's addresses stay reserved until JavaScript has nothing left that could reach them; what
// lies there is netmap's until the port is closed, and zeros afterwards. So nothing that JavaScript
// does with a view, an old one included, touches memory that is not there.
#ifndef NETMAP_BINDINGS_PORT_H_
#define NETMAP_BINDINGS_PORT_H_

#include <node_api.h>
#include <stdint.h>

#include "engine.h"

enum { REGISTER_BYTES = 56, NAME_BYTES = 64 };

struct memory {
	void *base;
	size_t bytes;
};

struct watcher;

struct port {
	const struct engine *engine;
	int fd; // -1 = closed
	struct memory *memory;
	struct watcher *watcher;
};

// Opens /dev/netmap, registers `name` with the body `request`, which takes the answer, and maps the
// memory. Returns -1 with *why filled in, and nothing left open. Any thread may call it.
int port_open(struct port *p, const char *name, uint8_t request[REGISTER_BYTES], struct failure *why);

// Closes the descriptor and puts zeros in place of the memory. Again: nothing.
void port_close(struct port *p);

// Gives the addresses back.
void memory_free(struct memory *m);

#endif
