// SPDX-License-Identifier: BSD-2-Clause
//
// For programs that include it by name: marks outside the rings and sync loops (struct nm_csb_atok, struct nm_csb_ktoa,
// nm_sync_kloop_appl_*) are part of net/netmap.h, and nothing else is here. What the ptnet device and its drivers have
// among themselves is not: ports are given to machines by another way (unetmap/passthrough.h).
#ifndef _NET_NETMAP_VIRT_H_
#define _NET_NETMAP_VIRT_H_

#include <net/netmap.h>

#endif
