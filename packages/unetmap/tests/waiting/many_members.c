// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that each of several hundred ports in one epoll set is looked at: by who waits in the set, who polls it, and
// who waits in a set that it is in.
#include <sys/epoll.h>

#include "../control/requests.h"

enum { PORTS = 280, SWITCHES = 2, SLOTS = 32, PATIENT_MS = 1000 };

static struct port_user ports[PORTS];

static void open_all(void)
{
	const struct nmreq_register small = {.nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS};

	for (int i = 0; i < PORTS; i++) {
		char name[32];

		snprintf(name, sizeof name, "vale%d:p%d", i % SWITCHES, i);
		WANT(0, use_with(&ports[i], name, small, NULL));
	}
}

static void add(int set, int fd, uint32_t data)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = data};

	CHECK(!epoll_ctl(set, EPOLL_CTL_ADD, fd, &e), "%u: %s", data, strerror(errno));
}

static void check_reported(int set, int want, uint32_t data)
{
	static struct epoll_event e[PORTS];
	const int r = epoll_wait(set, e, PORTS, PATIENT_MS);

	CHECK(r == want && e[r - 1].data.u32 == data, "%d are reported, not %d", r, want);
}

int main(void)
{
	int set = epoll_create1(EPOLL_CLOEXEC), outer = epoll_create1(EPOLL_CLOEXEC);
	struct pollfd p = {set, POLLIN, 0};
	const int last = PORTS - 1, sender = last - SWITCHES;

	open_all();
	for (int i = 0; i < PORTS; i++)
		add(set, ports[i].fd, i);
	add(outer, set, PORTS);
	CHECK(epoll_wait(set, &(struct epoll_event){0}, 1, 0) == 0, "ready with nothing in it");
	send_numbers(&ports[sender], 0, 1);
	for (int i = last % SWITCHES; i < last; i += SWITCHES)
		take_numbers(&ports[i], 0);
	check_reported(set, 1, last);
	check_reported(outer, 1, PORTS);
	CHECK(poll(&p, 1, PATIENT_MS) == 1, "not pollable");
	CHECK(take_numbers(&ports[last], 0) == 1, "no frame came to the last one");
	for (int i = 0; i < SWITCHES; i++)
		send_numbers(&ports[i], 0, 1);
	check_reported(set, PORTS - SWITCHES, last);
	return failures != 0;
}
