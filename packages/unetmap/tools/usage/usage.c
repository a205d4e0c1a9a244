// SPDX-License-Identifier: BSD-2-Clause
#include "usage/usage.h"

#include <stdio.h>
#include <stdlib.h>

void
show_usage(const char *text, int status)
{
	fputs(text, status == 0 ? stdout : stderr);
	exit(status);
}
