// SPDX-License-Identifier: BSD-2-Clause
//
// The options of a port's name: conf, share, extmem, offset.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port.h"

// A decimal value in [0, max] into *number; an unset key leaves it alone.
static int
take_value(struct nmreq_parse_ctx *parse, int key, uint64_t max, uint64_t *number)
{
	const char *text = parse->keys[key];
	unsigned long long value;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && value <= max) {
		*number = value;
		return 0;
	}
	nmctx_ferror(parse->ctx, "'%s': not a number from 0 to %llu", text, (unsigned long long)max);
	errno = EINVAL;
	return -1;
}

// ---- conf ------------------------------------------------------------------------

enum {
	CONF_RINGS,
	CONF_HOST_RINGS,
	CONF_SLOTS,
	CONF_TX_RINGS,
	CONF_RX_RINGS,
	CONF_HOST_TX_RINGS,
	CONF_HOST_RX_RINGS,
	CONF_TX_SLOTS,
	CONF_RX_SLOTS
};

static int
take_u16(struct nmreq_parse_ctx *parse, int key, uint16_t *to)
{
	uint64_t value = *to;
	int result = take_value(parse, key, UINT16_MAX, &value);

	*to = (uint16_t)value;
	return result;
}

static int
take_u32(struct nmreq_parse_ctx *parse, int key, uint32_t *to)
{
	uint64_t value = *to;
	int result = take_value(parse, key, UINT32_MAX, &value);

	*to = (uint32_t)value;
	return result;
}

// The keys for one direction come last, so that they win over those for both.
static int
parse_conf(struct nmreq_parse_ctx *parse)
{
	struct nmreq_register *reg = &((struct nmport_d *)parse->token)->reg;

	return take_u16(parse, CONF_RINGS, &reg->nr_tx_rings) ||
		take_u16(parse, CONF_RINGS, &reg->nr_rx_rings) ||
		take_u16(parse, CONF_HOST_RINGS, &reg->nr_host_tx_rings) ||
		take_u16(parse, CONF_HOST_RINGS, &reg->nr_host_rx_rings) ||
		take_u32(parse, CONF_SLOTS, &reg->nr_tx_slots) ||
		take_u32(parse, CONF_SLOTS, &reg->nr_rx_slots) ||
		take_u16(parse, CONF_TX_RINGS, &reg->nr_tx_rings) ||
		take_u16(parse, CONF_RX_RINGS, &reg->nr_rx_rings) ||
		take_u16(parse, CONF_HOST_TX_RINGS, &reg->nr_host_tx_rings) ||
		take_u16(parse, CONF_HOST_RX_RINGS, &reg->nr_host_rx_rings) ||
		take_u32(parse, CONF_TX_SLOTS, &reg->nr_tx_slots) ||
		take_u32(parse, CONF_RX_SLOTS, &reg->nr_rx_slots)
		? -1
		: 0;
}

// ---- share -----------------------------------------------------------------------

static int
parse_share(struct nmreq_parse_ctx *parse)
{
	struct nmport_d *d = parse->token;
	const char *port = parse->keys[0];
	int32_t mem_id = nmreq_get_mem_id(&port, parse->ctx);

	if (mem_id < 0)
		return -1;
	if (d->reg.nr_mem_id == 0 || d->reg.nr_mem_id == mem_id) {
		d->reg.nr_mem_id = (uint16_t)mem_id;
		return 0;
	}
	nmctx_ferror(parse->ctx, "'%s' is in region %d, not in the one asked for by '@%d'", parse->keys[0],
		mem_id, d->reg.nr_mem_id);
	errno = EINVAL;
	return -1;
}

// ---- extmem ----------------------------------------------------------------------

enum {
	EXTMEM_FILE,
	EXTMEM_IF_NUM,
	EXTMEM_IF_SIZE,
	EXTMEM_RING_NUM,
	EXTMEM_RING_SIZE,
	EXTMEM_BUF_NUM,
	EXTMEM_BUF_SIZE
};

struct option_cleanup {
	struct nmport_cleanup_d base;
	struct nmreq_option *option;
	void *mapped; // memory that is ours to unmap, or NULL
	size_t mapped_size;
};

static void
drop_option(struct nmport_cleanup_d *self, struct nmport_d *d)
{
	struct option_cleanup *cleanup = (struct option_cleanup *)self;

	nmreq_remove_option(&d->hdr, cleanup->option);
	if ((void *)d->extmem == (void *)cleanup->option)
		d->extmem = NULL;
	if (cleanup->mapped)
		munmap(cleanup->mapped, cleanup->mapped_size);
	nmctx_free(d->ctx, cleanup->option);
}

// A zeroed option of the given size, pushed on d and removed again with it.
static struct option_cleanup *
push_option(struct nmport_d *d, uint32_t reqtype, size_t size)
{
	struct option_cleanup *cleanup = nmctx_malloc(d->ctx, sizeof(*cleanup));
	struct nmreq_option *option = nmctx_malloc(d->ctx, size);

	if (!cleanup || !option) {
		nmctx_free(d->ctx, cleanup);
		nmctx_free(d->ctx, option);
		nmport_fail(d, ENOMEM, "no memory for an option");
		return NULL;
	}
	memset(cleanup, 0, sizeof(*cleanup));
	memset(option, 0, size);
	option->nro_reqtype = reqtype;
	cleanup->option = option;
	cleanup->base.cleanup = drop_option;
	nmreq_push_option(&d->hdr, option);
	nmport_push_cleanup(d, &cleanup->base);
	return cleanup;
}

static struct option_cleanup *
push_extmem(struct nmport_d *d, void *base, size_t size)
{
	struct option_cleanup *cleanup;

	if (d->register_done || d->extmem) {
		nmport_fail(d, EINVAL, "external memory must be given once, before registration");
		return NULL;
	}
	cleanup = push_option(d, NETMAP_REQ_OPT_EXTMEM, sizeof(*d->extmem));
	if (!cleanup)
		return NULL;
	d->extmem = (struct nmreq_opt_extmem *)cleanup->option;
	d->extmem->nro_usrptr = (uintptr_t)base;
	d->extmem->nro_info.nr_memsize = size;
	return cleanup;
}

int
nmport_extmem(struct nmport_d *d, void *base, size_t size)
{
	return push_extmem(d, base, size) ? 0 : -1;
}

static void *
map_file(const char *path, size_t *size)
{
	int error, fd = open(path, O_RDWR);
	void *mem = MAP_FAILED;
	struct stat st;

	if (fd == -1)
		return MAP_FAILED;
	if (fstat(fd, &st) == 0) {
		*size = (size_t)st.st_size;
		mem = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	error = errno;
	close(fd);
	errno = error;
	return mem;
}

int
nmport_extmem_from_file(struct nmport_d *d, const char *path)
{
	struct option_cleanup *cleanup;
	size_t size = 0;
	void *mem = map_file(path, &size);

	if (mem == MAP_FAILED)
		return nmport_fail(d, errno, path);
	cleanup = push_extmem(d, mem, size);
	if (!cleanup) {
		munmap(mem, size);
		return -1;
	}
	cleanup->mapped = mem;
	cleanup->mapped_size = size;
	return 0;
}

struct nmreq_pools_info *
nmport_extmem_getinfo(struct nmport_d *d)
{
	return d->extmem ? &d->extmem->nro_info : NULL;
}

static int
parse_extmem(struct nmreq_parse_ctx *parse)
{
	struct nmport_d *d = parse->token;
	struct nmreq_pools_info *info;

	if (nmport_extmem_from_file(d, parse->keys[EXTMEM_FILE]) == -1)
		return -1;
	info = &d->extmem->nro_info;
	return take_u32(parse, EXTMEM_IF_NUM, &info->nr_if_pool_objtotal) ||
		take_u32(parse, EXTMEM_IF_SIZE, &info->nr_if_pool_objsize) ||
		take_u32(parse, EXTMEM_RING_NUM, &info->nr_ring_pool_objtotal) ||
		take_u32(parse, EXTMEM_RING_SIZE, &info->nr_ring_pool_objsize) ||
		take_u32(parse, EXTMEM_BUF_NUM, &info->nr_buf_pool_objtotal) ||
		take_u32(parse, EXTMEM_BUF_SIZE, &info->nr_buf_pool_objsize)
		? -1
		: 0;
}

// ---- offset ----------------------------------------------------------------------

enum { OFFSET_INITIAL, OFFSET_MAX, OFFSET_BITS, OFFSET_MINGAP };

int
nmport_offset(struct nmport_d *d, uint64_t initial, uint64_t maxoff, uint64_t bits, uint64_t mingap)
{
	struct option_cleanup *cleanup;
	struct nmreq_opt_offsets *offsets;

	if (initial > maxoff || bits > 64)
		return nmport_fail(d, EINVAL, "an offset is beyond its maximum");
	cleanup = push_option(d, NETMAP_REQ_OPT_OFFSETS, sizeof(*offsets));
	if (!cleanup)
		return -1;
	offsets = (struct nmreq_opt_offsets *)cleanup->option;
	offsets->nro_max_offset = maxoff;
	offsets->nro_initial_offset = initial;
	offsets->nro_offset_bits = (uint32_t)bits;
	offsets->nro_min_gap = mingap;
	return 0;
}

static int
parse_offset(struct nmreq_parse_ctx *parse)
{
	uint64_t initial = 0, max = 0, bits = 0, mingap = 0;

	if (take_value(parse, OFFSET_INITIAL, UINT64_MAX, &initial) == -1)
		return -1;
	max = initial;
	if (take_value(parse, OFFSET_MAX, UINT64_MAX, &max) == -1 ||
		take_value(parse, OFFSET_BITS, 64, &bits) == -1 ||
		take_value(parse, OFFSET_MINGAP, UINT64_MAX, &mingap) == -1)
		return -1;
	return nmport_offset(parse->token, initial, max, bits, mingap);
}

// ---- the table -------------------------------------------------------------------

static struct nmreq_opt_parser offset_parser = {
	.prefix = "offset",
	.parse = parse_offset,
	.default_key = OFFSET_INITIAL,
	.flags = NMREQ_OPTF_DISABLED,
	.nr_keys = 4,
	.keys = {{"initial", OFFSET_INITIAL, NMREQ_OPTK_DEFAULT | NMREQ_OPTK_MUSTSET}, {"max", OFFSET_MAX, 0},
		{"bits", OFFSET_BITS, 0}, {"mingap", OFFSET_MINGAP, 0}},
};

static struct nmreq_opt_parser extmem_parser = {
	.prefix = "extmem",
	.parse = parse_extmem,
	.default_key = EXTMEM_FILE,
	.next = &offset_parser,
	.nr_keys = 7,
	.keys = {{"file", EXTMEM_FILE, NMREQ_OPTK_DEFAULT | NMREQ_OPTK_MUSTSET},
		{"if_num", EXTMEM_IF_NUM, 0}, {"if_size", EXTMEM_IF_SIZE, 0},
		{"ring_num", EXTMEM_RING_NUM, 0}, {"ring_size", EXTMEM_RING_SIZE, 0},
		{"buf_num", EXTMEM_BUF_NUM, 0}, {"buf_size", EXTMEM_BUF_SIZE, 0}},
};

static struct nmreq_opt_parser share_parser = {
	.prefix = "share",
	.parse = parse_share,
	.default_key = 0,
	.next = &extmem_parser,
	.nr_keys = 1,
	.keys = {{"port", 0, NMREQ_OPTK_DEFAULT | NMREQ_OPTK_MUSTSET}},
};

static struct nmreq_opt_parser conf_parser = {
	.prefix = "conf",
	.parse = parse_conf,
	.default_key = -1,
	.next = &share_parser,
	.nr_keys = 9,
	.keys = {{"rings", CONF_RINGS, 0}, {"host_rings", CONF_HOST_RINGS, 0},
		{"slots", CONF_SLOTS, 0}, {"tx_rings", CONF_TX_RINGS, 0},
		{"rx_rings", CONF_RX_RINGS, 0}, {"host_tx_rings", CONF_HOST_TX_RINGS, 0},
		{"host_rx_rings", CONF_HOST_RX_RINGS, 0}, {"tx_slots", CONF_TX_SLOTS, 0},
		{"rx_slots", CONF_RX_SLOTS, 0}},
};

struct nmreq_opt_parser *
nmport_opt_parsers(void)
{
	return &conf_parser;
}

static int
set_disabled(const char *name, unsigned int flag)
{
	struct nmreq_opt_parser *parser = &conf_parser;

	while (parser && strcmp(parser->prefix, name) != 0)
		parser = parser->next;
	if (!parser) {
		errno = EOPNOTSUPP;
		return -1;
	}
	parser->flags = (parser->flags & ~NMREQ_OPTF_DISABLED) | flag;
	return 0;
}

int
nmport_disable_option(const char *name)
{
	return set_disabled(name, NMREQ_OPTF_DISABLED);
}

int
nmport_enable_option(const char *name)
{
	return set_disabled(name, 0);
}
