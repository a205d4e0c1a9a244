// SPDX-License-Identifier: BSD-2-Clause
//
// Bursts out of a veth device, which leave in one system call while the other end takes such frames:
// the device says that they did; signals in between neither lose nor repeat a frame; and when the other
// end's owner comes and goes, each frame reaches whoever is there, the port or the stack, and those for the
// stack do not leave in bursts.
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/utsname.h>

#include "veth.h"

enum { BURST = 200, ROUNDS = 50, FRAME_BYTES = 60, STUCK_MS = 5000, TURNS = 4, MAX_STATS = 256, ETHERTYPE = 0x88b5 };

static uint32_t next_number = 1;

static void write_frame(char *frame, uint32_t number)
{
	static const uint8_t header[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ETHERTYPE >> 8, ETHERTYPE & 255};

	memset(frame, 0, FRAME_BYTES);
	memcpy(frame, header, sizeof header);
	memcpy(frame + sizeof header, &number, sizeof number);
}

static int is_ours(const char *frame, uint32_t len)
{
	return len == FRAME_BYTES && (uint8_t)frame[12] == ETHERTYPE >> 8 && (uint8_t)frame[13] == (ETHERTYPE & 255);
}

static void send_burst(struct nm_desc *d)
{
	struct netmap_ring *ring = NETMAP_TXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLOUT, 0};

	while (nm_ring_space(ring) < BURST)
		poll(&p, 1, 10);
	for (int i = 0; i < BURST; i++) {
		struct netmap_slot *slot = &ring->slot[ring->cur];

		write_frame(NETMAP_BUF(ring, slot->buf_idx), next_number++);
		slot->len = FRAME_BYTES;
		ring->head = ring->cur = nm_ring_next(ring, ring->cur);
	}
	ioctl(d->fd, NIOCTXSYNC, NULL);
}

static void check_number(const char *frame, uint32_t *expected)
{
	uint32_t number;

	memcpy(&number, frame + 14, sizeof number);
	CHECK(number == *expected, "frame %u where %u should be", number, *expected);
	*expected = number + 1;
}

// ---- the other end ----

static void receive_by_port(struct nm_desc *d, uint32_t *expected, uint32_t end)
{
	const int64_t give_up = now_ms() + STUCK_MS;
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLIN, 0};

	while (*expected < end && now_ms() < give_up) {
		poll(&p, 1, 10);
		for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur)) {
			const struct netmap_slot *slot = &ring->slot[ring->cur];
			const char *frame = NETMAP_BUF(ring, slot->buf_idx);

			if (is_ours(frame, slot->len))
				check_number(frame, expected);
		}
	}
	CHECK(*expected == end, "the port got frames up to %u, not %u", *expected, end);
}

static void receive_by_stack(int fd, uint32_t *expected, uint32_t end)
{
	const int64_t give_up = now_ms() + STUCK_MS;
	char frame[2048];

	while (*expected < end && now_ms() < give_up) {
		ssize_t len = recv(fd, frame, sizeof frame, MSG_DONTWAIT);

		if (len > 0 && is_ours(frame, len))
			check_number(frame, expected);
		else if (len < 0)
			usleep(1000);
	}
	CHECK(*expected == end, "the stack got frames up to %u, not %u", *expected, end);
}

static int open_socket(const char *device)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETHERTYPE));

	address.sll_ifindex = if_nametoindex(device);
	if (bind(fd, (struct sockaddr *)&address, sizeof address))
		exit(1);
	return fd;
}

// ---- what the device says ----

static uint64_t value_of(const char *name, const struct ethtool_gstrings *names, const struct ethtool_stats *values)
{
	for (uint32_t i = 0; i < values->n_stats && i < names->len; i++)
		if (!strncmp((const char *)names->data + i * ETH_GSTRING_LEN, name, ETH_GSTRING_LEN))
			return values->data[i];
	return 0;
}

static uint64_t frames_without_buffers(const char *device)
{
	static union {
		struct ethtool_gstrings strings;
		char bytes[sizeof(struct ethtool_gstrings) + MAX_STATS * ETH_GSTRING_LEN];
	} names;
	static union {
		struct ethtool_stats stats;
		char bytes[sizeof(struct ethtool_stats) + MAX_STATS * sizeof(uint64_t)];
	} values;
	struct ifreq ifr = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error;

	strcpy(ifr.ifr_name, device);
	names.strings = (struct ethtool_gstrings){.cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_STATS};
	values.stats = (struct ethtool_stats){.cmd = ETHTOOL_GSTATS};
	ifr.ifr_data = (char *)&names;
	error = ioctl(fd, SIOCETHTOOL, &ifr);
	ifr.ifr_data = (char *)&values;
	error |= ioctl(fd, SIOCETHTOOL, &ifr);
	close(fd);
	return error ? 0 : value_of("tx_queue_0_xdp_xmit", &names.strings, &values.stats);
}

// Since Linux 6.3.
static int kernel_tells_features(void)
{
	struct utsname system;
	int major = 0, minor = 0;

	uname(&system);
	sscanf(system.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 3);
}

// ---- the checks ----

static void be_interrupted(int signal)
{
}

static void interrupt_every_us(int us)
{
	const struct sigaction action = {.sa_handler = be_interrupted};
	const struct itimerval timer = {{0, us}, {0, us}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void check_interrupted(struct nm_desc *from, struct nm_desc *to, uint32_t *expected)
{
	interrupt_every_us(200);
	for (int i = 0; i < ROUNDS; i++) {
		send_burst(from);
		receive_by_port(to, expected, next_number);
	}
	interrupt_every_us(0);
}

static void check_turns(struct nm_desc *from, uint32_t *expected)
{
	int fd = open_socket("nmv1");

	for (int i = 0; i < TURNS; i++) {
		struct nm_desc *to = open_port("netmap:nmv1");

		send_burst(from);
		receive_by_port(to, expected, next_number);
		nm_close(to);
		send_burst(from);
		receive_by_stack(fd, expected, next_number);
	}
	close(fd);
}

static void switch_gro_on(const char *device)
{
	struct ethtool_value on = {ETHTOOL_SGRO, 1};
	struct ifreq ifr = {.ifr_data = (char *)&on};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(ifr.ifr_name, device);
	CHECK(!ioctl(fd, SIOCETHTOOL, &ifr), "GRO: %s", strerror(errno));
	close(fd);
}

// A stack with GRO could take such frames, but its sockets hold few of them.
static void check_stack_with_gro(struct nm_desc *from, uint32_t *expected)
{
	const uint64_t before = frames_without_buffers("nmv0");
	int fd = open_socket("nmv1");

	switch_gro_on("nmv1");
	for (int i = 0; i < TURNS; i++) {
		send_burst(from);
		receive_by_stack(fd, expected, next_number);
	}
	CHECK(frames_without_buffers("nmv0") == before, "bursts to a stack");
	close(fd);
}

int main(void)
{
	uint32_t expected = next_number;
	struct nm_desc *from, *to;

	make_quiet_pair();
	setenv("UNETMAP_NIC", "xdp", 1);
	from = open_port("netmap:nmv0");
	to = open_port("netmap:nmv1");
	check_interrupted(from, to, &expected);
	CHECK(frames_without_buffers("nmv0") == BURST * ROUNDS || !kernel_tells_features(),
	      "%ju frames left in bursts, not all", (uintmax_t)frames_without_buffers("nmv0"));
	nm_close(to);
	check_turns(from, &expected);
	check_stack_with_gro(from, &expected);
	nm_close(from);
	return failures != 0;
}
