// SPDX-License-Identifier: BSD-2-Clause
//
// A port's life before the engine hears of it: made, parsed, cloned, deleted; and the
// calls that do several steps at once.
#include <errno.h>
#include <string.h>

#include "port.h"

int
nmport_fail(struct nmport_d *d, int error, const char *why)
{
	nmctx_ferror(d->ctx, "%s: %s: %s", d->hdr.nr_name, why, strerror(error));
	errno = error;
	return -1;
}

void
nmport_push_cleanup(struct nmport_d *d, struct nmport_cleanup_d *cleanup)
{
	cleanup->next = d->clist;
	d->clist = cleanup;
}

static void
run_cleanups(struct nmport_d *d)
{
	struct nmport_cleanup_d *cleanup;

	while ((cleanup = d->clist)) {
		d->clist = cleanup->next;
		cleanup->cleanup(cleanup, d);
		nmctx_free(d->ctx, cleanup);
	}
}

struct nmport_d *
nmport_new_with_ctx(struct nmctx *ctx)
{
	struct nmport_d *d = nmctx_malloc(ctx, sizeof(*d));

	if (!d) {
		nmctx_ferror(ctx, "no memory for a port");
		errno = ENOMEM;
		return NULL;
	}
	memset(d, 0, sizeof(*d));
	nmreq_header_init(&d->hdr, NETMAP_REQ_REGISTER, &d->reg);
	d->ctx = ctx;
	d->fd = -1;
	return d;
}

struct nmport_d *
nmport_new(void)
{
	return nmport_new_with_ctx(nmctx_get());
}

void
nmport_delete(struct nmport_d *d)
{
	if (!d)
		return;
	nmport_undo_parse(d);
	nmctx_free(d->ctx, d);
}

void
nmport_undo_parse(struct nmport_d *d)
{
	run_cleanups(d);
	memset(&d->reg, 0, sizeof(d->reg));
	nmreq_header_init(&d->hdr, NETMAP_REQ_REGISTER, &d->reg);
}

static int
parse_steps(struct nmport_d *d, const char *s)
{
	if (nmreq_header_decode(&s, &d->hdr, d->ctx) == -1)
		return -1;
	if (nmreq_register_decode(&s, &d->reg, d->ctx) == -1)
		return -1;
	return nmreq_options_decode(s, nmport_opt_parsers(), d, d->ctx);
}

int
nmport_parse(struct nmport_d *d, const char *portspec)
{
	int error;

	if (parse_steps(d, portspec) == 0)
		return 0;
	error = errno;
	nmport_undo_parse(d);
	errno = error;
	return -1;
}

struct nmport_d *
nmport_clone(struct nmport_d *d)
{
	struct nmport_d *clone = nmport_new_with_ctx(d->ctx);

	if (!clone)
		return NULL;
	memcpy(clone->hdr.nr_name, d->hdr.nr_name, sizeof(d->hdr.nr_name));
	clone->reg = d->reg;
	return clone;
}

struct nmport_d *
nmport_prepare(const char *portspec)
{
	struct nmport_d *d = nmport_new();
	int error;

	if (!d || nmport_parse(d, portspec) == 0)
		return d;
	error = errno;
	nmport_delete(d);
	errno = error;
	return NULL;
}

void
nmport_undo_prepare(struct nmport_d *d)
{
	nmport_delete(d);
}

int
nmport_open_desc(struct nmport_d *d)
{
	int error;

	if (nmport_register(d) == -1)
		return -1;
	if (nmport_mmap(d) == 0)
		return 0;
	error = errno;
	nmport_undo_register(d);
	errno = error;
	return -1;
}

void
nmport_undo_open_desc(struct nmport_d *d)
{
	nmport_undo_mmap(d);
	nmport_undo_register(d);
}

struct nmport_d *
nmport_open(const char *portspec)
{
	struct nmport_d *d = nmport_prepare(portspec);
	int error;

	if (!d || nmport_open_desc(d) == 0)
		return d;
	error = errno;
	nmport_delete(d);
	errno = error;
	return NULL;
}

void
nmport_close(struct nmport_d *d)
{
	if (!d)
		return;
	nmport_undo_open_desc(d);
	nmport_delete(d);
}
