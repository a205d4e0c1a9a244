// SPDX-License-Identifier: BSD-2-Clause
#ifndef LIBNETMAP_PORT_H
#define LIBNETMAP_PORT_H

#include <libnetmap.h>

// Undone when the port is parsed anew or deleted, last one first.
struct nmport_cleanup_d {
	struct nmport_cleanup_d *next;
	void (*cleanup)(struct nmport_cleanup_d *self, struct nmport_d *d);
};

void nmport_push_cleanup(struct nmport_d *d, struct nmport_cleanup_d *cleanup);

// Says "NAME: why: strerror(error)", sets errno, returns -1.
int nmport_fail(struct nmport_d *d, int error, const char *why);

// Table of the options nmport_parse knows.
struct nmreq_opt_parser *nmport_opt_parsers(void);

#endif
