// SPDX-License-Identifier: BSD-2-Clause
/* What a switch knows: behind which of its ports each station is. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAC_BYTES 6
#define STATIONS 64

/* Besides the number of a port, decide() may say: */
#define FLOOD (-1)	/* to every port but the one it came from */
#define DROP (-2)	/* to none */

struct station {
	bool used;
	uint8_t mac[MAC_BYTES];
	int port;
	uint64_t seen_ms;	/* when it last sent something */
};

struct table {
	struct station stations[STATIONS];
	uint64_t age_ms;	/* who was silent for longer is forgotten */
};

/*
 * What to do with a frame of `len` bytes that came in on port `in`. Bytes 0 to 5 of a frame are the address it goes to, 6 to 11 the
 * address it is from.
 */
int decide(struct table *t, int in, const uint8_t *frame, size_t len, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
