// SPDX-License-Identifier: BSD-2-Clause
//
// NIOCREGIF and NIOCGINFO: the requests of programs older than NIOCCTRL, put in its terms.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/entry.h"
#include "control/request.h"
#include "core/user_memory.h"

static int read_legacy(struct nmreq *q, uint64_t argument)
{
	if (!argument)
		return -EINVAL;
	if (copy_from_user(q, argument, sizeof *q))
		return -EFAULT;
	q->nr_name[sizeof q->nr_name - 1] = 0;
	return q->nr_version < NETMAP_MIN_API ? -EINVAL : 0;
}

static void read_name(struct request *r, const struct nmreq *q)
{
	memcpy(r->name, q->nr_name, sizeof q->nr_name);
	r->name[sizeof q->nr_name - 1] = 0;
}

// ---- register ----

static uint32_t mode_of(const struct nmreq *q)
{
	uint32_t mode = q->nr_flags & NR_REG_MASK;

	if (mode != NR_REG_DEFAULT)
		return mode;
	if (q->nr_ringid & NETMAP_SW_RING)
		return NR_REG_SW;
	return q->nr_ringid & NETMAP_HW_RING ? NR_REG_ONE_NIC : NR_REG_ALL_NIC;
}

static uint64_t flags_of(const struct nmreq *q)
{
	uint64_t flags = q->nr_flags & ~(uint32_t)NR_REG_MASK;

	if (q->nr_ringid & NETMAP_NO_TX_POLL)
		flags |= NR_NO_TX_POLL;
	if (q->nr_ringid & NETMAP_DO_RX_POLL)
		flags |= NR_DO_RX_POLL;
	return flags;
}

// A pipe's number travels in nr_ringid; today it is part of the name.
static void name_pipe(struct request *r, struct nmreq_register *reg)
{
	uint32_t length = strlen(r->name);

	if (reg->nr_mode != NR_REG_PIPE_MASTER && reg->nr_mode != NR_REG_PIPE_SLAVE)
		return;
	snprintf(r->name + length, sizeof r->name - length, "%c%u", reg->nr_mode == NR_REG_PIPE_MASTER ? '{' : '}',
		 reg->nr_ringid);
	reg->nr_mode = NR_REG_ALL_NIC;
	reg->nr_ringid = 0;
}

static struct nmreq_register translate(const struct nmreq *q)
{
	return (struct nmreq_register){
		.nr_tx_slots = q->nr_tx_slots,
		.nr_rx_slots = q->nr_rx_slots,
		.nr_tx_rings = q->nr_tx_rings,
		.nr_rx_rings = q->nr_rx_rings,
		.nr_mem_id = q->nr_arg2,
		.nr_ringid = q->nr_ringid & NETMAP_RING_MASK,
		.nr_mode = mode_of(q),
		.nr_extra_bufs = q->nr_arg3,
		.nr_flags = flags_of(q),
	};
}

static void answer_register(struct nmreq *q, const struct nmreq_register *reg)
{
	q->nr_offset = reg->nr_offset;
	q->nr_memsize = reg->nr_memsize;
	q->nr_tx_slots = reg->nr_tx_slots;
	q->nr_rx_slots = reg->nr_rx_slots;
	q->nr_tx_rings = reg->nr_tx_rings;
	q->nr_rx_rings = reg->nr_rx_rings;
	q->nr_arg2 = reg->nr_mem_id;
	q->nr_arg3 = reg->nr_extra_bufs;
}

// ---- switch commands in nr_cmd ----

static int legacy_list(struct request *r, struct nmreq *q)
{
	struct nmreq_vale_list list = {.nr_bridge_idx = q->nr_arg1, .nr_port_idx = q->nr_arg2};
	int error;

	r->body = &list;
	error = request_vale_list(r);
	if (error)
		return error;
	q->nr_arg1 = list.nr_bridge_idx;
	q->nr_arg2 = list.nr_port_idx;
	memcpy(q->nr_name, r->name, sizeof q->nr_name - 1);
	return 0;
}

static int legacy_header(struct request *r, struct nmreq *q)
{
	struct nmreq_port_hdr hdr = {.nr_hdr_len = q->nr_arg1};
	int error;

	r->body = &hdr;
	error = q->nr_cmd == NETMAP_BDG_VNET_HDR ? request_port_hdr_set(r) : request_port_hdr_get(r);
	q->nr_arg1 = hdr.nr_hdr_len;
	return error;
}

static int legacy_attach(struct request *r, struct nmreq *q)
{
	struct nmreq_vale_attach attach = {.reg = translate(q)};
	int error;

	name_pipe(r, &attach.reg);
	attach.reg.nr_mode = q->nr_arg1 & NETMAP_BDG_HOST ? NR_REG_NIC_SW : NR_REG_ALL_NIC;
	r->body = &attach;
	error = request_vale_attach(r);
	if (!error)
		answer_register(q, &attach.reg);
	return error;
}

static int legacy_detach(struct request *r)
{
	struct nmreq_vale_detach detach = {0};

	r->body = &detach;
	return request_vale_detach(r);
}

static int legacy_newif(struct request *r, struct nmreq *q)
{
	struct nmreq_vale_newif newif = {
		.nr_tx_slots = q->nr_tx_slots,
		.nr_rx_slots = q->nr_rx_slots,
		.nr_tx_rings = q->nr_tx_rings,
		.nr_rx_rings = q->nr_rx_rings,
		.nr_mem_id = q->nr_arg2,
	};
	int error;

	r->body = &newif;
	error = request_vale_newif(r);
	q->nr_tx_slots = newif.nr_tx_slots;
	q->nr_rx_slots = newif.nr_rx_slots;
	q->nr_tx_rings = newif.nr_tx_rings;
	q->nr_rx_rings = newif.nr_rx_rings;
	q->nr_arg2 = newif.nr_mem_id;
	return error;
}

static int legacy_polling(struct request *r, const struct nmreq *q)
{
	struct nmreq_vale_polling polling = {
		.nr_first_cpu_id = q->nr_ringid & NETMAP_RING_MASK,
		.nr_num_polling_cpus = q->nr_arg1,
	};
	const uint32_t mode = q->nr_flags & NR_REG_MASK;

	if (mode == NR_REG_ONE_NIC)
		polling.nr_mode = NETMAP_POLLING_MODE_MULTI_CPU;
	else if (mode == NR_REG_ALL_NIC)
		polling.nr_mode = NETMAP_POLLING_MODE_SINGLE_CPU;
	r->body = &polling;
	return q->nr_cmd == NETMAP_BDG_POLLING_ON ? request_vale_polling_enable(r) : request_vale_polling_disable(r);
}

static int register_now(struct request *r, struct nmreq *q)
{
	struct nmreq_register reg = translate(q);
	int error;

	r->body = &reg;
	name_pipe(r, &reg);
	error = request_register(r);
	if (!error)
		answer_register(q, &reg);
	return error;
}

// What NIOCREGIF does beside registering.
static int command(struct request *r, struct nmreq *q)
{
	switch (q->nr_cmd) {
	case 0:
		return register_now(r, q);
	case NETMAP_BDG_ATTACH:
		return legacy_attach(r, q);
	case NETMAP_BDG_DETACH:
		return legacy_detach(r);
	case NETMAP_BDG_NEWIF:
		return legacy_newif(r, q);
	case NETMAP_BDG_DELIF:
		return request_vale_delif(r);
	case NETMAP_BDG_VNET_HDR:
	case NETMAP_VNET_HDR_GET:
		return legacy_header(r, q);
	case NETMAP_BDG_POLLING_ON:
	case NETMAP_BDG_POLLING_OFF:
		return legacy_polling(r, q);
	case NETMAP_PT_HOST_CREATE:
	case NETMAP_PT_HOST_DELETE:
		return -ENOMEM;
	default:
		return -EINVAL;
	}
}

static int info_now(struct request *r, struct nmreq *q)
{
	struct nmreq_port_info_get info = {
		.nr_tx_slots = q->nr_tx_slots,
		.nr_rx_slots = q->nr_rx_slots,
		.nr_tx_rings = q->nr_tx_rings,
		.nr_rx_rings = q->nr_rx_rings,
		.nr_mem_id = q->nr_arg2,
	};
	int error;

	r->body = &info;
	error = request_port_info(r);
	if (error)
		return error;
	q->nr_memsize = info.nr_memsize;
	q->nr_tx_slots = info.nr_tx_slots;
	q->nr_rx_slots = info.nr_rx_slots;
	q->nr_tx_rings = info.nr_tx_rings;
	q->nr_rx_rings = info.nr_rx_rings;
	q->nr_arg2 = info.nr_mem_id;
	return 0;
}

// NIOCGINFO knows one command, and takes every other one for none.
static int info(struct request *r, struct nmreq *q)
{
	return q->nr_cmd == NETMAP_BDG_LIST ? legacy_list(r, q) : info_now(r, q);
}

static int handle(uint16_t desc, uint64_t argument, int (*answer)(struct request *, struct nmreq *))
{
	struct options none = {.count = 0};
	struct request r = {.desc = desc, .options = &none};
	struct nmreq q;
	int error = read_legacy(&q, argument);

	if (error)
		return error;
	read_name(&r, &q);
	control_enter();
	error = answer(&r, &q);
	control_leave();
	return error ? error : copy_to_user(argument, &q, sizeof q);
}

int legacy_register(uint16_t desc, uint64_t argument)
{
	return handle(desc, argument, command);
}

int legacy_info(uint16_t desc, uint64_t argument)
{
	return handle(desc, argument, info);
}
