// SPDX-License-Identifier: BSD-2-Clause
/* What a FreeBSD host is never asked for: containers, and interfaces of a sandbox's own. */
#include "../network.h"
#include "../rendezvous.h"

#include <errno.h>

static int absent(void)
{
	errno = ENOSYS;
	return -1;
}

int rendezvous_listen(void)
{
	return absent();
}

int rendezvous_accept(int listener)
{
	(void)listener;
	return absent();
}

int network_make(const struct interface *pairs, int count)
{
	(void)pairs;
	(void)count;
	return absent();
}

int network_make_beside(const struct interface *pairs, int count)
{
	return network_make(pairs, count);
}

int network_last_fd(void)
{
	return AGENT_LISTEN_FD;
}

int network_enter(bool container)
{
	(void)container;
	return absent();
}

void network_drop(void)
{
}
