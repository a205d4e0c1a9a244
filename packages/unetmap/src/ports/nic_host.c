// SPDX-License-Identifier: BSD-2-Clause
//
// The way to the stack of a device in netmap mode: a tap that lives as long as its descriptor.
//
//   the stack sends by the device  --> marked at its egress --> tap --> host rx
//   host tx --> tap --> marked at its ingress --> the device receives
//
// Nothing else gets out of the tap: what the stack says there by itself has no mark. The tap cannot
// do what devices do for the stack (checksums, segmentation), so the kernel has done it before.
//
// BPF programs do that, where they may. Else tables of nftables do (nic_tables.h); they can send a frame by a
// device but not have it received, so there is a second tap, never up, whose filter turns frames round.
#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unetmap/stats.h>

#include "core/sys.h"
#include "ports/nic_bpf.h"
#include "ports/nic_device.h"
#include "ports/nic_tables.h"

enum {
	HEADER_BYTES = 18, // Ethernet and a VLAN tag
	TX_BYTES = NIC_LARGE_FRAME_BYTES + 65536, // the longest frame with its header, and more
	MEMORY_BYTES = NIC_LARGE_FRAME_BYTES + (1 + MAX_RINGS) * TX_BYTES,
};

static int call(int fd, unsigned long request, struct ifreq *ifr)
{
	return sys_result(syscall(SYS_ioctl, fd, request, ifr));
}

static int make_tap(struct ifreq *tap, const char *pattern)
{
	int fd = sys_open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return fd;
	memset(tap, 0, sizeof *tap);
	strcpy(tap->ifr_name, pattern);
	tap->ifr_flags = IFF_TAP | IFF_NO_PI;
	error = call(fd, TUNSETIFF, tap);
	if (error)
		sys_close(fd);
	return error ? error : fd;
}

// The stack takes frames for its own by the address of the device that they came in by.
static int copy_settings(int sock, const struct nic_device *dev, struct ifreq *tap)
{
	struct ifreq device;
	int error;

	memset(&device, 0, sizeof device);
	memcpy(device.ifr_name, dev->name, sizeof device.ifr_name);
	error = call(sock, SIOCGIFHWADDR, &device);
	if (error)
		return error;
	tap->ifr_hwaddr = device.ifr_hwaddr;
	error = call(sock, SIOCSIFHWADDR, tap);
	tap->ifr_mtu = dev->mtu;
	return error ? error : call(sock, SIOCSIFMTU, tap);
}

static int bring_up(int sock, struct ifreq *tap)
{
	tap->ifr_flags = IFF_UP | IFF_NOARP;
	return call(sock, SIOCSIFFLAGS, tap);
}

static int keep(struct nic_device *dev, int link)
{
	if (link < 0)
		return link;
	dev->links[dev->link_count++] = link;
	return 0;
}

static void drop_links(struct nic_device *dev, int down_to)
{
	while (dev->link_count > down_to)
		sys_close(dev->links[--dev->link_count]);
}

static int link_program(struct nic_device *dev, int program, int ifindex, enum bpf_place place)
{
	int link = program < 0 ? program : bpf_attach(program, ifindex, place);

	if (program >= 0)
		sys_close(program);
	return keep(dev, link);
}

static int steer_by_programs(struct nic_device *dev, int tap)
{
	int error = link_program(dev, bpf_load_only_marked(), tap, AT_EGRESS);

	if (!error)
		error = link_program(dev, bpf_load_redirect_to_device(dev->ifindex, 1), tap, AT_INGRESS);
	if (!error)
		error = link_program(dev, bpf_load_redirect_to_device(tap, 0), dev->ifindex, AT_EGRESS);
	if (!error)
		dev->host_way = UNETMAP_HOST_BPF;
	return error;
}

// They see what AF_PACKET sends, too.
static int mark_queues(const struct nic_device *dev)
{
	const uint32_t mark = NIC_WIRE_MARK;
	int error = 0;

	for (int n = 0; n < dev->queue_count && !error; n++)
		error = sys_result(setsockopt(dev->queues[n].fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark));
	return error;
}

static int steer_by_tables(struct nic_device *dev, const char *tap, int tap_index)
{
	struct ifreq back;
	int error = keep(dev, make_tap(&back, "nmback%d"));

	if (!error)
		error = mark_queues(dev);
	if (!error)
		error = nic_filter_turn(sys_interface_index(back.ifr_name), dev->ifindex);
	if (!error)
		error = keep(dev, nic_tables_join(dev->name, tap, tap_index, sys_interface_index(back.ifr_name)));
	if (!error)
		dev->host_way = UNETMAP_HOST_NFTABLES;
	return error;
}

static int steer(struct nic_device *dev, const char *tap)
{
	const int links = dev->link_count, tap_index = sys_interface_index(tap);

	if (!steer_by_programs(dev, tap_index))
		return 0;
	drop_links(dev, links);
	return steer_by_tables(dev, tap, tap_index);
}

static int connect_tap(struct nic_device *dev, struct ifreq *tap)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = sock < 0 ? -errno : copy_settings(sock, dev, tap);

	if (!error)
		error = steer(dev, tap->ifr_name);
	if (!error)
		error = bring_up(sock, tap);
	if (sock >= 0)
		sys_close(sock);
	return error;
}

static void cut_off_stack(struct nic_device *dev)
{
	link_program(dev, bpf_load_drop(), dev->ifindex, AT_EGRESS);
}

int nic_host_open(struct nic_device *dev)
{
	const int links = dev->link_count;
	struct nic_queue *q = &dev->host;
	struct ifreq tap;
	int error;

	q->frame_bytes = dev->mtu + HEADER_BYTES;
	q->fd = make_tap(&tap, "nmhost%d");
	error = q->fd < 0 ? q->fd : connect_tap(dev, &tap);
	if (!error)
		error = nic_make_memory(q, MEMORY_BYTES);
	if (!error)
		return 0;
	nic_tap.close(q);
	drop_links(dev, links);
	dev->host_way = UNETMAP_HOST_NONE;
	cut_off_stack(dev);
	return error;
}

int nic_host_check(const struct port *port)
{
	if (port->host_way != UNETMAP_HOST_NONE)
		return 0;
	dprintf(STDERR_FILENO, "unetmap: %s: no host rings, because its stack cannot be reached: that takes /dev/net/tun, "
		"CAP_NET_ADMIN, and BPF or nftables (Linux 5.16 or later)\n", port->name);
	return -EINVAL;
}

// ---- frames: a system call each ----

static void tap_close(struct nic_queue *q)
{
	if (q->fd >= 0)
		sys_close(q->fd);
	nic_drop_memory(q);
	q->fd = -1;
}

static int tap_join(struct nic_queue *q)
{
	return nic_map_memory(q, MEMORY_BYTES);
}

static void nothing(struct nic_queue *q)
{
}

static uint64_t none_lost(struct nic_queue *q)
{
	return 0;
}

// Each host ring is sent from under a lock of its own, so each has a part of the memory for its frame. Whoever comes
// writes the same here.
struct nic_queue *nic_host_queue(struct nic_device *dev, int ring)
{
	struct nic_queue *q = ring ? &dev->more_hosts[ring - 1] : &dev->host;

	if (ring) {
		q->fd = dev->host.fd;
		q->frame_bytes = dev->host.frame_bytes;
		q->map = dev->host.map ? dev->host.map + (uint64_t)ring * TX_BYTES : NULL;
	}
	return q;
}

// Receiving has the first part of the memory, sending what follows.
static char *tap_rx_next(struct nic_queue *q, uint32_t *len)
{
	long got = sys_read(q->fd, q->map, NIC_LARGE_FRAME_BYTES);

	if (got <= 0)
		return NULL;
	*len = got;
	return q->map;
}

static char *tap_tx_next(struct nic_queue *q)
{
	return q->map + NIC_LARGE_FRAME_BYTES;
}

static void tap_tx_put(struct nic_queue *q, uint32_t len)
{
	sys_write(q->fd, q->map + NIC_LARGE_FRAME_BYTES, len);
}

void nic_host_send(struct nic_device *dev, const char *data, uint32_t len)
{
	if (dev->host.fd >= 0)
		sys_write(dev->host.fd, data, len);
}

const struct nic_backend nic_tap = {
	.join = tap_join,
	.close = tap_close,
	.rx_begin = nothing,
	.rx_next = tap_rx_next,
	.rx_end = nothing,
	.rx_lost = none_lost,
	.tx_begin = nothing,
	.tx_next = tap_tx_next,
	.tx_put = tap_tx_put,
	.tx_end = nothing,
};
