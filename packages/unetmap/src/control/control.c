// SPDX-License-Identifier: BSD-2-Clause
#include "control/control.h"

#include <errno.h>
#include <net/netmap.h>
#include <sys/mman.h>
#include <unetmap/rings.h>
#include <unistd.h>

#include "control/entry.h"
#include "control/request.h"
#include "core/area.h"
#include "core/desc.h"
#include "core/hold.h"
#include "core/region.h"
#include "ports/port.h"
#include "ports/sync.h"

int control_open(int open_flags, int *fd)
{
	int desc = region_attach(1);

	if (desc)
		return desc;
	control_enter();
	desc = desc_create(open_flags, fd);
	control_leave();
	return desc;
}

void control_closed(uint16_t desc)
{
	control_enter();
	control_leave();
}

// A sync that somebody may hold. After a signal it is made and does not stop again.
static int sync_steps(struct desc *d, enum ring_dir dir)
{
	const uint16_t id = hold_any() ? observe(&d->port) : NONE;
	const uint16_t call = dir == TX ? UNETMAP_CALL_TXSYNC : UNETMAP_CALL_RXSYNC;
	int error, interrupted;

	if (id == NONE)
		return sync_rings(d, dir);
	interrupted = hold_enter(port_at(id), call);
	error = sync_rings(d, dir);
	if (!interrupted)
		hold_leave(port_at(id), call);
	return error;
}

int control_ioctl(uint16_t desc, unsigned long request, uint64_t argument)
{
	switch (request) {
	case NIOCTXSYNC:
		return sync_steps(&segment->descs[desc], TX);
	case NIOCRXSYNC:
		return sync_steps(&segment->descs[desc], RX);
	case NIOCREGIF:
		return legacy_register(desc, argument);
	case NIOCGINFO:
		return legacy_info(desc, argument);
	case NIOCCONFIG:
		return module_config(argument);
	case NIOCCTRL:
		return request_handle(desc, argument);
	default:
		return -EOPNOTSUPP;
	}
}

static int is_inside(const struct area *a, size_t len, off_t ofs)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	const uint64_t bytes = (len + page - 1) / page * page;

	return ofs >= 0 && bytes >= len && bytes <= a->map_bytes && (uint64_t)ofs <= a->map_bytes - bytes;
}

void *control_mmap(uint16_t desc, void *addr, size_t len, int prot, int flags, off_t ofs)
{
	const struct desc *d = &segment->descs[desc];

	if (observe(&d->port) == NONE || !is_inside(&segment->areas[d->area], len, ofs)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return area_map_for_program(d->area, desc, addr, len, prot, flags, ofs);
}
