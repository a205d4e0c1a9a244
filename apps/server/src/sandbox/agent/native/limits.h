// SPDX-License-Identifier: BSD-2-Clause
#pragma once
#include <stdint.h>

/* What the agent itself enforces; set once from the command line. */
struct limits {
	uint64_t processes;          /* 0: not enforced (the kernel counts the user's processes everywhere) */
	int processes_held;          /* a control group does it; the agent only tells */
	uint64_t file_size_bytes;
	uint64_t open_files;
	uint64_t memory_bytes;       /* 0: a control group does it */
	uint64_t output_bytes_per_second;
	int nice;                    /* of programs that nobody types to */
};

extern struct limits limits;
