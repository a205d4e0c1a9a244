// SPDX-License-Identifier: BSD-2-Clause
#include "control/request.h"

#include <errno.h>
#include <string.h>
#include <unetmap/modules.h>
#include <unetmap/passthrough.h>
#include <unetmap/rings.h>
#include <unetmap/stats.h>

#include "control/entry.h"
#include "core/user_memory.h"

enum { NEEDS_NO_LOCK = 1, NAME_BACK = 2 };

struct kind {
	uint16_t type;
	uint16_t body_bytes;
	uint32_t flags;
	int (*handle)(struct request *r);
};

static const struct kind kinds[] = {
	{NETMAP_REQ_REGISTER, sizeof(struct nmreq_register), 0, request_register},
	{NETMAP_REQ_PORT_INFO_GET, sizeof(struct nmreq_port_info_get), 0, request_port_info},
	{NETMAP_REQ_VALE_ATTACH, sizeof(struct nmreq_vale_attach), 0, request_vale_attach},
	{NETMAP_REQ_VALE_DETACH, sizeof(struct nmreq_vale_detach), 0, request_vale_detach},
	{NETMAP_REQ_VALE_LIST, sizeof(struct nmreq_vale_list), NAME_BACK, request_vale_list},
	{NETMAP_REQ_PORT_HDR_SET, sizeof(struct nmreq_port_hdr), 0, request_port_hdr_set},
	{NETMAP_REQ_PORT_HDR_GET, sizeof(struct nmreq_port_hdr), 0, request_port_hdr_get},
	{NETMAP_REQ_VALE_NEWIF, sizeof(struct nmreq_vale_newif), 0, request_vale_newif},
	{NETMAP_REQ_VALE_DELIF, 0, 0, request_vale_delif},
	{NETMAP_REQ_VALE_POLLING_ENABLE, sizeof(struct nmreq_vale_polling), 0, request_vale_polling_enable},
	{NETMAP_REQ_VALE_POLLING_DISABLE, sizeof(struct nmreq_vale_polling), 0, request_vale_polling_disable},
	{NETMAP_REQ_POOLS_INFO_GET, sizeof(struct nmreq_pools_info), 0, request_pools_info},
	{NETMAP_REQ_SYNC_KLOOP_START, sizeof(struct nmreq_sync_kloop_start), NEEDS_NO_LOCK, request_kloop_start},
	{NETMAP_REQ_SYNC_KLOOP_STOP, 0, NEEDS_NO_LOCK, request_kloop_stop},
	{NETMAP_REQ_CSB_ENABLE, 0, 0, request_csb_enable},
	{UNETMAP_REQ_STATS_GET, sizeof(struct unetmap_stats), 0, request_stats},
	{UNETMAP_REQ_RING_GET, sizeof(struct unetmap_ring), 0, request_ring_get},
	{UNETMAP_REQ_HOLD, sizeof(struct unetmap_hold), 0, request_hold},
	{UNETMAP_REQ_MODULE_LOAD, sizeof(struct unetmap_module_load), 0, request_module_load},
	{UNETMAP_REQ_MODULE_SERVE, sizeof(struct unetmap_module_serve), NEEDS_NO_LOCK, request_module_serve},
	{UNETMAP_REQ_MODULE_GET, sizeof(struct unetmap_module), 0, request_module_get},
	{UNETMAP_REQ_MODULE_UNLOAD, 0, 0, request_module_unload},
	{UNETMAP_REQ_PASSTHROUGH_GET, sizeof(struct unetmap_passthrough), 0, request_passthrough_get},
	{UNETMAP_REQ_PASSTHROUGH_SERVE, sizeof(struct unetmap_passthrough_serve), NEEDS_NO_LOCK, request_passthrough_serve},
};

static const struct kind *find_kind(uint16_t type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

// ---- the request ----

static int run(struct request *r, const struct kind *kind)
{
	int error;

	if (kind->flags & NEEDS_NO_LOCK)
		return kind->handle(r);
	control_enter();
	error = kind->handle(r);
	control_leave();
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
	return !h->nr_body == !kind->body_bytes ? 0 : -EINVAL;
}

int request_handle(uint16_t desc, uint64_t argument)
{
	union {
		char bytes[NETMAP_REQ_MAXSIZE];
		uint64_t aligned;
	} body;
	struct options options;
	struct request r = {.desc = desc, .body = &body, .options = &options};
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
	error = options_read(&options, h.nr_options, kind->body_bytes);
	if (!error)
		error = run(&r, kind);
	if (!error)
		error = write_back(&r, kind, argument, h.nr_body);
	return options_write(&options, error) ? -EFAULT : error;
}
