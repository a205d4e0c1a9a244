// SPDX-License-Identifier: BSD-2-Clause
//
// A device on a switch: with its host rings its stack goes on talking, through the switch; without
// them only the switch has it; and when the process that keeps it there is killed, all is as before.
#include "veth.h"

enum { PINGS = 3, QUICK_MS = 300, PATIENT_MS = 2000, GONE_MS = 2000 };

static int vale_ctl(const char *arguments)
{
	return run_quietly("%s/bin/vale-ctl %s >/dev/null", getenv("BUILD"), arguments);
}

static int is_listed(const char *name)
{
	return !run_quietly("%s/bin/vale-ctl | grep -qF '%s bridge_idx'", getenv("BUILD"), name);
}

static void check_with_host(void)
{
	CHECK(vale_ctl("-h vale0:nmv0") == 0, "not attached");
	CHECK(is_listed("vale0:nmv0") && is_listed("vale0:nmv0^"), "not listed");
	CHECK(vale_ctl("-h vale0:nmv0") != 0, "attached twice");
	CHECK(registers("vale0:nmv0", NR_REG_ALL_NIC, 0) == EBUSY, "opened while it is attached");
	CHECK(registers("nmv0", NR_REG_ALL_NIC, 0) == EBUSY, "the device opened while it is attached");
	CHECK(ping(PINGS, PATIENT_MS) == PINGS, "the stack lost its network");
	CHECK(vale_ctl("-d vale0:nmv0") == 0, "not detached");
	CHECK(!is_listed("vale0:nmv0") && !is_listed("vale0:nmv0^"), "still listed");
	CHECK(ping(PINGS, PATIENT_MS) == PINGS, "the stack did not get its device back");
}

// An echo request that the peer answers, put on the switch by a program; its answer comes back there.
static void check_switch_port(void)
{
	struct nm_desc *d = open_port("vale0:program");
	struct netmap_ring *rx = NETMAP_RXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLIN, 0};
	uint8_t arp[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1,
			   2,	 0,    0,    0,	   0,	 9,    10, 9, 0, 9, 0, 0, 0, 0, 0, 0, 10, 9, 0, 2};
	int answered = 0;

	nm_inject(d, arp, sizeof arp);
	ioctl(d->fd, NIOCTXSYNC, NULL);
	while (!answered && poll(&p, 1, PATIENT_MS) > 0)
		for (; !nm_ring_empty(rx); rx->head = rx->cur = nm_ring_next(rx, rx->cur)) {
			const uint8_t *frame = (uint8_t *)NETMAP_BUF(rx, rx->slot[rx->cur].buf_idx);

			answered += frame[13] == 6 && frame[21] == 2 && frame[31] == 2;
		}
	CHECK(answered == 1, "%d answers at the switch", answered);
	nm_close(d);
}

static void check_killed(void)
{
	const int64_t end = now_ms() + GONE_MS;
	struct unetmap_stats s;

	CHECK(vale_ctl("-a vale0:nmv0") == 0, "not attached");
	CHECK(ping(1, QUICK_MS) == 0, "the stack still has its device");
	check_switch_port();
	CHECK(port_stats("vale0:nmv0", &s) && s.pid > 0, "nobody keeps it");
	kill(s.pid, SIGKILL);
	while (is_listed("vale0:nmv0") && now_ms() < end)
		usleep(1000);
	CHECK(!is_listed("vale0:nmv0"), "still listed after its process was killed");
	CHECK(ping(PINGS, PATIENT_MS) == PINGS, "the stack did not get its device back");
}

static void check_polling(void)
{
	CHECK(vale_ctl("-h vale0:nmv0") == 0, "not attached");
	CHECK(vale_ctl("-P vale0:nmv0") != 0, "not polled, and stopped");
	CHECK(vale_ctl("-p vale0:nmv0 -C 1,0,9999") != 0, "more processors than there are");
	CHECK(vale_ctl("-p vale0:nmv0 -C 1,99") != 0, "a ring that is not there");
	CHECK(vale_ctl("-p vale0:nmv0 -C 0,0") == 0, "not polled");
	CHECK(vale_ctl("-p vale0:nmv0 -C 0,0") != 0, "polled twice");
	CHECK(ping(PINGS, PATIENT_MS) == PINGS, "not served while it is polled");
	CHECK(vale_ctl("-d vale0:nmv0") != 0, "detached while it is polled");
	CHECK(vale_ctl("-P vale0:nmv0") == 0, "still polled");
	CHECK(vale_ctl("-d vale0:nmv0") == 0, "not detached");
}

int main(void)
{
	pid_t peer = make_veth_pair();

	check_with_host();
	check_killed();
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) // one is never given away
		check_polling();
	CHECK(vale_ctl("-a vale0:lo") != 0, "lo attached");
	CHECK(vale_ctl("-d vale0:nmv0") != 0, "detached what is not attached");
	remove_peer(peer);
	return failures != 0;
}
