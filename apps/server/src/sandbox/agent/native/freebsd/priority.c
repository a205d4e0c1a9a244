// SPDX-License-Identifier: BSD-2-Clause
#include "../priority.h"
#include "../limits.h"

#include <sys/types.h>
#include <sys/resource.h>

/* The scheduler finds out by itself who wakes often and runs briefly. */
void priority_of_agent(void)
{
}

void priority_of_program(bool interactive)
{
	setpriority(PRIO_PROCESS, 0, interactive ? 0 : limits.nice);
}
