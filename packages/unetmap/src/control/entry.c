// SPDX-License-Identifier: BSD-2-Clause
#include "control/entry.h"

#include "core/area.h"
#include "core/barriers.h"
#include "core/liveness.h"
#include "core/region.h"
#include "ports/module.h"
#include "ports/nic_device.h"
#include "ports/port.h"

void control_enter(void)
{
	uint32_t interrupted;

	client_self();
	region_lock();
	interrupted = segment->changing;
	publish(&segment->changing, 1);
	ports_reap(interrupted);
	modules_reap();
}

void control_leave(void)
{
	nic_device_drop_stale();
	publish(&segment->changing, 0);
	area_drop_stale_views();
	region_unlock();
}
