// SPDX-License-Identifier: BSD-2-Clause
/* What a process may do, and what anything that it becomes could ever be given: as bits, `1u << CAP_...`. */
#pragma once
#include <linux/capability.h>
#include <stdint.h>

/* A user namespace of this process's own, in which it has every right and is who it was. Returns 0, or -1 with errno. */
int capabilities_take_here(void);
/* These, which it has, outlive becoming an ordinary user's program. Returns 0, or -1 with errno. */
int capabilities_keep_across_exec(uint32_t rights);
/* The others go for good, with everything that could be had again: the bounding set is empty. Returns 0, or -1 with errno. */
int capabilities_only(uint32_t rights);
