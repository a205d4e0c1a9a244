// SPDX-License-Identifier: BSD-2-Clause
//
// AF_PACKET's mapped rings, where AF_XDP is not to be had. The stack sees a copy of what arrives,
// which a program or a table at the device's ingress drops.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unetmap/stats.h>

#include "core/barriers.h"
#include "core/sys.h"
#include "ports/nic_bpf.h"
#include "ports/nic_device.h"
#include "ports/nic_tables.h"

enum {
	SLOT_BYTES = 4096, // header and frame; a multiple of what the kernel allocates in
	BLOCK_BYTES = 1 << 16,
	RX_BYTES = NIC_RX_FRAMES * SLOT_BYTES,
	TX_BYTES = NIC_TX_FRAMES * SLOT_BYTES,
	TX_DATA_OFS = TPACKET2_HDRLEN - sizeof(struct sockaddr_ll),
	VLAN_BYTES = 4,
	ADDRESSES_BYTES = 12,
};

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

static int set(int fd, int option, const void *value, uint32_t bytes)
{
	return setsockopt(fd, SOL_PACKET, option, value, bytes) ? -errno : 0;
}

// ---- opening ----

static int make_rings(int fd)
{
	const int version = TPACKET_V2, on = 1;
	struct tpacket_req rx = {BLOCK_BYTES, RX_BYTES / BLOCK_BYTES, SLOT_BYTES, NIC_RX_FRAMES};
	struct tpacket_req tx = {BLOCK_BYTES, TX_BYTES / BLOCK_BYTES, SLOT_BYTES, NIC_TX_FRAMES};
	int error = set(fd, PACKET_VERSION, &version, sizeof version);

	if (!error)
		error = set(fd, PACKET_LOSS, &on, sizeof on);
	if (!error)
		error = set(fd, PACKET_RX_RING, &rx, sizeof rx);
	if (!error)
		error = set(fd, PACKET_TX_RING, &tx, sizeof tx);
	set(fd, PACKET_QDISC_BYPASS, &on, sizeof on);
	set(fd, PACKET_IGNORE_OUTGOING, &on, sizeof on);
	return error;
}

// What our own host tx ring puts into the stack passes here, too.
static int skip_marked(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_MARK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NIC_HOST_MARK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog filter = {sizeof code / sizeof code[0], code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) ? -errno : 0;
}

// The first queue hears everything; the others only send.
static int bind_queue(const struct nic_device *dev, int fd, uint16_t n)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = n ? 0 : htons(ETH_P_ALL),
		.sll_ifindex = dev->ifindex,
	};

	return bind(fd, (struct sockaddr *)&address, sizeof address) ? -errno : 0;
}

static int be_promiscuous(const struct nic_device *dev, int fd)
{
	const struct packet_mreq all = {.mr_ifindex = dev->ifindex, .mr_type = PACKET_MR_PROMISC};

	return set(fd, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
}

static int map_rings(struct nic_queue *q)
{
	q->scratch = q->map;
	q->rx.entries = sys_mmap(RX_BYTES + TX_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, q->fd, 0);
	if (q->rx.entries == MAP_FAILED) {
		q->rx.entries = NULL;
		return -ENOMEM;
	}
	q->tx.entries = (char *)q->rx.entries + RX_BYTES;
	return 0;
}

static int packet_join(struct nic_queue *q)
{
	int error = nic_map_memory(q, SLOT_BYTES);

	return error ? error : map_rings(q);
}

static int packet_open(struct nic_device *dev, uint16_t n)
{
	struct nic_queue *q = &dev->queues[n];
	int error;

	q->fd = sys_result(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
	if (q->fd < 0)
		return q->fd;
	q->frame_bytes = SLOT_BYTES - TX_DATA_OFS;
	error = nic_make_memory(q, SLOT_BYTES);
	if (!error)
		error = make_rings(q->fd);
	if (!error)
		error = skip_marked(q->fd);
	if (!error)
		error = map_rings(q);
	if (!error)
		error = bind_queue(dev, q->fd, n);
	return error || n ? error : be_promiscuous(dev, q->fd);
}

static void packet_close(struct nic_queue *q)
{
	if (q->rx.entries)
		syscall(SYS_munmap, q->rx.entries, RX_BYTES + TX_BYTES);
	q->rx.entries = q->tx.entries = NULL;
	nic_drop_memory(q);
	if (q->fd >= 0)
		sys_close(q->fd);
	q->fd = -1;
}

static int make_deaf(const struct nic_device *dev)
{
	int program = bpf_load_only_marked();
	int link = program < 0 ? program : bpf_attach(program, dev->ifindex, AT_INGRESS);

	if (program >= 0)
		sys_close(program);
	return link < 0 ? nic_tables_only_marked(dev->name) : link;
}

// Where neither can be had the stack goes on receiving (DIFFERENCES.md). Tables that are there have an owner who lives
// or is just ending: closing his socket removes them before it returns.
static int packet_take(struct nic_device *dev)
{
	int link = make_deaf(dev);

	if (link >= 0)
		dev->links[dev->link_count++] = link;
	return link == -EEXIST ? -EBUSY : 0;
}

// ---- receiving ----

static struct tpacket2_hdr *slot_at(void *slots, uint32_t i, uint32_t count)
{
	return (struct tpacket2_hdr *)((char *)slots + (uint64_t)(i % count) * SLOT_BYTES);
}

static void packet_rx_begin(struct nic_queue *q)
{
	q->rx_at = q->shared->rx_at;
}

// The kernel drops when the slot before the next to be read is taken, and then we find that so.
static uint64_t packet_rx_lost(struct nic_queue *q)
{
	struct tpacket2_hdr *last = slot_at(q->rx.entries, q->rx_at - 1, NIC_RX_FRAMES);
	struct tpacket_stats since_then = {0};
	socklen_t bytes = sizeof since_then;

	if (observe(&last->tp_status) & TP_STATUS_USER)
		getsockopt(q->fd, SOL_PACKET, PACKET_STATISTICS, &since_then, &bytes);
	return since_then.tp_drops;
}

// The kernel takes VLAN tags out of frames.
static char *with_tag(struct nic_queue *q, const struct tpacket2_hdr *h, uint32_t *len)
{
	const char *data = (const char *)h + h->tp_mac;
	const uint16_t protocol = h->tp_status & TP_STATUS_VLAN_TPID_VALID ? h->tp_vlan_tpid : ETH_P_8021Q;
	const uint16_t tag[] = {htons(protocol), htons(h->tp_vlan_tci)};

	memcpy(q->scratch, data, ADDRESSES_BYTES);
	memcpy(q->scratch + ADDRESSES_BYTES, tag, VLAN_BYTES);
	memcpy(q->scratch + ADDRESSES_BYTES + VLAN_BYTES, data + ADDRESSES_BYTES, *len - ADDRESSES_BYTES);
	*len += VLAN_BYTES;
	return q->scratch;
}

// The next frame; what the kernel had to cut to the slot's size is left out.
static struct tpacket2_hdr *next_whole(struct nic_queue *q)
{
	while (q->rx_at - q->shared->rx_at < NIC_RX_FRAMES) {
		struct tpacket2_hdr *h = slot_at(q->rx.entries, q->rx_at, NIC_RX_FRAMES);

		if (!(observe(&h->tp_status) & TP_STATUS_USER))
			return NULL;
		q->rx_at++;
		if (h->tp_snaplen == h->tp_len)
			return h;
	}
	return NULL;
}

static char *packet_rx_next(struct nic_queue *q, uint32_t *len)
{
	struct tpacket2_hdr *h = next_whole(q);

	if (!h)
		return NULL;
	*len = h->tp_snaplen;
	if (h->tp_status & TP_STATUS_VLAN_VALID && *len >= ADDRESSES_BYTES && *len + VLAN_BYTES <= SLOT_BYTES)
		return with_tag(q, h, len);
	return (char *)h + h->tp_mac;
}

static void packet_rx_end(struct nic_queue *q)
{
	uint32_t at = q->shared->rx_at;

	publish(&q->shared->rx_at, q->rx_at);
	for (; at != q->rx_at; at++)
		publish(&slot_at(q->rx.entries, at, NIC_RX_FRAMES)->tp_status, TP_STATUS_KERNEL);
}

// ---- sending ----

static void packet_tx_begin(struct nic_queue *q)
{
	q->tx_at = q->shared->tx_at;
}

static char *packet_tx_next(struct nic_queue *q)
{
	struct tpacket2_hdr *h = slot_at(q->tx.entries, q->tx_at, NIC_TX_FRAMES);

	return observe(&h->tp_status) == TP_STATUS_AVAILABLE ? (char *)h + TX_DATA_OFS : NULL;
}

static void packet_tx_put(struct nic_queue *q, uint32_t len)
{
	struct tpacket2_hdr *h = slot_at(q->tx.entries, q->tx_at++, NIC_TX_FRAMES);

	h->tp_len = len;
	h->tp_status = TP_STATUS_SEND_REQUEST;
}

static void packet_tx_end(struct nic_queue *q)
{
	publish(&q->shared->tx_at, q->tx_at);
	sendto(q->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
}

const struct nic_backend nic_packet = {
	.id = UNETMAP_NIC_AF_PACKET,
	.take = packet_take,
	.open = packet_open,
	.join = packet_join,
	.close = packet_close,
	.rx_begin = packet_rx_begin,
	.rx_next = packet_rx_next,
	.rx_end = packet_rx_end,
	.rx_lost = packet_rx_lost,
	.tx_begin = packet_tx_begin,
	.tx_next = packet_tx_next,
	.tx_put = packet_tx_put,
	.tx_end = packet_tx_end,
};
