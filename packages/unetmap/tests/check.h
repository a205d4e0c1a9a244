// SPDX-License-Identifier: BSD-2-Clause
//
// A test goes on after a failed check, says the first twenty, and exits with whether there were any.
#ifndef TESTS_CHECK_H_
#define TESTS_CHECK_H_

#include <stdio.h>

static int failures;

#define CHECK(ok, ...)                                             \
	do {                                                       \
		if (!(ok) && ++failures <= 20) {                   \
			printf("%s:%d: ", __FILE__, __LINE__);     \
			printf(__VA_ARGS__);                       \
			printf("\n");                              \
		}                                                  \
	} while (0)

#endif
