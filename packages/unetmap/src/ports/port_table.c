// SPDX-License-Identifier: BSD-2-Clause
//
// All kinds of ports, in the order in which they are asked whether a name is theirs.
#include <stddef.h>

#include "ports/port.h"

const struct port_ops *const port_kinds[] = {&passthrough_ops, &pipe_ops, &vale_ops, &monitor_ops,
						&null_ops, &nic_ops, NULL};

const struct port_ops *port_ops(uint16_t kind)
{
	for (int i = 0; port_kinds[i]; i++)
		if (port_kinds[i]->kind == kind)
			return port_kinds[i];
	return NULL;
}
