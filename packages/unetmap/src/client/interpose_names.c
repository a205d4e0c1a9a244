// SPDX-License-Identifier: BSD-2-Clause
//
// Persistent VALE ports have names among the network interfaces: programs that look before they
// open must find them.
#include <errno.h>
#include <net/if.h>

#include "client/fds.h"
#include "client/real.h"
#include "control/control.h"

EXPORT unsigned if_nametoindex(const char *name)
{
	unsigned index = REAL(if_nametoindex)(name);
	int saved = errno;

	if (index)
		return index;
	if (!fd_enter_region())
		index = control_interface_index(name);
	errno = saved;
	return index;
}

EXPORT char *if_indextoname(unsigned index, char name[IF_NAMESIZE])
{
	char *found = REAL(if_indextoname)(index, name);
	int saved = errno;

	if (!found && !fd_enter_region() && !control_interface_name(index, name))
		found = name;
	errno = saved;
	return found;
}
