// SPDX-License-Identifier: BSD-2-Clause
//
// In a guest: the ports that its host gave it, each the memory of a device (core/bar.h).
#ifndef UNETMAP_PORTS_PASSTHROUGH_H_
#define UNETMAP_PORTS_PASSTHROUGH_H_

#include "core/bar.h"

enum { DEVICE_PATH_BYTES = 512 };

struct passthrough_device {
	char path[DEVICE_PATH_BYTES];
	uint64_t bytes;
	struct bar_header bar; // as it was when we looked
};

// Finds the device that carries the port `name`: among the files that UNETMAP_PASSTHROUGH names, divided by
// colons, if it is set, else among the PCI devices. 0 or -ENOENT; one that may not be opened is complained
// about on stderr, once.
int passthrough_find(const char *name, struct passthrough_device *found);

#endif
