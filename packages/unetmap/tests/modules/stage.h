// SPDX-License-Identifier: BSD-2-Clause
//
// For the tests of this folder: ports in one process, frames with a number in them, and vale-module.
#ifndef STAGE_H
#define STAGE_H

#include <libnetmap.h>
#include <net/netmap_user.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"

// What the rest of a test is built on.
#define NEED(condition, ...)                     \
	do {                                     \
		if (!(condition)) {              \
			CHECK(0, __VA_ARGS__);   \
			exit(1);                 \
		}                                \
	} while (0)

enum { FRAME_BYTES = 60, NUMBER_AT = 46 };

static inline struct nmport_d *open_port(const char *name)
{
	struct nmport_d *d = nmport_open(name);

	NEED(d, "cannot open %s", name);
	return d;
}

// A UDP frame from MAC ..:src to MAC ..:dst (0xff = broadcast), UDP source port `flow`.
static inline void build_frame(unsigned char *f, int dst, int src, unsigned flow, unsigned number)
{
	memset(f, 0, FRAME_BYTES);
	if (dst == 0xff)
		memset(f, 0xff, 6);
	f[0] |= 2;
	f[5] = dst;
	f[6] = 2;
	f[11] = src;
	f[12] = 8;
	f[14] = 0x45;
	f[23] = 17;
	f[26] = 10, f[29] = 1, f[30] = 10, f[33] = 2;
	f[34] = flow >> 8, f[35] = flow, f[37] = 53;
	memcpy(f + NUMBER_AT, &number, sizeof number);
}

static inline void send_on(struct nmport_d *d, int ring, int dst, int src, unsigned first, unsigned count)
{
	struct netmap_ring *r = NETMAP_TXRING(d->nifp, ring);

	NEED(nm_ring_space(r) >= count, "room for %u of %u frames", nm_ring_space(r), count);
	for (unsigned i = 0; i < count; i++) {
		struct netmap_slot *slot = &r->slot[r->head];

		build_frame((unsigned char *)NETMAP_BUF(r, slot->buf_idx), dst, src, first + i, first + i);
		slot->len = FRAME_BYTES;
		r->head = r->cur = nm_ring_next(r, r->head);
	}
	CHECK(ioctl(d->fd, NIOCTXSYNC) == 0, "NIOCTXSYNC");
	CHECK(nm_ring_space(r) == r->num_slots - 1, "the tx ring is not empty after a sync");
}

static inline unsigned take(struct nmport_d *d, int ring, unsigned *numbers, unsigned room)
{
	struct netmap_ring *r = NETMAP_RXRING(d->nifp, ring);
	unsigned count = 0;

	CHECK(ioctl(d->fd, NIOCRXSYNC) == 0, "NIOCRXSYNC");
	for (; !nm_ring_empty(r) && count < room; count++) {
		memcpy(&numbers[count], NETMAP_BUF(r, r->slot[r->head].buf_idx) + NUMBER_AT, sizeof *numbers);
		r->head = r->cur = nm_ring_next(r, r->head);
	}
	return count;
}

// How many frames have arrived on ring 0, all of which are taken.
static inline unsigned arrived(struct nmport_d *d)
{
	unsigned numbers[1024];

	return take(d, 0, numbers, 1024);
}

// Runs `vale-module WORDS...` by the shell. Its exit status.
static inline int vale_module(const char *format, ...)
{
	char words[512], command[1024];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	snprintf(command, sizeof command, "%s/bin/vale-module %s", getenv("BUILD"), words);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// True if what `vale-module WORDS` prints, on stdout and stderr, has this in it.
static inline int says(const char *words, const char *wanted)
{
	char text[4096], command[1024];
	FILE *out;
	size_t n;

	snprintf(command, sizeof command, "%s/bin/vale-module %s 2>&1", getenv("BUILD"), words);
	out = popen(command, "r");
	NEED(out, "popen");
	n = fread(text, 1, sizeof text - 1, out);
	text[n] = 0;
	pclose(out);
	if (!strstr(text, wanted))
		fprintf(stderr, "vale-module %s says: %s", words, text);
	return strstr(text, wanted) != NULL;
}

// Whoever rules a switch at the end of a test, also one that ended early, is to leave.
static inline void unload_all(void)
{
	static const char *const switches[] = {"vale0:", "vale1:", "vale2:", "vale5:"};

	for (unsigned i = 0; i < sizeof switches / sizeof *switches; i++)
		vale_module("unload %s >/dev/null 2>&1", switches[i]);
}

static inline void load(const char *module, const char *sw)
{
	static int registered;

	if (!registered++)
		atexit(unload_all);
	NEED(vale_module("--patience 60000 load %s/modules/%s.so %s >/dev/null", getenv("BUILD"), module, sw) == 0, "load %s", module);
}

#endif
