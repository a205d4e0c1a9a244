// SPDX-License-Identifier: BSD-2-Clause
/* System calls that programs do without. */
#pragma once

/* For this process and all it becomes. Where the kernel has no filters, nothing is forbidden. */
void forbid_calls(void);
