// SPDX-License-Identifier: BSD-2-Clause
//
// Where the calls on a netmap descriptor go. The system's own, if there is a /dev/netmap: the kernel's,
// or that of a preloaded libunetmap.so. Else those of a libunetmap.so that is loaded here; as the
// event loop's own system calls do not pass through it, it is asked to ring before each sleep.
#ifndef NETMAP_BINDINGS_ENGINE_H_
#define NETMAP_BINDINGS_ENGINE_H_

#include <poll.h>
#include <sys/types.h>

struct engine {
	const char *name;
	int (*open)(const char *path, int flags, ...);
	int (*ioctl)(int fd, unsigned long request, ...);
	int (*poll)(struct pollfd *fds, nfds_t count, int ms);
	int (*close)(int fd);
	void *(*mmap)(void *addr, size_t len, int prot, int flags, int fd, off_t ofs);
	int (*sleep_begin)(int fd, short events); // these two: NULL where nobody need be asked
	int (*sleep_end)(int fd, int in_vain);
};

// Why something could not be done. `detail` may be empty.
struct failure {
	int error;
	const char *call;
	char detail[512];
};

struct engine_wish {
	char *library; // path of libunetmap.so, or its name for the dynamic linker
	char *region;  // use unetmap with this region directory; "" = whatever there is
	char *fallback; // region to use where there is no /dev/netmap; "" = none
};

// Returns NULL with *why filled in if there is no netmap. Any thread may call it.
const struct engine *engine_choose(const struct engine_wish *wish, struct failure *why);

#endif
