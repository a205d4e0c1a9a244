// SPDX-License-Identifier: BSD-2-Clause
//
// Offsets (NETMAP_REQ_OPT_OFFSETS) on the rings of a device: frames leave from where the slots say and
// arrive where they say. By AF_XDP, singly and in bursts, and by AF_PACKET.
#include "veth.h"

#include "../control/requests.h"

enum { BURST = 100, STEP = 8, WAIT_MS = 3000 };

static struct nmreq_opt_offsets offsets(uint64_t initial)
{
	return (struct nmreq_opt_offsets){
		.nro_opt.nro_reqtype = NETMAP_REQ_OPT_OFFSETS,
		.nro_max_offset = 1024,
		.nro_initial_offset = initial,
		.nro_offset_bits = 11,
	};
}

static void use_device(struct port_user *u, const char *name, uint64_t initial)
{
	struct nmreq_opt_offsets wish = offsets(initial);

	WANT(0, use_with(u, name, (struct nmreq_register){.nr_mode = NR_REG_ALL_NIC}, &wish));
	CHECK(u->tx->offset_mask == 0x7ff && u->rx->slot[3].ptr == initial, "%s: not in its rings", name);
}

static void wait_for(struct port_user *u, uint32_t count)
{
	const int64_t end = now_ms() + WAIT_MS;
	struct pollfd p = {u->fd, POLLIN, 0};

	while ((uint32_t)nm_ring_space(u->rx) < count && now_ms() < end)
		poll(&p, 1, 10);
}

static void check_flow(struct port_user *from, struct port_user *to, uint32_t first, uint32_t count)
{
	for (uint32_t i = from->tx->head, n = 0; n < count; n++, i = nm_ring_next(from->tx, i))
		from->tx->slot[i].ptr = STEP * n;
	send_numbers(from, first, count);
	wait_for(to, count);
	CHECK(take_numbers(to, first) == (int)count, "%u frames from %u on did not arrive as they were", count, first);
}

static void check(const char *backend)
{
	struct port_user a, b;

	setenv("UNETMAP_NIC", backend, 1);
	use_device(&a, "nmv0", 64);
	use_device(&b, "nmv1", 200);
	check_flow(&a, &b, 0, 1);
	check_flow(&a, &b, 1, BURST);
	check_flow(&b, &a, 500, BURST);
	stop_using(&a);
	stop_using(&b);
}

int main(void)
{
	make_quiet_pair();
	check("xdp");
	check("packet");
	return failures != 0;
}
