// SPDX-License-Identifier: BSD-2-Clause
//
// Proves what NETMAP_REQ_OPT_OFFSETS does: on a switch frames are read and written where the slots say;
// a pipe passes offsets on with the slots, never below what its receiver asked for, and back; a ring
// that has offsets keeps them; what contradicts itself is refused, and the option tells.
#include "requests.h"

static struct nmreq_opt_offsets offsets(uint64_t initial, uint64_t max, uint32_t bits)
{
	return (struct nmreq_opt_offsets){
		.nro_opt.nro_reqtype = NETMAP_REQ_OPT_OFFSETS,
		.nro_max_offset = max,
		.nro_initial_offset = initial,
		.nro_offset_bits = bits,
	};
}

static int use_offsets(struct port_user *u, const char *name, struct nmreq_opt_offsets *wish)
{
	return use_with(u, name, (struct nmreq_register){0}, wish);
}

static void check_errors(void)
{
	const struct {
		struct nmreq_opt_offsets wish;
		int error;
	} cases[] = {
		{offsets(0, 100, 65), EINVAL},
		{offsets(0, 256, 8), EINVAL},
		{offsets(0, 255, 8), 0},
		{offsets(101, 100, 16), EINVAL},
		{offsets(0, 2049, 16), EINVAL},
		{offsets(0, 2048, 16), 0},
		{offsets(0, 0, 0), 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct nmreq_opt_offsets wish = cases[i].wish;
		struct port_user u;

		WANT(cases[i].error, use_offsets(&u, "bad{1", &wish));
		CHECK((int)wish.nro_opt.nro_status == cases[i].error, "case %zu: status %u", i, wish.nro_opt.nro_status);
		if (!cases[i].error)
			stop_using(&u);
	}
}

static void check_switch(void)
{
	struct nmreq_opt_offsets in = offsets(64, 256, 16), out = offsets(10, 10, 8);
	struct port_user a, b, c;

	WANT(0, use_offsets(&a, "vale0:a", &in));
	WANT(0, use_offsets(&b, "vale0:b", &out));
	WANT(0, use(&c, "vale0:c"));
	CHECK(a.tx->offset_mask == 0xffff && a.tx->slot[5].ptr == 64 && b.rx->slot[5].ptr == 10, "not in the rings");
	send_numbers(&a, 0, 20);
	CHECK(take_numbers(&b, 0) == 20, "to a port with offsets");
	CHECK(take_numbers(&c, 0) == 20, "to a port without");
	send_numbers(&c, 100, 20);
	CHECK(take_numbers(&a, 100) == 20 && take_numbers(&b, 100) == 20, "from a port without");
	stop_using(&a);
	stop_using(&b);
	stop_using(&c);
}

static void check_compatibility(void)
{
	struct nmreq_opt_offsets first = offsets(8, 128, 8), more = offsets(0, 200, 8), wider = offsets(0, 100, 9),
				 less = offsets(99, 100, 7);
	struct port_user a, b;

	WANT(0, use_offsets(&a, "vale0:a", &first));
	WANT(EBUSY, use_offsets(&b, "vale0:a", &more));
	WANT(EBUSY, use_offsets(&b, "vale0:a", &wider));
	WANT(0, use_offsets(&b, "vale0:a", &less));
	CHECK(less.nro_max_offset == 128, "the maximum is %lu", (unsigned long)less.nro_max_offset);
	CHECK(b.tx->offset_mask == 255 && b.tx->slot[3].ptr == 8, "changed under its first user");
	stop_using(&b);
	stop_using(&a);
}

// A ring that has larger ones gives them to those that come after it.
static void check_rings_together(void)
{
	struct nmreq_opt_offsets large = offsets(0, 300, 10), small = offsets(0, 100, 8);
	struct nmreq_register one = {.nr_mode = NR_REG_ONE_NIC, .nr_tx_rings = 2, .nr_rx_rings = 2};
	struct nmreq_register all = {.nr_mode = NR_REG_ALL_NIC};
	struct port_user a, b;

	WANT(0, use_with(&a, "vale0:r", one, &large));
	WANT(0, use_with(&b, "vale0:r", all, &small));
	CHECK(small.nro_max_offset == 300, "the maximum is %lu", (unsigned long)small.nro_max_offset);
	CHECK(NETMAP_TXRING(b.nif, 1)->offset_mask == 1023, "the other ring has %lx",
	      (unsigned long)NETMAP_TXRING(b.nif, 1)->offset_mask);
	stop_using(&b);
	stop_using(&a);
}

static void check_monitors(void)
{
	struct nmreq_opt_offsets wish = offsets(48, 64, 8), refused = wish;
	struct port_user a, b, copies, buffers;

	WANT(0, use(&a, "vale0:a"));
	WANT(0, use(&b, "vale0:b"));
	WANT(0, use_with(&copies, "vale0:a", (struct nmreq_register){.nr_flags = NR_MONITOR_TX}, &wish));
	WANT(EOPNOTSUPP, use_with(&buffers, "vale0:a", (struct nmreq_register){.nr_flags = NR_MONITOR_TX | NR_ZCOPY_MON},
				  &refused));
	send_numbers(&a, 0, 10);
	CHECK(copies.rx->slot[0].ptr == 48 && take_numbers(&copies, 0) == 10, "copies are not where they should be");
	stop_using(&copies);
	stop_using(&a);
	stop_using(&b);
}

// What was sent at an offset is seen at it, and a buffer handed back carries its new one.
static void check_pipe(void)
{
	struct nmreq_opt_offsets wish = offsets(32, 512, 12);
	struct port_user a, b;

	WANT(0, use_offsets(&a, "p{1", &wish));
	WANT(0, use(&b, "p}1"));
	CHECK(b.rx->offset_mask == 0xfff && b.rx->slot[0].ptr == 32, "mask %lx, first %lu",
	      (unsigned long)b.rx->offset_mask, (unsigned long)b.rx->slot[0].ptr);
	for (int i = 0; i < 40; i++)
		a.tx->slot[i].ptr = 8 * i;
	send_numbers(&a, 0, 40);
	ioctl(b.fd, NIOCRXSYNC);
	CHECK(b.rx->slot[39].ptr == 8 * 39 && b.rx->slot[0].ptr == 0, "offsets did not travel");
	CHECK(take_numbers(&b, 0) == 40, "frames did not");
	send_numbers(&b, 100, 5);
	CHECK(take_numbers(&a, 100) == 5, "the other way");
	stop_using(&a);
	stop_using(&b);
}

static void check_receivers_least_offset(void)
{
	struct nmreq_opt_offsets sender = offsets(0, 512, 16), receiver = offsets(100, 512, 16);
	struct port_user a, b;

	WANT(0, use_offsets(&a, "q{1", &sender));
	WANT(0, use_offsets(&b, "q}1", &receiver));
	a.tx->slot[0].ptr = 20;
	a.tx->slot[1].ptr = 300;
	send_numbers(&a, 0, 2);
	ioctl(b.fd, NIOCRXSYNC);
	CHECK(b.rx->slot[0].ptr == 100 && b.rx->slot[1].ptr == 300, "%lu and %lu", (unsigned long)b.rx->slot[0].ptr,
	      (unsigned long)b.rx->slot[1].ptr);
	b.rx->slot[0].ptr = 400;
	b.rx->head = b.rx->cur = 2;
	ioctl(b.fd, NIOCRXSYNC);
	ioctl(a.fd, NIOCTXSYNC);
	CHECK(a.tx->slot[0].ptr == 400, "not handed back: %lu", (unsigned long)a.tx->slot[0].ptr);
	stop_using(&a);
	stop_using(&b);
}

static void check_option_lists(void)
{
	struct nmreq_option loop = {.nro_reqtype = 99}, none = {.nro_reqtype = 0}, foreign = {.nro_reqtype = 1000};
	struct nmreq_vale_list walk = {0};
	struct port_user u;
	int fd = device();

	loop.nro_next = (uintptr_t)&loop;
	WANT(EMSGSIZE, use_with(&u, "vale0:o", (struct nmreq_register){0}, &loop));
	WANT(EINVAL, use_with(&u, "vale0:o", (struct nmreq_register){0}, &none));
	CHECK(none.nro_status == EINVAL, "status %u", none.nro_status);
	WANT(ENOENT, ask_with(fd, "", NETMAP_REQ_VALE_LIST, &walk, &foreign));
	CHECK(foreign.nro_status == EOPNOTSUPP, "status %u", foreign.nro_status);
	close(fd);
}

// Options are looked at last: what can be used is, and says so.
static void check_unused_options(void)
{
	struct nmreq_option foreign = {.nro_reqtype = 1000, .nro_size = 1 << 20};
	struct nmreq_opt_offsets wish = offsets(16, 16, 8);
	struct port_user u;

	wish.nro_opt.nro_next = (uintptr_t)&foreign;
	WANT(EOPNOTSUPP, use_offsets(&u, "vale0:o", &wish));
	CHECK(wish.nro_opt.nro_status == 0 && foreign.nro_status == EOPNOTSUPP, "status %u and %u",
	      wish.nro_opt.nro_status, foreign.nro_status);
	WANT(ENXIO, use_offsets(&u, "nosuchdevice", &wish));
	CHECK(wish.nro_opt.nro_status == EOPNOTSUPP, "status %u", wish.nro_opt.nro_status);
	WANT(0, use(&u, "vale0:o"));
	CHECK(u.tx->offset_mask == 0 && u.tx->slot[0].ptr == 0, "something is left of the refused request");
	stop_using(&u);
}

static void check_option_sizes(void)
{
	struct {
		struct nmreq_option opt;
		char rest[NETMAP_REQ_MAXSIZE];
	} events = {.opt = {.nro_reqtype = NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS, .nro_size = NETMAP_REQ_MAXSIZE, .nro_status = 7}};
	struct port_user u;

	WANT(EMSGSIZE, use_with(&u, "vale0:o", (struct nmreq_register){0}, &events));
	CHECK(events.opt.nro_status == 0, "status %u", events.opt.nro_status);
	events.opt.nro_size = 256;
	WANT(EOPNOTSUPP, use_with(&u, "vale0:o", (struct nmreq_register){0}, &events));
}

int main(void)
{
	check_errors();
	check_switch();
	check_compatibility();
	check_pipe();
	check_receivers_least_offset();
	check_rings_together();
	check_monitors();
	check_option_lists();
	check_unused_options();
	check_option_sizes();
	return failures != 0;
}
