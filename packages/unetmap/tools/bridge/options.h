// SPDX-License-Identifier: BSD-2-Clause
#ifndef BRIDGE_OPTIONS_H
#define BRIDGE_OPTIONS_H

#include <stdint.h>

struct options {
	char a[256], b[256]; // the ports' names
	uint32_t burst;
	unsigned int link_wait_s;
	int copies; // even where memory is shared
	int verbose;
};

// Fills o from the command line; on a mistake says what on stderr, prints the usage
// and exits with 1.
void options_parse(struct options *o, int argc, char **argv);

#endif
