// SPDX-License-Identifier: BSD-2-Clause
//
// What this library stands in front of. REAL(name) is the next definition in line: libc's, or a
// sanitizer's. Looked up when first needed: a process that never calls it pays nothing.
#ifndef UNETMAP_CLIENT_REAL_H_
#define UNETMAP_CLIENT_REAL_H_

#include <dlfcn.h>

#include "core/barriers.h"

#define EXPORT __attribute__((visibility("default")))

#define REAL(name)                                                                    \
	({                                                                            \
		static __typeof__(&name) real_function;                               \
		if (__builtin_expect(!glance(&real_function), 0))                     \
			scribble(&real_function, (__typeof__(&name))dlsym(RTLD_NEXT, #name)); \
		glance(&real_function);                                               \
	})

#endif
