// SPDX-License-Identifier: BSD-2-Clause
//
// The region directory: which one, entering it, and the control lock.
#ifndef UNETMAP_CORE_REGION_H_
#define UNETMAP_CORE_REGION_H_

#include <stddef.h>
#include <stdint.h>

#include "core/segment.h"

enum { REGION_PATH_BYTES = 4096 };

// Maps the control segment; creates directory and segment if asked to and they are missing.
// Returns 0, or -errno after one line on stderr (only if `create`): -ENOENT no such directory,
// -EACCES not ours to write, -ENXIO made by another version. Repeats are free.
int region_attach(int create);

// Says which directory that is, an absolute path, whatever the environment says. Returns 0, -EINVAL,
// -ENAMETOOLONG, or -EBUSY if another one is in use already.
int region_use(const char *dir);

// Writes the path of a file of the region directory; `format` as for printf.
void region_path(char path[REGION_PATH_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

// Takes the pages of a part of the control segment that nobody has used yet: 0 or -ENOMEM.
int region_back(const void *start, size_t bytes);

// 0, or -ENOMEM when the file system of the region has not so many bytes left. A promise that only
// holds for now.
int region_has_room(uint64_t bytes);

// The control lock, over all processes and threads. Not recursive. Never fails: if the directory
// has been taken away, this process's threads still exclude each other.
void region_lock(void);
void region_unlock(void);

// From here on this process can write to the control segment only while it holds the control lock:
// it is about to run code that nobody vouches for.
void region_guard(void);

// Around fork: no other thread of this process is inside the lock when the child begins.
void region_before_fork(void);
void region_after_fork(void);

#endif
