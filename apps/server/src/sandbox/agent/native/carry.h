// SPDX-License-Identifier: BSD-2-Clause
/*
 * Many streams to the agent over one: where a sandbox is reached through a single pair of stdin and stdout, `carry` runs
 * beside the agent and connects each channel to it.
 *
 *     0            4      5            9
 *     +------------+------+------------+------- - - -
 *     | channel,LE | kind | length, LE | body
 *     +------------+------+------------+------- - - -
 *
 * Each side may have CARRY_WINDOW bytes of a channel on their way; the other gives credit for what it passed on. So a
 * program whose output nobody reads holds nobody up but itself. `carrier.ts` is the other end.
 */
#pragma once
#include <stdint.h>

#define CARRY_HEADER_BYTES 9
#define CARRY_MOST_BODY (64 * 1024)
#define CARRY_WINDOW (256 * 1024)

enum carry_kind {
	CARRY_OPEN = 1,   /* server: connects a channel of that number to the agent */
	CARRY_DATA,
	CARRY_CREDIT,     /* u32 bytes more may come */
	CARRY_CLOSE,      /* there is no such channel any more; also when the agent does not answer */
};

/* Runs until stdin ends. */
int carry_main(void);
