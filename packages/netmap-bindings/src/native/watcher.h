// SPDX-License-Identifier: BSD-2-Clause
//
// Sleeping for a port in the event loop's own poll.
#ifndef NETMAP_BINDINGS_WATCHER_H_
#define NETMAP_BINDINGS_WATCHER_H_

#include <node_api.h>

#include "port.h"

// One for each port, in the loop of `env`; `callback` is called with the events that became ready.
// Returns NULL with errno set.
struct watcher *watcher_create(napi_env env, struct port *p, napi_value callback);

// Asks for `events` (POLLIN, POLLOUT) in place of what was asked before. Returns those that are ready
// now, netmap's own POLLERR among them, and then does not sleep; 0 = asleep, and the callback will
// come once.
short watcher_ask(struct watcher *w, short events);

// Ends it; the callback never comes again. NULL is nothing.
void watcher_close(struct watcher *w);

#endif
