// SPDX-License-Identifier: BSD-2-Clause
//
// Giving a port to a guest: two NIOCCTRL requests and one flag more than netmap has.
//
// The port is registered exclusively, with all its rings and with UNETMAP_NR_PASSTHROUGH
// among nr_flags.  Its memory is then laid out for a guest, and UNETMAP_REQ_PASSTHROUGH_GET
// says in which file it is, which becomes the memory of a device of the guest:
//
//	qemu ... -object memory-backend-file,id=m,share=on,size=BYTES,mem-path=PATH
//		 -device ivshmem-plain,memdev=m
//
// The guest's libunetmap.so finds the port there.  Who registered it syncs it for the
// guest, by UNETMAP_REQ_PASSTHROUGH_SERVE, again and again; NIOCTXSYNC, NIOCRXSYNC and poll
// do the same once.
//
// Registering fails with EBUSY if the port is there already and was not made for a guest,
// with EINVAL with a memory id or for some of the rings only, and with EOPNOTSUPP for what is
// neither on a switch nor a pipe.  A port that a guest has, or had, is opened by nobody else
// while it lives: EBUSY.  On an engine without the requests they fail with EINVAL.
#ifndef _UNETMAP_PASSTHROUGH_H_
#define _UNETMAP_PASSTHROUGH_H_

#include <net/netmap.h>
#include <stdint.h>

#define UNETMAP_NR_PASSTHROUGH 0x100000000ull

#define UNETMAP_REQ_PASSTHROUGH_GET 0x5521
#define UNETMAP_REQ_PASSTHROUGH_SERVE 0x5522

// nr_name is not looked at.  Fails with ENXIO if the descriptor has no port of a guest.
struct unetmap_passthrough {
	char guest_name[NETMAP_REQ_IFNAMSIZ]; // in: what the guest is to call it; empty = as here
	uint64_t bytes;			      // out: of the device's memory, a power of two
	char path[2048];		      // out
};

// Syncs the port's rings whenever the guest or its neighbors did something, for `for_ms`.
// With nothing to do it sleeps, at first shortly, in the end for nap_us; what neighbors do
// ends the sleep, and what the guest does is seen after it.  Returns before its time if a
// signal comes (and then succeeds), and with ENXIO when the port is gone.
struct unetmap_passthrough_serve {
	uint32_t for_ms;
	uint32_t nap_us; // 1 to 100000
};

#endif
