// SPDX-License-Identifier: BSD-2-Clause
//
// Classic pcap files (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16
// bytes and a frame each, in either byte order, with microseconds or nanoseconds.
#ifndef TOOLS_PCAP_PCAP_H
#define TOOLS_PCAP_PCAP_H

#include <stdint.h>
#include <stdio.h>

#define PCAP_ERROR_SIZE 300
#define PCAP_FRAME_MAX 262144

struct pcap_frame {
	const uint8_t *bytes; // valid until the next call
	uint32_t size;          // bytes that the file holds
	uint32_t original;      // bytes the frame had
	uint64_t ts_ns;
};

struct pcap_reader {
	FILE *file;
	int swapped;
	int nanoseconds;
	uint8_t *frame;
	char *error; // as given to open: what went wrong, when next returns -1
	char path[200];
};

// Path "-" is stdin.  Returns 0, or -1 with a sentence in error[PCAP_ERROR_SIZE].
int pcap_reader_open(struct pcap_reader *r, const char *path, char *error);

// 1 = a frame, 0 = the end, -1 = a broken file, with a sentence in the reader's error.
int pcap_reader_next(struct pcap_reader *r, struct pcap_frame *frame);

// Back to the first frame: 0, or -1 if the file is a stream.
int pcap_reader_rewind(struct pcap_reader *r);

void pcap_reader_close(struct pcap_reader *r);

// Ethernet, microseconds, this machine's byte order.  Both return 0, or -1 with errno.
int pcap_write_header(FILE *file);
int pcap_write_frame(FILE *file, const struct pcap_frame *frame);

// Hexadecimal and text, 16 bytes a line.
void pcap_dump_bytes(FILE *file, const uint8_t *bytes, uint32_t size);

#endif
