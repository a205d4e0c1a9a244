// SPDX-License-Identifier: BSD-2-Clause
//
// Monitors that copy: frames that arrive are seen whether or not their receiver takes them; a full
// monitor gets the last frames of what was sent at once; nothing can be sent through one, and poll says so.
#include "../control/requests.h"

static struct port_user watch(const char *name, uint64_t flags, uint32_t slots)
{
	struct port_user u;

	WANT(0, use_with(&u, name, (struct nmreq_register){.nr_flags = flags, .nr_rx_slots = slots}, NULL));
	return u;
}

static short polled(struct port_user *u, short events)
{
	struct pollfd p = {u->fd, events, 0};

	poll(&p, 1, 0);
	return p.revents;
}

static void without_the_receiver(const char *from_name, const char *to_name)
{
	struct port_user from, to, early, late;

	WANT(0, use(&from, from_name));
	WANT(0, use(&to, to_name));
	early = watch(to_name, NR_MONITOR_RX, 0);
	send_numbers(&from, 0, 3);
	CHECK(take_numbers(&early, 0) == 3, "%s: nothing before its receiver looks", to_name);
	late = watch(to_name, NR_MONITOR_RX, 0);
	CHECK(take_numbers(&to, 0) == 3, "%s: the receiver has not got them", to_name);
	CHECK(take_numbers(&early, 3) == 0, "%s: seen twice", to_name);
	send_numbers(&from, 3, 2);
	CHECK(take_numbers(&early, 3) == 2 && take_numbers(&late, 3) == 2, "%s: not what came then", to_name);
	stop_using(&late);
	stop_using(&early);
	stop_using(&to);
	stop_using(&from);
}

static void full(void)
{
	struct port_user from, monitor;

	WANT(0, use(&from, "vale0:from"));
	monitor = watch("vale0:from", NR_MONITOR_TX, 4);
	send_numbers(&from, 0, 10);
	CHECK(take_numbers(&monitor, 7) == 3, "not the last three of ten");
	CHECK(polled(&monitor, POLLOUT) == (POLLOUT | POLLERR), "poll says %x", polled(&monitor, POLLOUT));
	CHECK(polled(&monitor, POLLIN) == 0, "poll says %x", polled(&monitor, POLLIN));
	stop_using(&from);
	CHECK(polled(&monitor, POLLIN) == POLLERR, "poll says %x of what has gone", polled(&monitor, POLLIN));
	stop_using(&monitor);
}

static void names(void)
{
	struct port_user from, monitor;

	WANT(ENXIO, use_with(&monitor, "nosuch", (struct nmreq_register){.nr_flags = NR_MONITOR_TX}, NULL));
	WANT(EINVAL, use_with(&monitor, "vale0:nobody", (struct nmreq_register){.nr_flags = NR_MONITOR_TX}, NULL));
	WANT(0, use(&from, "vale0:from"));
	for (int n = 0; n < 2; n++) {
		char name[40];

		snprintf(name, sizeof name, "vale0:from/rt#%d", n);
		monitor = watch("vale0:from", NR_MONITOR_TX | NR_MONITOR_RX, 0);
		CHECK(!strcmp(monitor.nif->ni_name, name), "%s, not %s", monitor.nif->ni_name, name);
		stop_using(&monitor);
	}
	stop_using(&from);
}

int main(void)
{
	without_the_receiver("vale0:from", "vale0:to");
	without_the_receiver("mp{1", "mp}1");
	full();
	names();
	return failures ? 1 : 0;
}
