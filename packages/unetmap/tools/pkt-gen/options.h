// SPDX-License-Identifier: BSD-2-Clause
#ifndef PKT_GEN_OPTIONS_H
#define PKT_GEN_OPTIONS_H

#include <stdint.h>

#include "addresses.h"

enum job { JOB_TX, JOB_RX, JOB_PING, JOB_PONG, JOB_TXSEQ, JOB_RXSEQ };

// Bits of -o; the letters that set one are in brackets.
enum {
	OPT_PREFETCH = 1,  // accepted, no effect: frames are prefilled
	OPT_ACCESS = 2,    // rx reads each frame
	OPT_COPY = 4,      // tx writes each frame anew, every time
	OPT_MEMCPY = 8,    // accepted, the same as OPT_COPY
	OPT_TS = 16,       // accepted, no effect
	OPT_INDIRECT = 32, // [-I]
	OPT_DUMP = 64,     // [-X]
	OPT_RUBBISH = 256, // [-r]
	OPT_RANDOM_SRC = 512,   // [-z]
	OPT_RANDOM_DST = 1024,  // [-Z]
	OPT_PPS_STATS = 2048,   // [-A]
	OPT_UPDATE_CSUM = 4096, // accepted, checksums are always right
	OPT_ALL = 0x1f7f,       // 128 means nothing
};

struct options {
	char port[256];
	enum job job;
	uint64_t count; // 0 = endless
	uint32_t frame_bytes;
	uint32_t frame_bytes_min; // below frame_bytes: sizes are random
	uint32_t burst;
	struct endpoint_range src, dst;
	struct mac src_mac, dst_mac;
	int src_mac_given;
	int family; // AF_INET, AF_INET6
	int cpus; // 0 = 1, but with first_cpu all
	int first_cpu; // -1 = threads float
	int threads;
	int report_ms;
	int link_wait_s; // -1 = 0 for switch ports and pipes, 2 for devices
	uint64_t rate_pps;
	uint32_t fragments;
	uint32_t fragment_bytes; // 0 = as large as a buffer
	uint32_t vnet_header_bytes;
	const char *pcap_path;
	uint32_t tx_slots, rx_slots, tx_rings, rx_rings; // -C; 0 = the port's own
	uint32_t option_bits;
	int plain_numbers;
	int framing_bits;
	int leave_when_idle;
	int verbose;
};

// Fills o from the command line; on a mistake says what on stderr, prints the usage
// and exits with 1.
void options_parse(struct options *o, int argc, char **argv);

void usage(int status) __attribute__((__noreturn__));

int is_sender(enum job job);

#endif
