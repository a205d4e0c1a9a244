// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a null port has the rings that were asked for, in the memory that was named, that syncs move
// nothing in them, and that all of it is given back.
#include "requests.h"

enum { TX_RINGS = 10, RX_RINGS = 5, TX_SLOTS = 256, RX_SLOTS = 100 };

static struct nmreq_register null_port(uint16_t tx_rings, uint16_t rx_rings, uint32_t tx_slots, uint32_t rx_slots)
{
	return (struct nmreq_register){.nr_mode = NR_REG_NULL, .nr_mem_id = 1, .nr_tx_rings = tx_rings,
				       .nr_rx_rings = rx_rings, .nr_tx_slots = tx_slots, .nr_rx_slots = rx_slots};
}

static void check_shape(struct port_user *u)
{
	const struct nmreq_register *r = &u->reg;

	CHECK(r->nr_tx_rings == TX_RINGS && r->nr_rx_rings == RX_RINGS, "%u and %u rings", r->nr_tx_rings, r->nr_rx_rings);
	CHECK(r->nr_tx_slots == TX_SLOTS && r->nr_rx_slots == RX_SLOTS, "%u and %u slots", r->nr_tx_slots, r->nr_rx_slots);
	CHECK(u->nif->ni_tx_rings == TX_RINGS && u->nif->ni_rx_rings == RX_RINGS, "the netmap_if has other rings");
	for (int n = 0; n < TX_RINGS; n++)
		CHECK(NETMAP_TXRING(u->nif, n)->num_slots == TX_SLOTS, "tx ring %d", n);
	for (int n = 0; n < RX_RINGS; n++)
		CHECK(NETMAP_RXRING(u->nif, n)->num_slots == RX_SLOTS, "rx ring %d", n);
}

static void check_stillness(struct port_user *u)
{
	const uint32_t tail = u->tx->tail;

	u->tx->head = u->tx->cur = 3;
	WANT(0, ioctl(u->fd, NIOCTXSYNC));
	WANT(0, ioctl(u->fd, NIOCRXSYNC));
	CHECK(u->tx->tail == tail && u->tx->head == 3, "head %u, tail %u", u->tx->head, u->tx->tail);
	CHECK(nm_ring_empty(u->rx), "something arrived");
}

static void check_rings(void)
{
	const uint32_t before = free_buffers(1);
	struct port_user u;

	WANT(0, use_with(&u, "rings0", null_port(TX_RINGS, RX_RINGS, TX_SLOTS, RX_SLOTS), NULL));
	check_shape(&u);
	check_stillness(&u);
	stop_using(&u);
	CHECK(free_buffers(1) == before, "buffers are lost");
}

static void check_refusals(void)
{
	struct port_user u;

	WANT(0, use_with(&u, "none0", null_port(0, 0, 0, 0), NULL));
	CHECK(!u.reg.nr_tx_rings && !u.reg.nr_tx_slots, "rings that nobody asked for");
	stop_using(&u);
	WANT(ENOMEM, use_with(&u, "many0", null_port(17, 1, 64, 64), NULL));
	WANT(ENOMEM, use_with(&u, "long0", null_port(1, 1, 64, 4097), NULL));
	WANT(ENOMEM, use_with(&u, "empty0", null_port(1, 1, 64, 0), NULL));
}

int main(void)
{
	check_rings();
	check_refusals();
	return failures != 0;
}
