// SPDX-License-Identifier: BSD-2-Clause
//
// Proves what happens at the ends of things: a switch takes 254 ports and then says ENOMEM, opened or
// attached, and a place that becomes free is used again; walks over such a switch name every port
// once, from wherever they begin; a ninth switch is refused; names are taken up to their last
// letter and refused beyond it.
#include "../control/requests.h"

enum { SWITCH_PORTS = 254, SWITCHES = 8 };

static int users[SWITCH_PORTS];

static int open_one(const char *name)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC, .nr_tx_slots = 8, .nr_rx_slots = 8};
	int fd = device();
	int error = ask(fd, name, NETMAP_REQ_REGISTER, &reg);

	if (!error)
		return fd;
	close(fd);
	return -error;
}

static void open_numbered(int n)
{
	char name[32];

	snprintf(name, sizeof name, "vale0:p%d", n);
	users[n] = open_one(name);
	CHECK(users[n] >= 0, "%s: %s", name, strerror(-users[n]));
}

static int next_listed(int fd, struct nmreq_vale_list *at, char name[NETMAP_REQ_IFNAMSIZ])
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_VALE_LIST};

	h.nr_body = (uintptr_t)at;
	if (ioctl(fd, NIOCCTRL, &h))
		return errno;
	memcpy(name, h.nr_name, NETMAP_REQ_IFNAMSIZ);
	return 0;
}

static int count_listed(int fd, uint16_t bridge, uint32_t port)
{
	struct nmreq_vale_list at = {.nr_bridge_idx = bridge, .nr_port_idx = port};
	char name[NETMAP_REQ_IFNAMSIZ];
	int count = 0, error;

	while (!(error = next_listed(fd, &at, name))) {
		char wanted[32];

		snprintf(wanted, sizeof wanted, "vale0:p%u", at.nr_port_idx);
		CHECK(!strcmp(name, wanted), "%s at %u", name, at.nr_port_idx);
		at.nr_port_idx++;
		count++;
	}
	CHECK(error == ENOENT, "the walk ends with %s", strerror(error));
	return count;
}

static void check_full_switch(int fd)
{
	for (int n = 0; n < SWITCH_PORTS; n++)
		open_numbered(n);
	CHECK(open_one("vale0:onemore") == -ENOMEM, "a 255th port");
	WANT(0, new_port(fd, "keep0"));
	WANT(ENOMEM, attach(fd, "vale0:keep0"));
	CHECK(count_listed(fd, 0, 0) == SWITCH_PORTS, "not every port is listed");
	CHECK(count_listed(fd, 0, 253) == 1 && count_listed(fd, 0, 254) == 0, "walks near the end");
	CHECK(count_listed(fd, 0, UINT32_MAX) == 0 && count_listed(fd, UINT16_MAX, 0) == 0, "walks beyond it");
	close(users[100]);
	CHECK(count_listed(fd, 0, 0) == SWITCH_PORTS - 1, "a closed one is listed");
	open_numbered(100);
	CHECK(count_listed(fd, 0, 100) == SWITCH_PORTS - 100, "its place was not used again");
	for (int n = 0; n < SWITCH_PORTS; n++)
		close(users[n]);
	WANT(0, attach(fd, "vale0:keep0"));
	WANT(0, detach(fd, "vale0:keep0"));
	WANT(0, remove_port(fd, "keep0"));
}

static void check_switches(int fd)
{
	int open_fds[SWITCHES];
	char name[32];

	WANT(0, new_port(fd, "keep0"));
	for (int n = 0; n < SWITCHES; n++) {
		snprintf(name, sizeof name, "vale%d:x", n);
		open_fds[n] = open_one(name);
		CHECK(open_fds[n] >= 0, "%s: %s", name, strerror(-open_fds[n]));
	}
	CHECK(open_one("vale8:x") == -ENOMEM, "a ninth switch");
	WANT(ENOMEM, attach(fd, "vale8:keep0"));
	close(open_fds[3]);
	WANT(0, attach(fd, "vale8:keep0"));
	CHECK(open_one("vale3:x") == -ENOMEM, "a ninth switch, after an attached port's");
	WANT(0, detach(fd, "vale8:keep0"));
	WANT(0, remove_port(fd, "keep0"));
	for (int n = 0; n < SWITCHES; n++)
		close(open_fds[n]);
}

static void check_name(const char *name, int wanted)
{
	int fd = open_one(name);

	CHECK((wanted < 0) == (fd < 0), "%s (%zu letters): %s", name, strlen(name), fd < 0 ? strerror(-fd) : "opened");
	CHECK(wanted >= 0 || fd == wanted, "%s: %s", name, strerror(-fd));
	if (fd >= 0)
		close(fd);
}

static void check_names(int fd)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC};
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_REGISTER};

	check_name("vale:fifteen_letters", 0);
	check_name("vale:sixteen_letters_", -ENOMEM);
	check_name("vale_of_a_name_that_takes_all_but_the_port_xxxx:fifteen_letters", 0);
	check_name("vale0", -ENOMEM);
	check_name("fifteen_letters{1", 0);
	check_name("sixteen_letters_{1", -ENXIO);
	check_name("p{a_pipe_whose_name_is_long_but_not_too_long_for_the_field_xxx", 0);
	check_name("", -ENXIO);
	h.nr_body = (uintptr_t)&reg;
	memset(h.nr_name, 'v', sizeof h.nr_name); // without an end
	CHECK(ioctl(fd, NIOCCTRL, &h) == -1, "a name without an end was opened");
}

int main(void)
{
	int fd = device();

	check_full_switch(fd);
	check_switches(fd);
	check_names(fd);
	return failures != 0;
}
