// SPDX-License-Identifier: BSD-2-Clause
//
// Pointers that the program hands in. A bad one must come back as EFAULT, as from the kernel, not
// as a crash inside the library.
#ifndef UNETMAP_CORE_USER_MEMORY_H_
#define UNETMAP_CORE_USER_MEMORY_H_

#include <stddef.h>
#include <stdint.h>

// Both return 0 or -EFAULT.
int copy_from_user(void *to, uint64_t from, size_t bytes);
int copy_to_user(uint64_t to, const void *from, size_t bytes);

#endif
