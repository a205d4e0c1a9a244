// SPDX-License-Identifier: BSD-2-Clause
//
// Requests that only ask: what a port is like, and its memory.
#include <errno.h>
#include <string.h>

#include "control/request.h"
#include "ports/port.h"

// Of the memory alone. The global area need not be there to be told of.
static int memory_info(struct nmreq_port_info_get *info)
{
	const uint16_t id = info->nr_mem_id ? info->nr_mem_id : GLOBAL_AREA + 1;
	const int error = port_check_memory(id);
	struct area global;

	if (error)
		return error;
	area_measure_global(&global);
	info->nr_memsize = id == GLOBAL_AREA + 1 ? global.map_bytes : segment->areas[id - 1].map_bytes;
	info->nr_mem_id = id;
	return 0;
}

static void describe(const struct port *port, struct nmreq_port_info_get *info)
{
	memset(info, 0, sizeof *info);
	info->nr_memsize = segment->areas[port->area].map_bytes;
	info->nr_tx_slots = port->slot_count[TX];
	info->nr_rx_slots = port->slot_count[RX];
	info->nr_tx_rings = port->ring_count[TX];
	info->nr_rx_rings = port->ring_count[RX];
	info->nr_host_tx_rings = port->host_count[TX];
	info->nr_host_rx_rings = port->host_count[RX];
	info->nr_mem_id = port->area + 1;
}

// A port that does not exist is made for a moment, as in-kernel netmap does, and described.
int request_port_info(struct request *r)
{
	struct nmreq_port_info_get *info = r->body;
	struct port_wish wish = {
		.slots = {[RX] = info->nr_rx_slots, [TX] = info->nr_tx_slots},
		.rings = {[RX] = info->nr_rx_rings, [TX] = info->nr_tx_rings},
		.mem_id = info->nr_mem_id,
	};
	struct port *port;
	int error;

	if (!r->name[0])
		return memory_info(info);
	error = port_check_memory(wish.mem_id);
	if (error)
		return error;
	port = port_open(r->name, &wish, &error);
	if (!port)
		return error;
	describe(port, info);
	if (!port->user_count)
		port_ops(port->kind)->unused(port);
	return 0;
}

static struct nmreq_pools_info pools_of(const struct port *port)
{
	const struct area *a = &segment->areas[port->area];

	return (struct nmreq_pools_info){
		.nr_memsize = a->map_bytes,
		.nr_mem_id = port->area + 1,
		.nr_if_pool_offset = 0,
		.nr_if_pool_objtotal = a->if_total,
		.nr_if_pool_objsize = a->if_bytes,
		.nr_ring_pool_offset = a->ring_pool_ofs,
		.nr_ring_pool_objtotal = a->ring_total,
		.nr_ring_pool_objsize = a->ring_bytes,
		.nr_buf_pool_offset = a->buf_pool_ofs,
		.nr_buf_pool_objtotal = a->buf_total,
		.nr_buf_pool_objsize = a->buf_bytes,
	};
}

int request_pools_info(struct request *r)
{
	const struct port_wish wish = {.mem_id = ((struct nmreq_pools_info *)r->body)->nr_mem_id};
	int error = port_check_memory(wish.mem_id);
	struct port *port = error ? NULL : port_open(r->name, &wish, &error);

	if (!port)
		return error;
	*(struct nmreq_pools_info *)r->body = pools_of(port);
	if (!port->user_count)
		port_ops(port->kind)->unused(port);
	return 0;
}
