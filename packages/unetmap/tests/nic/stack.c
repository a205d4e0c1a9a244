// SPDX-License-Identifier: BSD-2-Clause
//
// A device in netmap mode and its stack: the stack is cut off, a program that joins the port with its
// host rings gives it its network back, and the kernel does so when the program is killed. By AF_XDP, by
// AF_PACKET, and where there is no BPF.
#include "veth.h"

enum { PINGS = 5, QUICK_MS = 300, PATIENT_MS = 2000, KILLS = 2 };

static void move(struct netmap_ring *from, struct netmap_ring *to)
{
	while (!nm_ring_empty(from) && nm_ring_space(to)) {
		struct netmap_slot *in = &from->slot[from->cur], *out = &to->slot[to->cur];

		nm_pkt_copy(NETMAP_BUF(from, in->buf_idx), NETMAP_BUF(to, out->buf_idx), in->len);
		out->len = in->len;
		from->head = from->cur = nm_ring_next(from, from->cur);
		to->head = to->cur = nm_ring_next(to, to->cur);
	}
}

// Sleeps for ever if nothing comes: only the device can wake it.
static void join(struct nm_desc *wire, struct nm_desc *host)
{
	struct pollfd p[] = {{wire->fd, POLLIN, 0}, {host->fd, POLLIN, 0}};

	for (;;) {
		poll(p, 2, -1);
		move(NETMAP_RXRING(wire->nifp, 0), NETMAP_TXRING(host->nifp, host->first_tx_ring));
		move(NETMAP_RXRING(host->nifp, host->first_rx_ring), NETMAP_TXRING(wire->nifp, 0));
		ioctl(host->fd, NIOCTXSYNC, NULL);
		ioctl(wire->fd, NIOCTXSYNC, NULL);
	}
}

static pid_t start_owner(int joins)
{
	int to_parent;
	pid_t pid = fork_until_ready(&to_parent);

	if (pid == 0) {
		struct nm_desc *wire = open_port("netmap:nmv0"), *host = open_port("netmap:nmv0^");

		say_ready(to_parent);
		if (joins)
			join(wire, host);
		for (;;)
			pause();
	}
	CHECK(pid > 0, "the owner did not start");
	return pid;
}

static void check_visible(int backend, int host_way)
{
	struct unetmap_stats s;

	CHECK(port_stats("nmv0", &s), "the port is not in the statistics");
	CHECK(s.kind == UNETMAP_PORT_NIC && s.backend == backend, "kind %u, backend %u, not %d", s.kind, s.backend,
	      backend);
	CHECK(s.host_way == host_way, "host rings by %u, not %d", s.host_way, host_way);
	CHECK(s.ring_count == 4 && s.tx_rings == 1 && s.rx_rings == 1, "%u rings", s.ring_count);
	CHECK(s.rings[2].packets >= PINGS && s.rings[1].packets >= PINGS, "rx %ju, host tx %ju",
	      (uintmax_t)s.rings[2].packets, (uintmax_t)s.rings[1].packets);
}

static void check_cut_off(void)
{
	pid_t owner = start_owner(0);

	CHECK(ping(2, QUICK_MS) == 0, "the stack still reaches the network");
	CHECK(registers("nmv0", NR_REG_ALL_NIC, NR_EXCLUSIVE) == EBUSY, "not busy");
	kill_and_wait(owner);
	CHECK(ping(2, PATIENT_MS) == 2, "the stack has not got its device back");
}

static void check_joined(int backend, int host_way)
{
	pid_t owner = start_owner(1);

	CHECK(ping(PINGS, PATIENT_MS) == PINGS, "pings were lost");
	check_visible(backend, host_way);
	kill_and_wait(owner);
}

static void check(const char *name, int backend, int host_way)
{
	setenv("UNETMAP_NIC", name, 1);
	CHECK(ping(1, PATIENT_MS) == 1, "no network to begin with");
	for (int i = 0; i < KILLS; i++) {
		check_joined(backend, host_way);
		check_cut_off();
		CHECK(registers("nmv0", NR_REG_NIC_SW, NR_EXCLUSIVE) == 0, "the device is not free");
	}
}

static void check_without_bpf(void)
{
	pid_t peer = make_veth_pair();

	check("any", UNETMAP_NIC_AF_PACKET, UNETMAP_HOST_NFTABLES);
	remove_peer(peer);
}

int main(void)
{
	pid_t peer;

	without_bpf(check_without_bpf);
	peer = make_veth_pair();
	check("xdp", UNETMAP_NIC_AF_XDP, UNETMAP_HOST_BPF);
	check("packet", UNETMAP_NIC_AF_PACKET, UNETMAP_HOST_BPF);
	remove_peer(peer);
	return failures != 0;
}
