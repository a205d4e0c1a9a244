// SPDX-License-Identifier: BSD-2-Clause
//
// What a stack sends over a veth pair arrives in a port with checksums that are right, though the stack left them to
// its device; what was sent wrong on purpose stays wrong. By AF_XDP and by AF_PACKET.
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <linux/if_packet.h>

#include "veth.h"

#define OUR_ADDRESS_6 "fd09::1"
#define PEER_ADDRESS_6 "fd09::2"

enum { PORT = 7, WAIT_MS = 3000, MAC_BYTES = 6, ETHERNET_BYTES = 14, IPV6_BYTES = 40, MOST_PAYLOAD = 1400 };
enum kind { UDP4, UDP4_ODD, UDP6, TCP4, WRONG, KINDS };
static const char *const kind_names[] = {"UDP", "UDP of odd length", "UDP over IPv6", "TCP", "wrong on purpose"};

// ---- who sends, in the peer's namespace ----

static void enter_namespace_of(pid_t peer)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/ns/net", peer);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		skip(path);
	close(fd);
}

static void send_datagram(int family, const char *address, size_t bytes)
{
	struct sockaddr_in to4 = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	char payload[MOST_PAYLOAD];
	int fd = socket(family, SOCK_DGRAM, 0);

	memset(payload, 0x5a, sizeof payload);
	inet_pton(AF_INET, address, &to4.sin_addr);
	inet_pton(AF_INET6, address, &to6.sin6_addr);
	if (family == AF_INET)
		sendto(fd, payload, bytes, 0, (struct sockaddr *)&to4, sizeof to4);
	else
		sendto(fd, payload, bytes, 0, (struct sockaddr *)&to6, sizeof to6);
	close(fd);
}

static void send_syn(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	inet_pton(AF_INET, OUR_ADDRESS, &to.sin_addr);
	connect(fd, (struct sockaddr *)&to, sizeof to);
	close(fd);
}

// As it was, with a checksum that is neither right nor unfinished.
static void send_raw(const void *frame, size_t bytes)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex("nmv1"), .sll_halen = MAC_BYTES};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	sendto(fd, frame, bytes, 0, (struct sockaddr *)&to, sizeof to);
	close(fd);
}

static void send_wrong(void)
{
	unsigned char frame[ETHERNET_BYTES + sizeof(struct iphdr) + sizeof(struct udphdr)] = {2, [12] = 8};
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP};
	struct udphdr udp = {.source = htons(1), .dest = htons(PORT), .len = htons(sizeof udp), .check = 0x1234};

	ip.tot_len = htons(sizeof ip + sizeof udp);
	inet_pton(AF_INET, PEER_ADDRESS, &ip.saddr);
	inet_pton(AF_INET, OUR_ADDRESS, &ip.daddr);
	ip.check = internet_sum(&ip, sizeof ip);
	memcpy(frame + ETHERNET_BYTES, &ip, sizeof ip);
	memcpy(frame + ETHERNET_BYTES + sizeof ip, &udp, sizeof udp);
	send_raw(frame, sizeof frame);
}

static void send_from(pid_t peer, enum kind kind)
{
	pid_t pid = fork();

	if (!pid) {
		enter_namespace_of(peer);
		switch (kind) {
		case UDP4: send_datagram(AF_INET, OUR_ADDRESS, 100); break;
		case UDP4_ODD: send_datagram(AF_INET, OUR_ADDRESS, 1399); break;
		case UDP6: send_datagram(AF_INET6, OUR_ADDRESS_6, 61); break;
		case TCP4: send_syn(); break;
		default: send_wrong();
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

// ---- who receives ----

// Of pseudo header and segment: 0 if the checksum in it is right.
static uint16_t left_over(const unsigned char *addresses, size_t address_bytes, const unsigned char *segment, size_t bytes,
			  uint8_t protocol)
{
	unsigned char all[2 * 16 + 4 + MOST_PAYLOAD + 100] = {0};

	memcpy(all, addresses, address_bytes);
	all[address_bytes] = bytes >> 8;
	all[address_bytes + 1] = bytes;
	all[address_bytes + 3] = protocol;
	memcpy(all + address_bytes + 4, segment, bytes);
	return internet_sum(all, (address_bytes + 4 + bytes + 1) / 2 * 2);
}

// -1 for a frame that is not of this kind, else what is left over.
static int judge(const unsigned char *frame, enum kind kind)
{
	const unsigned char *ip = frame + ETHERNET_BYTES;
	const int type = frame[12] << 8 | frame[13], protocol = kind == TCP4 ? IPPROTO_TCP : IPPROTO_UDP;

	if (kind == UDP6) {
		const int is_ours = type == 0x86dd && ip[6] == protocol && ip[IPV6_BYTES + 3] == PORT;

		return is_ours ? left_over(ip + 8, 32, ip + IPV6_BYTES, ip[4] << 8 | ip[5], protocol) : -1;
	}
	if (type != 0x0800 || ip[9] != protocol || ip[23] != PORT)
		return -1;
	return left_over(ip + 12, 8, ip + 20, (ip[2] << 8 | ip[3]) - 20, protocol);
}

static int receive(struct nm_desc *d, enum kind kind)
{
	const int64_t end = now_ms() + WAIT_MS;
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLIN, 0};

	while (now_ms() < end && poll(&p, 1, 100) >= 0)
		for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur)) {
			int left = judge((unsigned char *)NETMAP_BUF(ring, ring->slot[ring->cur].buf_idx), kind);

			if (left < 0)
				continue;
			ring->head = ring->cur = nm_ring_next(ring, ring->cur);
			return left;
		}
	return -1;
}

static void check(pid_t peer, const char *backend)
{
	struct nm_desc *d;

	setenv("UNETMAP_NIC", backend, 1);
	d = open_port("netmap:nmv0");
	for (enum kind kind = 0; kind < KINDS; kind++) {
		int left;

		send_from(peer, kind);
		left = receive(d, kind);
		CHECK(left >= 0, "%s, %s: nothing came", backend, kind_names[kind]);
		CHECK((left != 0) == (kind == WRONG), "%s, %s: %#x is left over", backend, kind_names[kind], left);
	}
	nm_close(d);
}

int main(void)
{
	pid_t peer = make_veth_pair();

	if (run_quietly("mac=$(ip -o link show nmv0 | sed 's/.*ether \\([^ ]*\\).*/\\1/');"
			"nsenter -t %d -n sh -c \"ip -6 addr add " PEER_ADDRESS_6 "/64 dev nmv1 nodad && "
			"ip neigh replace " OUR_ADDRESS " lladdr $mac dev nmv1 && "
			"ip neigh replace " OUR_ADDRESS_6 " lladdr $mac dev nmv1\"", peer))
		skip("no neighbor can be named");
	check(peer, "xdp");
	check(peer, "packet");
	remove_peer(peer);
	return failures != 0;
}
