// SPDX-License-Identifier: BSD-2-Clause
#ifndef VALE_MODULE_RUN_H
#define VALE_MODULE_RUN_H

#include <stdint.h>

struct run_options {
	const char *file;
	const char *sw; // "vale0:"
	uint32_t patience_ms;
	int background; // return once it rules
};

// Lets the module rule the switch until it is unloaded or a signal comes. Returns the exit status.
int run(const struct run_options *options);

#endif
