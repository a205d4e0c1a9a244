// SPDX-License-Identifier: BSD-2-Clause
//
// The two steps that talk to the engine, and sending.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "port.h"

static const char *
refused_option(struct nmport_d *d)
{
	struct nmreq_option *option;

	nmreq_foreach_option(&d->hdr, option)
		if (option->nro_status)
			return nmreq_option_name(option->nro_reqtype);
	return NULL;
}

static int
register_failed(struct nmport_d *d, int error)
{
	const char *option = refused_option(d);

	if (option)
		nmctx_ferror(d->ctx, "%s: option %s was refused", d->hdr.nr_name, option);
	close(d->fd);
	d->fd = -1;
	return nmport_fail(d, error, "cannot register");
}

int
nmport_register(struct nmport_d *d)
{
	if (d->register_done)
		return nmport_fail(d, EINVAL, "already registered");
	d->fd = open(NETMAP_DEVICE_NAME, O_RDWR);
	if (d->fd == -1)
		return nmport_fail(d, errno, "cannot open " NETMAP_DEVICE_NAME);
	if (ioctl(d->fd, NIOCCTRL, &d->hdr) == -1)
		return register_failed(d, errno);
	d->register_done = 1;
	return 0;
}

void
nmport_undo_register(struct nmport_d *d)
{
	if (d->fd != -1)
		close(d->fd);
	d->fd = -1;
	d->register_done = 0;
}

// ---- regions: mapped once in a context --------------------------------------------

static struct nmem_d *
find_region(struct nmctx *ctx, uint16_t mem_id)
{
	struct nmem_d *mem = ctx->mem_descs;

	while (mem && mem->mem_id != mem_id)
		mem = mem->next;
	return mem;
}

static void
link_region(struct nmctx *ctx, struct nmem_d *mem)
{
	mem->next = ctx->mem_descs;
	if (mem->next)
		mem->next->prev = mem;
	ctx->mem_descs = mem;
}

static void
unlink_region(struct nmctx *ctx, struct nmem_d *mem)
{
	if (mem->prev)
		mem->prev->next = mem->next;
	else
		ctx->mem_descs = mem->next;
	if (mem->next)
		mem->next->prev = mem->prev;
}

static int
map_region(struct nmport_d *d, struct nmem_d *mem)
{
	mem->mem_id = d->reg.nr_mem_id;
	mem->size = d->reg.nr_memsize;
	mem->refcount = 1;
	if (d->extmem) {
		mem->mem = (void *)(uintptr_t)d->extmem->nro_usrptr;
		mem->is_extmem = 1;
		return 0;
	}
	mem->mem = mmap(NULL, mem->size, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, 0);
	return mem->mem == MAP_FAILED ? -1 : 0;
}

static int
new_region(struct nmport_d *d)
{
	struct nmem_d *mem = nmctx_malloc(d->ctx, sizeof(*mem));
	int error;

	if (!mem)
		return nmport_fail(d, ENOMEM, "no memory");
	memset(mem, 0, sizeof(*mem));
	if (map_region(d, mem) == -1) {
		error = errno;
		nmctx_free(d->ctx, mem);
		return nmport_fail(d, error, "cannot map");
	}
	link_region(d->ctx, mem);
	d->mem = mem;
	return 0;
}

static int
take_region(struct nmport_d *d)
{
	int result = 0;

	nmctx_lock(d->ctx);
	d->mem = find_region(d->ctx, d->reg.nr_mem_id);
	if (d->mem)
		d->mem->refcount++;
	else
		result = new_region(d);
	nmctx_unlock(d->ctx);
	return result;
}

static void
drop_region(struct nmport_d *d)
{
	struct nmem_d *mem = d->mem;

	nmctx_lock(d->ctx);
	if (--mem->refcount == 0) {
		unlink_region(d->ctx, mem);
		if (!mem->is_extmem)
			munmap(mem->mem, mem->size);
		nmctx_free(d->ctx, mem);
	}
	nmctx_unlock(d->ctx);
	d->mem = NULL;
}

// The bound rings are the ones with an offset, and they are neighbors.  If there are
// none, last is below first, so that loops over them do nothing.
static void
bound_rings(NETMAP_RO ssize_t *ring_ofs, uint32_t count, uint16_t *first, uint16_t *last)
{
	uint32_t i = 0;

	while (i < count && ring_ofs[i] == 0)
		i++;
	*first = (uint16_t)i;
	while (i < count && ring_ofs[i] != 0)
		i++;
	*last = (uint16_t)(i - 1);
	if (i == 0)
		*first = 1, *last = 0;
}

int
nmport_mmap(struct nmport_d *d)
{
	uint32_t tx, rx;

	if (d->mmap_done)
		return nmport_fail(d, EINVAL, "already mapped");
	if (!d->register_done)
		return nmport_fail(d, EINVAL, "cannot map before it is registered");
	if (take_region(d) == -1)
		return -1;
	d->nifp = NETMAP_IF(d->mem->mem, d->reg.nr_offset);
	tx = d->nifp->ni_tx_rings + d->nifp->ni_host_tx_rings;
	rx = d->nifp->ni_rx_rings + d->nifp->ni_host_rx_rings;
	bound_rings(d->nifp->ring_ofs, tx, &d->first_tx_ring, &d->last_tx_ring);
	bound_rings(d->nifp->ring_ofs + tx, rx, &d->first_rx_ring, &d->last_rx_ring);
	d->cur_tx_ring = d->first_tx_ring;
	d->cur_rx_ring = d->first_rx_ring;
	d->mmap_done = 1;
	return 0;
}

void
nmport_undo_mmap(struct nmport_d *d)
{
	if (!d->mmap_done)
		return;
	drop_region(d);
	d->mmap_done = 0;
	d->nifp = NULL;
	d->first_tx_ring = d->last_tx_ring = d->cur_tx_ring = 0;
	d->first_rx_ring = d->last_rx_ring = d->cur_rx_ring = 0;
}
