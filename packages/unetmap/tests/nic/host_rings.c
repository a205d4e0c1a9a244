// SPDX-License-Identifier: BSD-2-Clause
//
// A device has as many host rings as its first opener asks for, up to what there is room for. Whatever is sent from
// any of them reaches the stack; what the stack sends comes to the first. By AF_XDP and by AF_PACKET.
#include <linux/if_packet.h>

#include "veth.h"

enum { TX_HOSTS = 3, RX_HOSTS = 2, FRAMES = 5, FRAME_BYTES = 60, TYPE = 0x88b5, PATIENT_MS = 5000 };

static int device(void)
{
	return open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC);
}

// 0 or errno.
static int ask(int fd, struct nmreq_register *reg)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_REGISTER, .nr_name = "nmv0"};

	h.nr_body = (uintptr_t)reg;
	return ioctl(fd, NIOCCTRL, &h) ? errno : 0;
}

static struct nmreq_register hosts_wanted(uint32_t mode, uint16_t tx, uint16_t rx)
{
	return (struct nmreq_register){.nr_mode = mode, .nr_host_tx_rings = tx, .nr_host_rx_rings = rx};
}

static struct netmap_if *map(int fd, const struct nmreq_register *reg)
{
	char *memory = mmap(NULL, reg->nr_memsize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return NETMAP_IF(memory, reg->nr_offset);
}

static int stack_socket(void)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(TYPE), .sll_ifindex = if_nametoindex("nmv0")};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(TYPE));

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at))
		skip("no AF_PACKET");
	return fd;
}

static void write_frame(char *frame, uint8_t number)
{
	memset(frame, 0xff, 12);
	frame[6] = 2;
	frame[12] = (char)(TYPE >> 8);
	frame[13] = (char)(TYPE & 0xff);
	memset(frame + 14, number, FRAME_BYTES - 14);
}

static void send_from(struct netmap_ring *ring, uint8_t number)
{
	for (int i = 0; i < FRAMES; i++) {
		write_frame(NETMAP_BUF(ring, ring->slot[ring->head].buf_idx), number);
		ring->slot[ring->head].len = FRAME_BYTES;
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
}

// How many frames of that number the stack was given; it sees what others say, too.
static int stack_gets(int fd, uint8_t number)
{
	int64_t until = now_ms() + PATIENT_MS;
	char frame[2048];
	int count = 0;

	while (count < FRAMES && now_ms() < until) {
		struct pollfd p = {fd, POLLIN, 0};

		if (poll(&p, 1, 100) == 1 && recv(fd, frame, sizeof frame, 0) >= FRAME_BYTES)
			count += frame[20] == number;
	}
	return count;
}

static int ring_gets(int fd, struct netmap_ring *ring)
{
	int64_t until = now_ms() + PATIENT_MS;
	int count = 0;

	while (count < FRAMES && now_ms() < until) {
		struct pollfd p = {fd, POLLIN, 0};

		poll(&p, 1, 100);
		for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->head))
			count += NETMAP_BUF(ring, ring->slot[ring->head].buf_idx)[12] == (char)(TYPE >> 8);
	}
	return count;
}

static void check_traffic(const char *backend)
{
	struct nmreq_register reg = hosts_wanted(NR_REG_SW, TX_HOSTS, RX_HOSTS);
	int fd = device(), stack = stack_socket();
	struct netmap_if *nif;
	char frame[FRAME_BYTES];

	CHECK(!ask(fd, &reg), "%s: %s", backend, strerror(errno));
	CHECK(reg.nr_host_tx_rings == TX_HOSTS && reg.nr_host_rx_rings == RX_HOSTS, "%s: %u and %u host rings", backend,
	      reg.nr_host_tx_rings, reg.nr_host_rx_rings);
	nif = map(fd, &reg);
	CHECK(nif->ni_host_tx_rings == TX_HOSTS && nif->ni_host_rx_rings == RX_HOSTS, "%s: not in the interface", backend);
	for (int n = 0; n < TX_HOSTS; n++) {
		send_from(NETMAP_TXRING(nif, nif->ni_tx_rings + n), n + 1);
		ioctl(fd, NIOCTXSYNC, NULL);
		CHECK(stack_gets(stack, n + 1) == FRAMES, "%s: the stack did not get those of host ring %d", backend, n);
	}
	for (int n = 0; n < FRAMES; n++) {
		write_frame(frame, 9);
		CHECK(send(stack, frame, sizeof frame, 0) == sizeof frame, "%s: %s", backend, strerror(errno));
	}
	CHECK(ring_gets(fd, NETMAP_RXRING(nif, nif->ni_rx_rings)) == FRAMES, "%s: not from the stack", backend);
	CHECK(nm_ring_empty(NETMAP_RXRING(nif, nif->ni_rx_rings + 1)), "%s: on the second ring", backend);
	munmap((char *)nif - reg.nr_offset, reg.nr_memsize);
	close(stack);
	close(fd);
}

// One by its number; where there are fewer of the other direction, its first one. Later openers get what there is.
static void check_choice(void)
{
	struct nmreq_register whole = hosts_wanted(NR_REG_SW, TX_HOSTS, RX_HOSTS), one = hosts_wanted(NR_REG_ONE_SW, 9, 9);
	int fd = device(), other = device();
	struct netmap_if *nif;

	CHECK(!ask(fd, &whole), "%s", strerror(errno));
	one.nr_ringid = TX_HOSTS;
	CHECK(ask(other, &one) == EINVAL, "a ring that there is not");
	one = hosts_wanted(NR_REG_ONE_SW, 9, 9);
	one.nr_ringid = TX_HOSTS - 1;
	CHECK(!ask(other, &one) && one.nr_host_tx_rings == TX_HOSTS, "%u host rings", one.nr_host_tx_rings);
	nif = map(other, &one);
	CHECK(nif->ring_ofs[1 + TX_HOSTS - 1] && !nif->ring_ofs[1], "another tx ring");
	CHECK(nif->ring_ofs[1 + TX_HOSTS + 1] && !nif->ring_ofs[1 + TX_HOSTS + 2], "another rx ring");
	munmap((char *)nif - one.nr_offset, one.nr_memsize);
	close(other);
	close(fd);
	whole = hosts_wanted(NR_REG_NIC_SW, 0, 500);
	fd = device();
	CHECK(!ask(fd, &whole) && whole.nr_host_tx_rings == 1 && whole.nr_host_rx_rings == 16, "%u and %u host rings",
	      whole.nr_host_tx_rings, whole.nr_host_rx_rings);
	close(fd);
}

int main(void)
{
	make_quiet_pair();
	setenv("UNETMAP_NIC", "xdp", 1);
	check_traffic("xdp");
	check_choice();
	setenv("UNETMAP_NIC", "packet", 1);
	check_traffic("packet");
	return failures != 0;
}
