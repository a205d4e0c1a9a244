// SPDX-License-Identifier: BSD-2-Clause
//
// For programs that include it by name: the requests of before NIOCCTRL (struct nmreq, NIOCGINFO, NIOCREGIF,
// NETMAP_BDG_*) are part of net/netmap.h, and nothing else is here.
#ifndef _NET_NETMAP_LEGACY_H_
#define _NET_NETMAP_LEGACY_H_

#include <net/netmap.h>

#endif
