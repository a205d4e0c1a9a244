// SPDX-License-Identifier: BSD-2-Clause
//
// AddressSanitizer's runtime refuses to start when another library is loaded before it. This one
// gets along with it, and says so where the runtime looks. A program's own definition, and
// ASAN_OPTIONS, still come first.
#include "client/real.h"

const char *__asan_default_options(void);

EXPORT const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}
