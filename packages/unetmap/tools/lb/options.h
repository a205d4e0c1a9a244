// SPDX-License-Identifier: BSD-2-Clause
#ifndef LB_OPTIONS_H
#define LB_OPTIONS_H

#include <stdint.h>

#define MAX_GROUPS 64

struct group_spec {
	char name[64]; // of the pipes; empty: that of the input port
	uint32_t pipes;
};

struct options {
	char port[256];
	struct group_spec groups[MAX_GROUPS];
	uint32_t group_count;
	uint32_t extra_buffers;
	uint32_t batch; // slots taken from an input ring at once
	unsigned int link_wait_s;
	unsigned int stdout_period_s; // 0 = never
	unsigned int syslog_period_s;
	int busy;
};

// Fills o from the command line; on a mistake says what on stderr, prints the usage
// and exits with 1.
void options_parse(struct options *o, int argc, char **argv);

#endif
