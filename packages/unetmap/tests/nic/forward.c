// SPDX-License-Identifier: BSD-2-Clause
//
// Transparent forwarding: a program that flags what it releases (NS_FORWARD) on rings that it said so
// for (NR_FORWARD) sits between a device and its stack without copying anything. What it does not flag
// stays with it, and so does everything on rings without NR_FORWARD. By AF_XDP, by AF_PACKET, and without BPF.
#include "veth.h"

enum { PINGS = 5, QUICK_MS = 300, PATIENT_MS = 3000 };

// What the program in the middle does with what arrives.
struct rule {
	int ring_flags;
	int only_arp; // flags only what is no IPv4
	int by_ioctl;
};

static int is_ip(const char *frame)
{
	return frame[12] == 8 && frame[13] == 0;
}

static void release(struct netmap_ring *ring, const struct rule *rule)
{
	ring->flags |= rule->ring_flags;
	for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur)) {
		struct netmap_slot *slot = &ring->slot[ring->cur];

		if (!rule->only_arp || !is_ip(NETMAP_BUF(ring, slot->buf_idx)))
			slot->flags |= NS_FORWARD;
	}
}

static void sit_between(struct nm_desc *d, const struct rule *rule)
{
	struct pollfd p = {d->fd, POLLIN, 0};

	for (;;) {
		poll(&p, 1, -1);
		for (int n = d->first_rx_ring; n <= d->last_rx_ring; n++)
			release(NETMAP_RXRING(d->nifp, n), rule);
		if (!rule->by_ioctl)
			continue;
		ioctl(d->fd, NIOCRXSYNC, NULL);
		ioctl(d->fd, NIOCTXSYNC, NULL);
	}
}

static int pings_through(const struct rule *rule, const char *name, int count, int timeout_ms)
{
	int to_parent, answered;
	pid_t pid = fork_until_ready(&to_parent);

	if (pid == 0) {
		struct nm_desc *d = open_port(name);

		say_ready(to_parent);
		sit_between(d, rule);
		_exit(1);
	}
	CHECK(pid > 0, "the program in the middle did not start");
	answered = ping(count, timeout_ms);
	kill_and_wait(pid);
	return answered;
}

static void check(const char *backend)
{
	const struct rule all = {NR_FORWARD, 0, 0}, by_ioctl = {NR_FORWARD, 0, 1}, none = {0, 0, 0}, arp = {NR_FORWARD, 1, 0};

	setenv("UNETMAP_NIC", backend, 1);
	CHECK(pings_through(&all, "netmap:nmv0*", PINGS, PATIENT_MS) == PINGS, "%s: not all forwarded", backend);
	CHECK(pings_through(&by_ioctl, "netmap:nmv0*", PINGS, PATIENT_MS) == PINGS, "%s: not all by ioctl", backend);
	CHECK(pings_through(&none, "netmap:nmv0*", 2, QUICK_MS) == 0, "%s: forwarded without NR_FORWARD", backend);
	CHECK(pings_through(&arp, "netmap:nmv0*", 2, QUICK_MS) == 0, "%s: forwarded without NS_FORWARD", backend);
	CHECK(pings_through(&all, "netmap:nmv0^", 2, QUICK_MS) == 0, "%s: forwarded to rings it has not", backend);
}

static void check_without_bpf(void)
{
	pid_t peer = make_veth_pair();

	check("any");
	remove_peer(peer);
}

int main(void)
{
	pid_t peer;

	without_bpf(check_without_bpf);
	peer = make_veth_pair();
	check("xdp");
	check("packet");
	remove_peer(peer);
	return failures != 0;
}
