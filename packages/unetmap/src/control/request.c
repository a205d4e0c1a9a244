// SPDX-License-Identifier: BSD-2-Clause
#include "control/request.h"

#include <errno.h>
#include <string.h>
#include <unetmap/stats.h>

#include "control/control.h"
#include "core/user_memory.h"

enum { NEEDS_NO_LOCK = 1, NEEDS_NO_BODY = 2, NAME_BACK = 4, TAKES_OFFSETS = 8 };

struct kind {
	uint16_t type;
	uint16_t body_bytes;
	uint32_t flags;
	int (*handle)(struct request *r);
};

static int not_supported(struct request *r)
{
	return -EOPNOTSUPP;
}

static const struct kind kinds[] = {
	{NETMAP_REQ_REGISTER, sizeof(struct nmreq_register), TAKES_OFFSETS, request_register},
	{NETMAP_REQ_PORT_INFO_GET, sizeof(struct nmreq_port_info_get), 0, request_port_info},
	{NETMAP_REQ_VALE_ATTACH, sizeof(struct nmreq_vale_attach), 0, request_vale_attach},
	{NETMAP_REQ_VALE_DETACH, sizeof(struct nmreq_vale_detach), 0, request_vale_detach},
	{NETMAP_REQ_VALE_LIST, sizeof(struct nmreq_vale_list), NAME_BACK, request_vale_list},
	{NETMAP_REQ_PORT_HDR_SET, sizeof(struct nmreq_port_hdr), 0, request_port_hdr_set},
	{NETMAP_REQ_PORT_HDR_GET, sizeof(struct nmreq_port_hdr), 0, request_port_hdr_get},
	{NETMAP_REQ_VALE_NEWIF, sizeof(struct nmreq_vale_newif), 0, request_vale_newif},
	{NETMAP_REQ_VALE_DELIF, 0, NEEDS_NO_BODY, request_vale_delif},
	{NETMAP_REQ_VALE_POLLING_ENABLE, sizeof(struct nmreq_vale_polling), 0, request_vale_polling},
	{NETMAP_REQ_VALE_POLLING_DISABLE, sizeof(struct nmreq_vale_polling), 0, request_vale_polling},
	{NETMAP_REQ_POOLS_INFO_GET, sizeof(struct nmreq_pools_info), 0, request_pools_info},
	{NETMAP_REQ_SYNC_KLOOP_START, sizeof(struct nmreq_sync_kloop_start), 0, not_supported},
	{NETMAP_REQ_SYNC_KLOOP_STOP, 0, NEEDS_NO_BODY, not_supported},
	{NETMAP_REQ_CSB_ENABLE, 0, NEEDS_NO_BODY, not_supported},
	{UNETMAP_REQ_STATS_GET, sizeof(struct unetmap_stats), 0, request_stats},
};

static const struct kind *find_kind(uint16_t type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

// ---- options ----

enum { MAX_OPTIONS = 16 };

struct option_list {
	uint32_t count;
	uint64_t at[MAX_OPTIONS];
	struct nmreq_option head[MAX_OPTIONS];
};

static int read_options(struct option_list *list, uint64_t at)
{
	for (list->count = 0; at; list->count++) {
		if (list->count == MAX_OPTIONS)
			return -EMSGSIZE;
		if (copy_from_user(&list->head[list->count], at, sizeof list->head[0]))
			return -EFAULT;
		list->at[list->count] = at;
		at = list->head[list->count].nro_next;
	}
	return 0;
}

static int appears_twice(const struct option_list *list, uint32_t n)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (i != n && list->head[i].nro_reqtype == list->head[n].nro_reqtype)
			return 1;
	return 0;
}

static int judge(const struct option_list *list, uint32_t n, const struct kind *kind)
{
	if (appears_twice(list, n))
		return -EINVAL;
	if (list->head[n].nro_reqtype == NETMAP_REQ_OPT_OFFSETS && kind->flags & TAKES_OFFSETS)
		return 0;
	return -EOPNOTSUPP;
}

static int write_status(const struct option_list *list, uint32_t n, int error)
{
	uint32_t status = -error;

	return copy_to_user(list->at[n] + offsetof(struct nmreq_option, nro_status), &status, sizeof status);
}

// Every refused option gets its status; the request fails with the first one's.
static int check_options(const struct option_list *list, const struct kind *kind)
{
	int first_error = 0;

	for (uint32_t n = 0; n < list->count; n++) {
		int error = judge(list, n, kind);

		if (write_status(list, n, error))
			return -EFAULT;
		if (!first_error)
			first_error = error;
	}
	return first_error;
}

// ---- the request ----

static int run(struct request *r, const struct kind *kind, const struct option_list *options)
{
	struct nmreq_opt_offsets offsets;
	int error;

	if (options->count && copy_from_user(&offsets, options->at[0], sizeof offsets))
		return -EFAULT;
	r->offsets = options->count ? &offsets : NULL;
	control_enter();
	error = kind->handle(r);
	control_leave();
	if (r->offsets) {
		offsets.nro_opt.nro_status = -error;
		if (copy_to_user(options->at[0], &offsets, sizeof offsets))
			return -EFAULT;
	}
	return error;
}

static int write_back(const struct request *r, const struct kind *kind, uint64_t argument, uint64_t body)
{
	int error = kind->body_bytes ? copy_to_user(body, r->body, kind->body_bytes) : 0;

	if (!error && kind->flags & NAME_BACK)
		error = copy_to_user(argument + offsetof(struct nmreq_header, nr_name), r->name,
				     sizeof(((struct nmreq_header *)0)->nr_name));
	return error;
}

static int check_header(const struct nmreq_header *h, const struct kind *kind)
{
	if (h->nr_version < NETMAP_MIN_API || h->nr_version > NETMAP_MAX_API || h->nr_reserved || !kind)
		return -EINVAL;
	return !h->nr_body && !(kind->flags & NEEDS_NO_BODY) ? -EINVAL : 0;
}

int request_handle(uint16_t desc, uint64_t argument)
{
	union {
		char bytes[NETMAP_REQ_MAXSIZE];
		uint64_t aligned;
	} body;
	struct request r = {.desc = desc, .body = &body};
	struct option_list options;
	const struct kind *kind;
	struct nmreq_header h;
	int error;

	if (!argument)
		return -EINVAL;
	if (copy_from_user(&h, argument, sizeof h))
		return -EFAULT;
	kind = find_kind(h.nr_reqtype);
	error = check_header(&h, kind);
	if (error)
		return error;
	memcpy(r.name, h.nr_name, sizeof h.nr_name);
	r.name[sizeof h.nr_name - 1] = 0;
	if (kind->body_bytes && copy_from_user(&body, h.nr_body, kind->body_bytes))
		return -EFAULT;
	error = read_options(&options, h.nr_options);
	if (!error)
		error = check_options(&options, kind);
	if (!error)
		error = run(&r, kind, &options);
	return error ? error : write_back(&r, kind, argument, h.nr_body);
}
