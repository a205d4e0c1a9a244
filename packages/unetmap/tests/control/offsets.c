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

int main(void)
{
	check_errors();
	check_switch();
	check_compatibility();
	check_pipe();
	check_receivers_least_offset();
	check_option_lists();
	return failures != 0;
}
