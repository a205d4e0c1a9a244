// SPDX-License-Identifier: BSD-2-Clause
//
// Pipes have a parent: the port of their base name, made with the first of them if there is none. It is
// on its switch, decides how many slots pipes have that nobody asked a number for, and goes with the
// last of them. What is asked for is always the geometry of the "{" end.
#include "../control/requests.h"

static struct nmreq_register shaped(uint32_t tx, uint32_t rx, uint16_t tx_rings)
{
	return (struct nmreq_register){.nr_tx_slots = tx, .nr_rx_slots = rx, .nr_tx_rings = tx_rings};
}

static void has_shape(const struct port_user *u, const char *name, uint32_t tx, uint32_t rx, uint32_t tx_rings)
{
	CHECK(u->reg.nr_tx_slots == tx && u->reg.nr_rx_slots == rx && u->reg.nr_tx_rings == tx_rings,
	      "%s: %u and %u slots, %u tx rings", name, u->reg.nr_tx_slots, u->reg.nr_rx_slots, u->reg.nr_tx_rings);
}

static void other_end_first(void)
{
	struct port_user slave, master;

	WANT(0, use_with(&slave, "turn}1", shaped(64, 32, 2), NULL));
	has_shape(&slave, "turn}1", 32, 64, 1);
	WANT(0, use(&master, "turn{1"));
	has_shape(&master, "turn{1", 64, 32, 2);
	stop_using(&slave);
	stop_using(&master);
}

static void siblings(void)
{
	struct port_user first, second, third;

	WANT(0, use_with(&first, "kin{1", shaped(64, 32, 2), NULL));
	WANT(0, use(&second, "kin}2"));
	has_shape(&second, "kin}2", 32, 64, 1);
	WANT(0, use(&third, "kin"));
	has_shape(&third, "kin", 64, 32, 2);
	stop_using(&first);
	stop_using(&second);
	WANT(0, use(&first, "kin{3"));
	has_shape(&first, "kin{3", 64, 32, 1);
	stop_using(&third);
	stop_using(&first);
	WANT(ENXIO, use(&third, "kin"));
}

static void on_a_switch(void)
{
	struct port_user pipe, port, other;
	int fd = device();

	WANT(0, use(&other, "vale3:other"));
	WANT(0, use_with(&pipe, "vale3:base{1", shaped(64, 32, 0), NULL));
	CHECK(is_listed(fd, "vale3:base"), "the parent is not on its switch");
	send_numbers(&other, 0, 4);
	WANT(0, use_with(&port, "vale3:base", shaped(16, 16, 0), NULL));
	has_shape(&port, "vale3:base", 64, 32, 1);
	CHECK(take_numbers(&port, 0) == 0, "frames from before it was open");
	send_numbers(&other, 4, 4);
	CHECK(take_numbers(&port, 4) == 4, "frames are lost");
	stop_using(&port);
	CHECK(is_listed(fd, "vale3:base"), "the parent has left before its pipe");
	stop_using(&pipe);
	CHECK(!is_listed(fd, "vale3:base"), "the parent has stayed");
	stop_using(&other);
	close(fd);
}

static void first_rings_get_floods(void)
{
	struct port_user from, to;

	WANT(0, use_with(&from, "vale4:from", (struct nmreq_register){.nr_tx_rings = 2}, NULL));
	WANT(0, use_with(&to, "vale4:to", (struct nmreq_register){.nr_rx_rings = 2}, NULL));
	from.tx = NETMAP_TXRING(from.nif, 1);
	send_numbers(&from, 0, 3);
	CHECK(take_numbers(&to, 0) == 3, "a flood from the second ring is not on the first");
	stop_using(&from);
	stop_using(&to);
}

int main(void)
{
	other_end_first();
	siblings();
	on_a_switch();
	first_rings_get_floods();
	return failures ? 1 : 0;
}
