// SPDX-License-Identifier: BSD-2-Clause
/* Frames with a number in them: broadcasts of a type that is free for experiments. */
#ifndef FRAMES_H
#define FRAMES_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FRAME_BYTES = 60, NUMBER_AT = 14 };

/* Writes a frame with this number into a buffer. Returns its length. */
static inline uint16_t
fill_frame(char *buffer, uint32_t number)
{
	static const uint8_t header[NUMBER_AT] = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 7, 0x88, 0xb5 };
	uint32_t carried = htonl(number);

	memset(buffer, 0, FRAME_BYTES);
	memcpy(buffer, header, sizeof(header));
	memcpy(buffer + NUMBER_AT, &carried, sizeof(carried));
	return FRAME_BYTES;
}

/* Prints a line for the packet of one slot. */
static inline void
show_frame(uint32_t slot, uint32_t buf_idx, const char *buffer, uint16_t len)
{
	uint32_t carried = 0;

	if (len >= NUMBER_AT + sizeof(carried))
		memcpy(&carried, buffer + NUMBER_AT, sizeof(carried));
	printf("slot %u, buffer %u: %u bytes, number %u\n", slot, buf_idx, len, ntohl(carried));
}

#endif
