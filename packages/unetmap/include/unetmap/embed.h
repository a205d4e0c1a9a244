// SPDX-License-Identifier: BSD-2-Clause
//
// For programs that load libunetmap.so themselves (dlopen) instead of being run with it
// preloaded: a plug-in, say, in a host that it did not start.  They take open, ioctl,
// mmap, poll and close for "/dev/netmap" from the library with dlsym.  Their host's event
// loop then sleeps in the kernel, where the library is not asked; so they ask before:
//
//	unetmap_sleep_begin(fd, POLLIN);
//	if (poll(fd, POLLIN, 0 ms) finds nothing)	// the library's poll
//		... sleep until the kernel says that fd is readable, then poll again ...
//	unetmap_sleep_end(fd, found_nothing);
//
// All of them may also be found in a process that has the library preloaded; there no one
// needs the two about sleeping.
#ifndef _UNETMAP_EMBED_H_
#define _UNETMAP_EMBED_H_

#ifdef __cplusplus
extern "C" {
#endif

// The region directory of this process, an absolute path, in place of UNETMAP_DIR.  On
// failure returns -1 and sets errno: EINVAL if the path is not absolute, ENAMETOOLONG,
// EBUSY if this process already uses another one.
int unetmap_region(const char *directory);

// From now until unetmap_sleep_end the kernel shows fd readable once there is something
// to do for `events` (POLLIN, POLLOUT).  What was there before the call is not shown: look
// once more before sleeping.  For a port of a network device a thread of the library sees to
// it, which takes no signals.  On failure returns -1 and sets errno: EBADF if fd is not
// netmap's; EAGAIN, EMFILE or ENOMEM if that thread cannot be had.
int unetmap_sleep_begin(int fd, short events);

// Undoes unetmap_sleep_begin, once each.  `in_vain` is whether the caller woke and found
// nothing: where others sleep on the same descriptor, what woke it is left for them,
// unless it was in vain.  Fails as unetmap_sleep_begin does.
int unetmap_sleep_end(int fd, int in_vain);

#ifdef __cplusplus
}
#endif

#endif
