// SPDX-License-Identifier: BSD-2-Clause
//
// Which paths are /dev/netmap: however they are written, and from within whatever directory.
#ifndef UNETMAP_CLIENT_DEVICE_PATH_H_
#define UNETMAP_CLIENT_DEVICE_PATH_H_

// False for a pointer to nowhere: then the kernel is asked, and says so. errno is kept.
int device_is(const char *path);
int device_is_at(int dir, const char *path);

#endif
