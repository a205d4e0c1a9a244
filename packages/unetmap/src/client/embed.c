// SPDX-License-Identifier: BSD-2-Clause
//
// The public calls for programs that load this library by themselves.
#include "unetmap/embed.h"

#include <errno.h>
#include <poll.h>

#include "client/fds.h"
#include "client/outside.h"
#include "client/real.h"
#include "core/doorbell.h"
#include "core/region.h"

static int result(int error)
{
	if (!error)
		return 0;
	errno = -error;
	return -1;
}

EXPORT int unetmap_region(const char *directory)
{
	return result(region_use(directory));
}

static struct desc *desc_of(int fd)
{
	int id = fd_desc(fd);

	return id < 0 ? NULL : &segment->descs[id];
}

EXPORT int unetmap_sleep_begin(int fd, short events)
{
	struct desc *d = desc_of(fd);
	int error;

	if (!d)
		return result(-EBADF);
	doorbell_arm(d);
	if (events & POLLIN)
		doorbell_want(d, RX);
	if (events & POLLOUT)
		doorbell_want(d, TX);
	full_fence();
	error = outside_watch(d - segment->descs, events);
	if (error)
		doorbell_disarm(d);
	return result(error);
}

EXPORT int unetmap_sleep_end(int fd, int in_vain)
{
	struct desc *d = desc_of(fd);

	if (!d)
		return result(-EBADF);
	outside_unwatch(d - segment->descs);
	if (in_vain || !doorbell_is_shared(d))
		doorbell_drain(fd);
	doorbell_disarm(d);
	return 0;
}
