// SPDX-License-Identifier: BSD-2-Clause
#ifndef VALE_MODULE_ENGINE_H
#define VALE_MODULE_ENGINE_H

#include <unetmap/modules.h>

// An unregistered descriptor of /dev/netmap; ends the program with a message if there is none.
int engine_open(void);

// A NIOCCTRL request; 0, or -1 with errno.
int engine_request(int fd, const char *name, uint16_t type, void *body);

// The module of a switch ("vale0:" or "vale0"), 0 or -1 with errno.
int engine_find_module(int fd, const char *sw, struct unetmap_module *found);

// "vale0:" for "vale0" and "vale0:"; ends the program with a message if it is neither.
const char *engine_switch_name(const char *text);

// "ruled", "unloaded", ... of UNETMAP_MODULE_*.
const char *engine_state_word(uint32_t state);

#endif
