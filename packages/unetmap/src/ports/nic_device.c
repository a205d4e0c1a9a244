// SPDX-License-Identifier: BSD-2-Clause
#include "ports/nic_device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/barriers.h"
#include "core/liveness.h"
#include "core/sys.h"
#include "ports/nic_burst.h"
#include "ports/nic_share.h"
#include "ports/port.h"

// By port number. Reading is free; making and dropping is under the lock.
static struct nic_device *devices[MAX_PORTS];
static pthread_mutex_t devices_lock = PTHREAD_MUTEX_INITIALIZER;

// ---- what a device is like ----

static int query(const char *name, unsigned long request, struct ifreq *ifr)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	if (sock < 0)
		return -errno;
	strncpy(ifr->ifr_name, name, sizeof ifr->ifr_name - 1);
	error = sys_result(syscall(SYS_ioctl, sock, request, ifr));
	sys_close(sock);
	return error;
}

static uint16_t bounded(uint32_t rings)
{
	return rings < 1 ? 1 : rings > MAX_RINGS ? MAX_RINGS : rings;
}

static void count_queues(const char *name, struct nic_shape *shape)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq ifr = {.ifr_data = (char *)&channels};

	shape->rings[RX] = shape->rings[TX] = 1;
	if (query(name, SIOCETHTOOL, &ifr))
		return;
	shape->rings[RX] = bounded(channels.rx_count + channels.combined_count);
	shape->rings[TX] = bounded(channels.tx_count + channels.combined_count);
}

static int is_veth(const char *name)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq ifr = {.ifr_data = (char *)&driver};

	return !query(name, SIOCETHTOOL, &ifr) && !strcmp(driver.driver, "veth");
}

int nic_shape(const char *name, struct nic_shape *shape)
{
	struct ifreq flags = {0}, mtu = {0};

	shape->ifindex = sys_interface_index(name);
	if (!shape->ifindex)
		return -ENXIO;
	if (query(name, SIOCGIFFLAGS, &flags) || flags.ifr_flags & IFF_LOOPBACK || query(name, SIOCGIFMTU, &mtu))
		return -EINVAL;
	shape->mtu = mtu.ifr_mtu;
	shape->is_veth = is_veth(name);
	count_queues(name, shape);
	return 0;
}

// ---- memory ----

int nic_map_memory(struct nic_queue *q, uint64_t bytes)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	char *map = sys_mmap(page + bytes, PROT_READ | PROT_WRITE, MAP_SHARED, q->memory_fd, 0);

	if (map == MAP_FAILED)
		return -ENOMEM;
	q->shared = (struct nic_shared *)map;
	q->map = map + page;
	q->map_bytes = bytes;
	return 0;
}

int nic_make_memory(struct nic_queue *q, uint64_t bytes)
{
	q->memory_fd = sys_result(syscall(SYS_memfd_create, "nic-frames", MFD_CLOEXEC));
	if (q->memory_fd < 0)
		return q->memory_fd;
	if (syscall(SYS_ftruncate, q->memory_fd, sysconf(_SC_PAGESIZE) + bytes))
		return -errno;
	return nic_map_memory(q, bytes);
}

void nic_drop_memory(struct nic_queue *q)
{
	if (q->shared)
		syscall(SYS_munmap, q->shared, q->map + q->map_bytes - (char *)q->shared);
	if (q->memory_fd >= 0)
		sys_close(q->memory_fd);
	q->memory_fd = -1;
	q->shared = NULL;
	q->map = NULL;
}

// ---- opening and closing ----

void nic_device_clear(struct nic_device *dev)
{
	for (int n = 0; n < MAX_RINGS && dev->backend; n++)
		dev->backend->close(&dev->queues[n]);
	nic_burst_close(dev);
	nic_tap.close(&dev->host);
	while (dev->link_count)
		sys_close(dev->links[--dev->link_count]);
	if (dev->xdp_map >= 0)
		sys_close(dev->xdp_map);
	dev->xdp_map = -1;
	if (dev->card >= 0)
		sys_close(dev->card);
	dev->card = -1;
}

static int open_by(struct nic_device *dev, const struct nic_backend *backend)
{
	int error;

	dev->backend = backend;
	error = backend->take(dev);
	for (uint16_t n = 0; n < dev->queue_count && !error; n++)
		error = backend->open(dev, n);
	if (error)
		nic_device_clear(dev);
	return error;
}

// AF_XDP where driver and kernel have it; a device that somebody else has, or had, is busy, not worse.
static int open_best(struct nic_device *dev)
{
	const char *forced = secure_getenv("UNETMAP_NIC");
	int error;

	if (forced && !strcmp(forced, "packet"))
		return open_by(dev, &nic_packet);
	error = open_by(dev, &nic_xdp);
	if (!error || error == -EBUSY || error == -EAGAIN || (forced && !strcmp(forced, "xdp")))
		return error;
	return open_by(dev, &nic_packet);
}

static struct nic_device *blank(const struct port *port, int *error)
{
	struct nic_device *dev = calloc(1, sizeof *dev);
	struct nic_shape shape;

	*error = dev ? nic_shape(port->name, &shape) : -ENOMEM;
	if (*error) {
		free(dev);
		return NULL;
	}
	dev->gen = port->gen;
	dev->ifindex = shape.ifindex;
	dev->mtu = shape.mtu;
	dev->is_veth = shape.is_veth;
	memcpy(dev->name, port->name, sizeof dev->name - 1);
	dev->queue_count = port->ring_count[TX] > port->ring_count[RX] ? port->ring_count[TX] : port->ring_count[RX];
	dev->card = dev->xdp_map = dev->host.fd = dev->host.memory_fd = -1;
	for (int n = 0; n < MAX_RINGS; n++)
		dev->queues[n].fd = dev->queues[n].memory_fd = -1;
	return dev;
}

static int open_anew(struct port *port, struct nic_device *dev)
{
	int error = open_best(dev);

	if (error)
		return error;
	nic_host_open(dev);
	nic_share_begin(port);
	port->backend = dev->backend->id;
	port->host_way = dev->host_way;
	return 0;
}

// A second socket on a device would get copies of what the first one gets: where another process has the
// device, it is shared.
static struct nic_device *take(struct port *port, int *error)
{
	struct nic_device *dev = blank(port, error);

	if (!dev)
		return NULL;
	*error = nic_share_join(port, dev);
	if (*error == -ENOENT)
		*error = open_anew(port, dev);
	if (*error == -EBUSY && nic_share_is_inherited(port))
		*error = -EAGAIN;
	if (*error) {
		nic_device_clear(dev);
		free(dev);
		return NULL;
	}
	nic_share_offer(port, dev);
	return dev;
}

static void drop(uint16_t id)
{
	struct nic_device *dev = devices[id];

	publish(&devices[id], NULL);
	if (!dev)
		return;
	nic_share_withdraw(port_at(id));
	nic_device_clear(dev);
	free(dev);
}

// ---- who has which ----

void nic_device_before_fork(void)
{
	pthread_mutex_lock(&devices_lock);
}

void nic_device_after_fork(void)
{
	pthread_mutex_unlock(&devices_lock);
}

struct nic_device *nic_device_held(const struct port *port)
{
	struct nic_device *dev = observe(&devices[port_id(port)]);

	return dev && dev->gen == port->gen ? dev : NULL;
}

struct nic_device *nic_device(struct port *port, int *error)
{
	struct nic_device *dev = nic_device_held(port);
	int ignored;

	if (dev && dev->holder == client_mark)
		return dev;
	pthread_mutex_lock(&devices_lock);
	dev = nic_device_held(port);
	if (dev) { // a child's, from its parent
		nic_share_offer(port, dev);
	} else {
		drop(port_id(port));
		dev = take(port, error ? error : &ignored);
		publish(&devices[port_id(port)], dev);
	}
	pthread_mutex_unlock(&devices_lock);
	return dev;
}

static int is_user(const struct port *port, uint16_t desc)
{
	for (int i = 0; i < MAX_USERS; i++)
		if (glance(&port->users[i]) == desc + 1)
			return 1;
	return 0;
}

void nic_device_let_go(uint16_t closed, int (*has_descriptor)(uint16_t port))
{
	for (uint32_t id = 0; id < segment->port_high; id++) {
		if (!observe(&devices[id]))
			continue;
		pthread_mutex_lock(&devices_lock);
		if (devices[id] && !has_descriptor(id) && !is_user(port_at(id), closed))
			drop(id);
		pthread_mutex_unlock(&devices_lock);
	}
}

static int is_stale(uint16_t id)
{
	const struct nic_device *dev = devices[id];

	return dev && (observe(&port_at(id)->state) == STATE_FREE || port_at(id)->gen != dev->gen);
}

void nic_device_drop_stale(void)
{
	for (uint32_t id = 0; id < segment->port_high; id++) {
		if (!is_stale(id))
			continue;
		pthread_mutex_lock(&devices_lock);
		if (is_stale(id))
			drop(id);
		pthread_mutex_unlock(&devices_lock);
	}
}
