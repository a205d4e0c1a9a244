// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that persistent VALE ports outlive whoever made or used them, carry frames while they are
// attached and none while they are not, have fresh rings for each opener, and answer what in-kernel
// netmap answers to what cannot be done.
#include <net/if.h>

#include "requests.h"

// Runs `work` in a process of its own, which is gone afterwards.
static void elsewhere(void (*work)(void))
{
	pid_t child = fork();

	if (!child) {
		work();
		_exit(failures != 0);
	}
	int status;
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "the other process failed: %x", status);
}

static void make_and_attach(void)
{
	int fd = device();

	WANT(0, new_port(fd, "life0"));
	WANT(0, attach(fd, "vale0:life0"));
}

static void die_using_it(void)
{
	struct port_user u;
	pid_t child = fork();

	if (!child) {
		if (!use(&u, "life0"))
			send_numbers(&u, 0, 3);
		kill(getpid(), SIGKILL);
	}
	waitpid(child, NULL, 0);
}

static void check_life(int fd)
{
	char name[IF_NAMESIZE] = "";
	struct port_user u, other;

	elsewhere(make_and_attach);
	CHECK(is_listed(fd, "vale0:life0"), "gone with its maker");
	CHECK(if_indextoname(if_nametoindex("life0"), name) && !strcmp(name, "life0"), "no interface: \"%s\"", name);
	WANT(0, use(&other, "vale0:other"));
	die_using_it();
	CHECK(take_numbers(&other, 0) == 3, "frames of the dead");
	send_numbers(&other, 0, 5); // to nobody: it is not open
	WANT(0, use(&u, "life0"));
	CHECK(take_numbers(&u, 0) == 0, "frames from before it was opened");
	CHECK(u.tx->head == 0 && u.tx->tail == u.tx->num_slots - 1, "the rings are not fresh");
	send_numbers(&other, 7, 4);
	CHECK(take_numbers(&u, 7) == 4, "not delivered");
	WANT(EBUSY, remove_port(fd, "life0"));
	stop_using(&u);
	stop_using(&other);
	CHECK(is_listed(fd, "vale0:life0"), "gone with its user");
	WANT(EBUSY, remove_port(fd, "life0"));
	WANT(0, detach(fd, "vale0:life0"));
	WANT(0, remove_port(fd, "life0"));
	CHECK(!if_nametoindex("life0"), "the interface is still there");
}

static void check_detaching_while_open(int fd)
{
	struct port_user u, other;

	WANT(0, new_port(fd, "open0"));
	WANT(0, attach(fd, "vale1:open0"));
	WANT(0, use(&u, "open0"));
	WANT(0, use(&other, "vale1:other"));
	WANT(0, detach(fd, "vale1:open0"));
	send_numbers(&u, 0, 10);
	CHECK(u.tx->head == 10 && u.tx->tail == 9, "not taken: tail %u", u.tx->tail);
	send_numbers(&other, 0, 10);
	CHECK(take_numbers(&u, 0) == 0 && take_numbers(&other, 0) == 0, "delivered without a switch");
	WANT(EBUSY, attach(fd, "vale1:open0"));
	stop_using(&u);
	WANT(0, attach(fd, "vale2:open0"));
	WANT(0, use(&u, "open0"));
	send_numbers(&other, 0, 2);
	CHECK(take_numbers(&u, 0) == 0, "still on its old switch");
	stop_using(&u);
	stop_using(&other);
	WANT(ENXIO, detach(fd, "vale1:open0"));
	WANT(0, detach(fd, "vale2:open0"));
	WANT(0, remove_port(fd, "open0"));
}

// As often as it takes until the other process has passed them on.
static int numbers_come(struct port_user *u, int count)
{
	int got = 0;

	for (int ms = 0; ms < 10000 && got < count; ms += 10) {
		struct pollfd p = {u->fd, POLLIN, 0};

		poll(&p, 1, 10);
		got += take_numbers(u, got);
	}
	return got == count;
}

// A second switch has it as it has a network device: what comes from one goes to the other.
static void check_two_switches(int fd)
{
	struct port_user one, other, third;

	WANT(0, new_port(fd, "both0"));
	WANT(0, attach(fd, "vale1:both0"));
	WANT(0, attach(fd, "vale2:both0"));
	WANT(EBUSY, attach(fd, "vale1:both0"));
	WANT(EBUSY, attach(fd, "vale2:both0"));
	WANT(EBUSY, use(&third, "both0"));
	WANT(0, use(&one, "vale1:one"));
	WANT(0, use(&other, "vale2:other"));
	send_numbers(&one, 0, 5);
	CHECK(numbers_come(&other, 5), "not from the first switch to the second");
	send_numbers(&other, 0, 4);
	CHECK(numbers_come(&one, 4), "not from the second switch to the first");
	WANT(EBUSY, remove_port(fd, "both0"));
	WANT(0, detach(fd, "vale2:both0"));
	CHECK(!is_listed(fd, "vale2:both0") && is_listed(fd, "vale1:both0"), "not detached, or more than asked");
	WANT(EBUSY, remove_port(fd, "both0"));
	stop_using(&one);
	stop_using(&other);
	WANT(0, detach(fd, "vale1:both0"));
	WANT(0, remove_port(fd, "both0"));
}

static void check_names(int fd)
{
	static const char *const bad[] = {"", "valeX", "vale0:a", "a/b", "a b", "a{1", "..", "sixteen_letters_"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		WANT(EINVAL, new_port(fd, bad[i]));
	WANT(0, new_port(fd, "fifteen_letters"));
	WANT(EEXIST, new_port(fd, "fifteen_letters"));
	WANT(EEXIST, new_port(fd, "lo"));
	WANT(EINVAL, remove_port(fd, "lo"));
	WANT(ENXIO, remove_port(fd, "nobody"));
	WANT(EINVAL, attach(fd, "fifteen_letters"));
	WANT(ENOMEM, attach(fd, "vale0"));
	WANT(EINVAL, attach(fd, "vale0:nobody"));
	WANT(ENXIO, detach(fd, "vale0"));
	WANT(EINVAL, detach(fd, "fifteen_letters"));
	WANT(0, attach(fd, "vale_with_a_name_as_long_as_one_may_be_on_a_swi:fifteen_letters"));
	CHECK(is_listed(fd, "vale_with_a_name_as_long_as_one_may_be_on_a_swi:fifteen_letters"), "long name");
	WANT(0, detach(fd, "vale_with_a_name_as_long_as_one_may_be_on_a_swi:fifteen_letters"));
	WANT(0, remove_port(fd, "fifteen_letters"));
}

static void check_geometry_and_memory(int fd)
{
	struct nmreq_vale_newif wish = {.nr_tx_slots = 100, .nr_rx_slots = 1 << 20, .nr_tx_rings = 3, .nr_rx_rings = 99};
	struct nmreq_vale_newif unknown = {.nr_mem_id = 999};
	struct port_user u, pipe;

	WANT(EINVAL, ask(fd, "shape0", NETMAP_REQ_VALE_NEWIF, &unknown));
	WANT(0, ask(fd, "shape0", NETMAP_REQ_VALE_NEWIF, &wish));
	CHECK(wish.nr_tx_slots == 100 && wish.nr_rx_slots == 4096 && wish.nr_tx_rings == 3 && wish.nr_rx_rings == 16,
	      "%u %u slots, %u %u rings", wish.nr_tx_slots, wish.nr_rx_slots, wish.nr_tx_rings, wish.nr_rx_rings);
	WANT(0, use(&u, "shape0"));
	CHECK(u.nif->ni_tx_rings == 3 && u.nif->ni_rx_rings == 16 && u.rx->num_slots == 4096, "other rings");
	CHECK(u.reg.nr_mem_id == wish.nr_mem_id, "another region");
	stop_using(&u);
	WANT(0, use(&pipe, "shape0{1"));
	CHECK(pipe.reg.nr_mem_id == wish.nr_mem_id, "its pipes live elsewhere");
	WANT(EBUSY, remove_port(fd, "shape0"));
	stop_using(&pipe);
	WANT(0, remove_port(fd, "shape0"));
}

static int legacy(int fd, unsigned long request, struct nmreq *q, const char *name, uint16_t cmd)
{
	strncpy(q->nr_name, name, sizeof q->nr_name - 1);
	q->nr_version = NETMAP_API;
	q->nr_cmd = cmd;
	return ioctl(fd, request, q) ? errno : 0;
}

static void check_legacy_requests(int fd)
{
	struct nmreq q = {.nr_tx_slots = 64}, walk = {0}, hdr = {.nr_arg1 = 12};

	WANT(0, legacy(fd, NIOCREGIF, &q, "old0", NETMAP_BDG_NEWIF));
	CHECK(q.nr_tx_slots == 64 && q.nr_rx_slots == 1024 && q.nr_tx_rings == 1, "geometry not written back");
	memset(&q, 0, sizeof q);
	WANT(0, legacy(fd, NIOCREGIF, &q, "vale3:old0", NETMAP_BDG_ATTACH));
	WANT(EBUSY, legacy(fd, NIOCREGIF, &q, "vale3:old0", NETMAP_BDG_ATTACH));
	WANT(0, legacy(fd, NIOCGINFO, &walk, "", NETMAP_BDG_LIST));
	CHECK(!strcmp(walk.nr_name, "vale3:old0"), "listed as %s", walk.nr_name);
	WANT(0, legacy(fd, NIOCREGIF, &hdr, "vale3:old0", NETMAP_BDG_VNET_HDR));
	WANT(EOPNOTSUPP, legacy(fd, NIOCREGIF, &q, "vale3:old0", NETMAP_BDG_POLLING_ON));
	WANT(0, legacy(fd, NIOCREGIF, &q, "vale3:old0", NETMAP_BDG_DETACH));
	WANT(0, legacy(fd, NIOCREGIF, &q, "old0", NETMAP_BDG_DELIF));
	WANT(ENXIO, legacy(fd, NIOCREGIF, &q, "old0", NETMAP_BDG_DELIF));
}

static void check_polling_requests(int fd)
{
	struct nmreq_vale_polling body = {.nr_mode = NETMAP_POLLING_MODE_SINGLE_CPU, .nr_num_polling_cpus = 1};
	struct port_user u;

	WANT(0, use(&u, "vale0:x"));
	WANT(EOPNOTSUPP, ask(fd, "vale0:x", NETMAP_REQ_VALE_POLLING_ENABLE, &body));
	WANT(EOPNOTSUPP, ask(fd, "vale0:x", NETMAP_REQ_VALE_POLLING_DISABLE, &body));
	WANT(ENXIO, ask(fd, "vale0:nobody", NETMAP_REQ_VALE_POLLING_ENABLE, &body));
	WANT(EINVAL, ask(fd, "nobody", NETMAP_REQ_VALE_POLLING_ENABLE, &body));
	stop_using(&u);
}

static void check_exclusion(int fd)
{
	struct port_user a, b;

	WANT(0, new_port(fd, "only0"));
	WANT(0, attach(fd, "vale0:only0"));
	WANT(0, use_with(&a, "only0", (struct nmreq_register){.nr_flags = NR_EXCLUSIVE}, NULL));
	WANT(EBUSY, use(&b, "only0"));
	WANT(EINVAL, use(&b, "vale0:only0"));
	stop_using(&a);
	WANT(0, use(&b, "only0"));
	stop_using(&b);
	WANT(0, detach(fd, "vale0:only0"));
	WANT(EINVAL, use(&b, "vale0:only0"));
	WANT(0, remove_port(fd, "only0"));
	WANT(0, use(&b, "vale0:only0"));
	WANT(EBUSY, attach(fd, "vale0:only0"));
	WANT(EBUSY, detach(fd, "vale0:only0"));
	stop_using(&b);
}

// The first opener may use the name that attaching gave the port. From then on it has its own again.
static void check_the_first_by_the_switch(int fd)
{
	struct port_user u, again, other;

	WANT(0, new_port(fd, "first0"));
	WANT(EINVAL, use(&u, "vale0:first0"));
	WANT(0, attach(fd, "vale0:first0"));
	WANT(EINVAL, use(&u, "vale1:first0"));
	WANT(0, use(&other, "vale0:other"));
	WANT(0, use(&u, "vale0:first0"));
	CHECK(!strcmp(u.nif->ni_name, "first0"), "its name is %s", u.nif->ni_name);
	send_numbers(&other, 4, 3);
	CHECK(take_numbers(&u, 4) == 3, "not delivered");
	WANT(EINVAL, use(&again, "vale0:first0"));
	WANT(0, use(&again, "first0"));
	stop_using(&again);
	stop_using(&u);
	stop_using(&other);
	WANT(EINVAL, use(&u, "vale0:first0"));
	WANT(0, detach(fd, "vale0:first0"));
	WANT(0, attach(fd, "vale0:first0"));
	WANT(0, use(&u, "vale0:first0"));
	stop_using(&u);
	WANT(0, detach(fd, "vale0:first0"));
	WANT(0, remove_port(fd, "first0"));
}

static void check_told(int fd, const char *name)
{
	struct nmreq_port_info_get info = {0};

	WANT(0, ask(fd, name, NETMAP_REQ_PORT_INFO_GET, &info));
	CHECK(info.nr_tx_slots == 64 && info.nr_rx_slots == 1024 && info.nr_tx_rings == 2 && info.nr_rx_rings == 1,
	      "%s: %u and %u slots, %u and %u rings", name, info.nr_tx_slots, info.nr_rx_slots, info.nr_tx_rings,
	      info.nr_rx_rings);
}

// By its own name at all times: on no switch, on one, open, on two, when nobody may open it. By the name on the
// switch as long as it may be opened by that. Asking is no opening.
static void check_information(int fd)
{
	struct nmreq_vale_newif shape = {.nr_tx_slots = 64, .nr_tx_rings = 2};
	struct nmreq_port_info_get info = {0};
	struct port_user u;

	WANT(0, ask(fd, "told0", NETMAP_REQ_VALE_NEWIF, &shape));
	check_told(fd, "told0");
	WANT(EINVAL, ask(fd, "vale1:told0", NETMAP_REQ_PORT_INFO_GET, &info));
	WANT(0, attach(fd, "vale1:told0"));
	check_told(fd, "told0");
	check_told(fd, "vale1:told0");
	WANT(0, use(&u, "vale1:told0"));
	check_told(fd, "told0");
	WANT(EINVAL, ask(fd, "vale1:told0", NETMAP_REQ_PORT_INFO_GET, &info));
	stop_using(&u);
	WANT(0, attach(fd, "vale2:told0"));
	WANT(EBUSY, use(&u, "told0"));
	check_told(fd, "told0");
	WANT(0, detach(fd, "vale2:told0"));
	WANT(0, detach(fd, "vale1:told0"));
	WANT(0, remove_port(fd, "told0"));
}

int main(void)
{
	int fd = device();

	check_life(fd);
	check_the_first_by_the_switch(fd);
	check_two_switches(fd);
	check_detaching_while_open(fd);
	check_names(fd);
	check_geometry_and_memory(fd);
	check_legacy_requests(fd);
	check_polling_requests(fd);
	check_exclusion(fd);
	check_information(fd);
	return failures != 0;
}
