// SPDX-License-Identifier: BSD-2-Clause
//
// Requests that few programs make, and what in-kernel netmap answered to them.
#include "../control/requests.h"

static int old(unsigned long request, const char *name, uint16_t cmd)
{
	struct nmreq q = {.nr_version = NETMAP_API, .nr_cmd = cmd};
	int fd = device(), error;

	strncpy(q.nr_name, name, sizeof q.nr_name - 1);
	error = ioctl(fd, request, &q) ? errno : 0;
	close(fd);
	return error;
}

// NIOCGINFO knows NETMAP_BDG_LIST only; NIOCREGIF does not.
static void commands(void)
{
	WANT(0, old(NIOCGINFO, "vale0:a", NETMAP_BDG_ATTACH));
	WANT(ENXIO, old(NIOCGINFO, "nosuch", NETMAP_BDG_NEWIF));
	WANT(ENOMEM, old(NIOCGINFO, "vale0", NETMAP_BDG_POLLING_ON));
	WANT(ENOENT, old(NIOCGINFO, "vale0:a", NETMAP_BDG_LIST));
	WANT(EINVAL, old(NIOCREGIF, "vale0:a", NETMAP_BDG_LIST));
	WANT(EINVAL, old(NIOCREGIF, "vale0:a", NETMAP_BDG_REGOPS));
	WANT(EINVAL, old(NIOCREGIF, "vale0:a", 13));
	WANT(ENOMEM, old(NIOCREGIF, "vale0:a", NETMAP_PT_HOST_CREATE));
}

static void ports_that_are_not_there(int fd)
{
	struct nmreq_pools_info pools = {0};
	struct nmreq_port_hdr hdr = {0};

	WANT(0, ask(fd, "vale0:later", NETMAP_REQ_POOLS_INFO_GET, &pools));
	CHECK(pools.nr_buf_pool_objsize == 2048, "buffers of %u bytes", pools.nr_buf_pool_objsize);
	CHECK(!is_listed(fd, "vale0:later"), "asking about a port has made it");
	pools.nr_mem_id = 0; // its memory went with it
	WANT(0, ask(fd, "q{1", NETMAP_REQ_POOLS_INFO_GET, &pools));
	pools.nr_mem_id = 0;
	WANT(ENOMEM, ask(fd, "vale0", NETMAP_REQ_POOLS_INFO_GET, &pools));
	WANT(ENXIO, ask(fd, "nosuch", NETMAP_REQ_POOLS_INFO_GET, &pools));
	WANT(ENODEV, ask(fd, "q{1", NETMAP_REQ_PORT_HDR_GET, &hdr));
	WANT(ENXIO, ask(fd, "vale0:later", NETMAP_REQ_PORT_HDR_GET, &hdr));
}

// A header's length is set by a name on a switch.
static void headers(int fd)
{
	struct nmreq_port_hdr hdr = {.nr_hdr_len = 12};

	WANT(0, new_port(fd, "lasts"));
	WANT(ENXIO, ask(fd, "lasts", NETMAP_REQ_PORT_HDR_SET, &hdr));
	WANT(0, attach(fd, "vale0:lasts"));
	WANT(0, ask(fd, "vale0:lasts", NETMAP_REQ_PORT_HDR_SET, &hdr));
	hdr.nr_hdr_len = 0;
	WANT(0, ask(fd, "lasts", NETMAP_REQ_PORT_HDR_GET, &hdr));
	CHECK(hdr.nr_hdr_len == 12, "%u bytes", hdr.nr_hdr_len);
	WANT(0, detach(fd, "vale0:lasts"));
	WANT(0, remove_port(fd, "lasts"));
}

// A memory id must exist, also where it does not matter.
static void memory(void)
{
	struct port_user u, again;
	const struct nmreq_register wrong = {.nr_mem_id = 999};

	WANT(0, use(&u, "vale0:a"));
	WANT(EINVAL, use_with(&again, "vale0:a", wrong, NULL));
	WANT(EINVAL, use_with(&again, "vale0:a{1", wrong, NULL));
	stop_using(&u);
}

// Whoever comes takes the place that was left last.
static void places(int fd)
{
	struct port_user a, b, c, d;
	struct nmreq_vale_list body = {0};

	WANT(0, use(&a, "vale0:a"));
	WANT(0, use(&b, "vale0:b"));
	WANT(0, use(&c, "vale0:c"));
	stop_using(&a);
	stop_using(&b);
	WANT(0, use(&d, "vale0:d"));
	WANT(0, ask(fd, "vale0:d", NETMAP_REQ_VALE_LIST, &body));
	CHECK(body.nr_port_idx == 1, "place %u", body.nr_port_idx);
	stop_using(&c);
	stop_using(&d);
}

// What is asked about a port that is not there is asked as if it were to be made so.
static void geometry(int fd)
{
	struct nmreq_port_info_get info = {.nr_tx_slots = 64, .nr_rx_slots = 128, .nr_tx_rings = 2, .nr_rx_rings = 3};
	struct nmreq q = {.nr_version = NETMAP_API, .nr_name = "vale0:old", .nr_offset = 7, .nr_tx_slots = 64};

	WANT(0, ask(fd, "vale0:wished", NETMAP_REQ_PORT_INFO_GET, &info));
	CHECK(info.nr_tx_slots == 64 && info.nr_rx_slots == 128 && info.nr_tx_rings == 2 && info.nr_rx_rings == 3,
	      "%u and %u slots, %u and %u rings", info.nr_tx_slots, info.nr_rx_slots, info.nr_tx_rings, info.nr_rx_rings);
	WANT(0, ioctl(fd, NIOCGINFO, &q));
	CHECK(q.nr_tx_slots == 64 && q.nr_offset == 7, "%u slots, offset %u", q.nr_tx_slots, q.nr_offset);
}

// By an empty name: of an area alone.
static void areas(int fd)
{
	struct nmreq_port_info_get info = {0}, nowhere = {.nr_mem_id = 999};
	struct nmreq_pools_info pools = {.nr_mem_id = 999};
	struct port_user u;

	WANT(0, ask(fd, "", NETMAP_REQ_PORT_INFO_GET, &info));
	CHECK(info.nr_mem_id == 1, "area %u", info.nr_mem_id);
	WANT(EINVAL, ask(fd, "", NETMAP_REQ_PORT_INFO_GET, &nowhere));
	WANT(EINVAL, ask(fd, "vale0:a", NETMAP_REQ_POOLS_INFO_GET, &pools));
	WANT(0, use(&u, "vale0:a"));
	info = (struct nmreq_port_info_get){.nr_mem_id = u.reg.nr_mem_id};
	WANT(0, ask(fd, "", NETMAP_REQ_PORT_INFO_GET, &info));
	CHECK(info.nr_memsize == u.reg.nr_memsize && info.nr_mem_id == u.reg.nr_mem_id, "%lu bytes in area %u",
	      (unsigned long)info.nr_memsize, info.nr_mem_id);
	stop_using(&u);
}

// Options that nobody knows take room all the same, and one that would have fit without them does not.
static void many_options(void)
{
	struct nmreq_option unknown[100] = {0};
	struct port_user u;

	for (int i = 0; i < 99; i++) {
		unknown[i].nro_reqtype = NETMAP_REQ_OPT_MAX;
		unknown[i].nro_next = (uintptr_t)&unknown[i + 1];
	}
	unknown[99].nro_reqtype = NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS;
	unknown[99].nro_size = 1000;
	WANT(EMSGSIZE, use_with(&u, "vale0:a", (struct nmreq_register){0}, unknown));
	unknown[19].nro_next = (uintptr_t)&unknown[99];
	WANT(EOPNOTSUPP, use_with(&u, "vale0:a", (struct nmreq_register){0}, unknown));
	CHECK(unknown[0].nro_status == EOPNOTSUPP, "status %u", unknown[0].nro_status);
	unknown[0].nro_next = (uintptr_t)unknown;
	WANT(EMSGSIZE, use_with(&u, "vale0:a", (struct nmreq_register){0}, unknown));
}

int main(void)
{
	int fd = device();

	commands();
	ports_that_are_not_there(fd);
	headers(fd);
	memory();
	places(fd);
	geometry(fd);
	areas(fd);
	many_options();
	return failures ? 1 : 0;
}
