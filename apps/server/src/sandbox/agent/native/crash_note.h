// SPDX-License-Identifier: BSD-2-Clause
/* What a crashing program leaves for its supervisor: a file named by its process id. */
#pragma once
#include <stdint.h>

#define CRASH_NOTES_VARIABLE "RINGLAB_NOTES"
#define CRASH_FRAMES 16
#define CRASH_MODULE_BYTES 120

struct crash_frame {
	uint64_t address;                  /* as the module's own symbol table counts */
	char module[CRASH_MODULE_BYTES];
};

struct crash_note {
	int32_t signal;
	int32_t has_address;
	uint64_t fault_address;
	uint32_t count;
	uint32_t reserved;
	struct crash_frame frames[CRASH_FRAMES];
};
