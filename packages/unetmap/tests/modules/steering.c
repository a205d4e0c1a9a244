// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: a module takes over a switch and leaves it again; it is configured from outside while it
// rules; it may be there before the switch; only one rules at a time; what is wrong with a file, a
// switch's name or a message is said.
#include "stage.h"

static struct nmport_d *a, *b, *c;

static void expect(unsigned at_b, unsigned at_c)
{
	unsigned got_b, got_c;

	send_on(a, 0, 9, 1, 0, 10);
	got_b = arrived(b);
	got_c = arrived(c);
	CHECK(got_b == at_b && got_c == at_c, "b got %u, c got %u, not %u and %u", got_b, got_c, at_b, at_c);
	CHECK(arrived(a) == 0, "a frame came back");
}

static void takes_over_and_leaves(void)
{
	expect(10, 10);
	load("static_router", "vale0:");
	expect(0, 0);
	CHECK(vale_module("config vale0: 0 2") == 0, "config");
	expect(0, 10);
	CHECK(vale_module("config vale0: 0 1") == 0, "config");
	expect(10, 0);
	CHECK(vale_module("config vale0: 0 all") == 0, "config");
	expect(10, 10);
	CHECK(vale_module("config vale0: 0 200") == 0, "config");
	expect(0, 0);
	CHECK(vale_module("config vale0: 0 0") == 0, "config");
	expect(0, 0);
	CHECK(says("list", "vale0: static-router rules, pid "), "list");
	CHECK(says("list", "frames 60 refused 10 nowhere 20 wild 0"), "list");
	CHECK(vale_module("unload vale0:") == 0, "unload");
	expect(10, 10);
	CHECK(vale_module("list | grep -q .") == 1, "it is off the list");
}

static void complains(void)
{
	load("static_router", "vale0:");
	CHECK(says("config vale0: show", "none"), "an answer comes back");
	CHECK(says("config vale0: nonsense", "no module there that takes this"), "bad message");
	CHECK(says("config vale7: show", "no module there"), "no such switch");
	CHECK(says("load $BUILD/modules/hash_balancer.so vale0:", "is ruled by static-router (pid "), "one at a time");
	CHECK(says("load /dev/null vale0:", "vale-module: /dev/null: "), "no object");
	CHECK(says("load $BUILD/lib/libunetmap.so vale0:", "lacks the symbol unetmap_vale_module"), "no module");
	CHECK(says("load $BUILD/modules/hash_balancer.so eth0", "eth0: not a switch"), "no switch");
	CHECK(vale_module("unload vale3: 2>/dev/null") == 1, "nothing to unload");
	CHECK(vale_module("unload vale0:") == 0, "unload");
}

static void is_there_first(void)
{
	struct nmport_d *x, *y;

	load("static_router", "vale5:");
	CHECK(vale_module("config vale5: 0 1") == 0, "config before the switch is there");
	for (int round = 0; round < 2; round++) {
		x = open_port("vale5:x");
		y = open_port("vale5:y");
		send_on(x, 0, 0xff, 1, 0, 5);
		send_on(y, 0, 0xff, 2, 0, 5);
		CHECK(arrived(y) == 5 && arrived(x) == 0, "vale5 is not ruled in round %d", round);
		nmport_close(x);
		nmport_close(y);
	}
	CHECK(vale_module("unload vale5:") == 0, "unload");
}

int main(void)
{
	a = open_port("vale0:a");
	b = open_port("vale0:b");
	c = open_port("vale0:c");
	takes_over_and_leaves();
	complains();
	is_there_first();
	nmport_close(a);
	nmport_close(b);
	nmport_close(c);
	return failures ? 1 : 0;
}
