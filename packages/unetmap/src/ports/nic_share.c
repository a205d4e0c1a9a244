// SPDX-License-Identifier: BSD-2-Clause
#include "ports/nic_share.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "core/barriers.h"
#include "core/liveness.h"
#include "core/sys.h"
#include "ports/nic_burst.h"

// Numbers of file descriptors in the holder's process; -1 = none.
struct nic_card {
	uint64_t token; // of the port, while the same sockets are in use
	uint16_t backend;
	uint16_t queue_count;
	uint16_t features_family;
	int32_t link_count;
	int32_t links[NIC_LINKS];
	int32_t xdp_map;
	int32_t program, devices, memory_map, news; // of bursts
	struct {
		int32_t fd, memory;
		uint32_t frame_bytes;
	} queues[MAX_RINGS], host;
};

// ---- the card ----

static void describe_burst(struct nic_card *card, const struct nic_burst_way *way)
{
	card->program = way ? way->program : -1;
	card->devices = way ? way->devices : -1;
	card->memory_map = way ? way->memory_map : -1;
	card->news = way ? way->news : -1;
	card->features_family = way ? way->family : 0;
}

static void describe(struct nic_card *card, const struct port *port, const struct nic_device *dev)
{
	*card = (struct nic_card){
		.token = port->token,
		.backend = dev->backend->id,
		.queue_count = dev->queue_count,
		.link_count = dev->link_count,
		.xdp_map = dev->xdp_map,
		.host = {dev->host.fd, dev->host.memory_fd, dev->host.frame_bytes},
	};
	memcpy(card->links, dev->links, sizeof card->links);
	describe_burst(card, dev->queues[0].burst);
	for (int n = 0; n < MAX_RINGS; n++) {
		card->queues[n].fd = dev->queues[n].fd;
		card->queues[n].memory = dev->queues[n].memory_fd;
		card->queues[n].frame_bytes = dev->queues[n].frame_bytes;
	}
}

static int write_card(const struct port *port, const struct nic_device *dev)
{
	int fd = sys_result(syscall(SYS_memfd_create, "nic-card", MFD_CLOEXEC));
	struct nic_card card;

	if (fd < 0)
		return fd;
	describe(&card, port, dev);
	if (sys_write(fd, &card, sizeof card) == sizeof card)
		return fd;
	sys_close(fd);
	return -EIO;
}

// ---- holders ----

static struct nic_holder *own_place(struct port *port)
{
	for (int i = 0; i < NIC_HOLDERS; i++)
		if (glance(&port->holders[i].mark) == client_mark)
			return &port->holders[i];
	return NULL;
}

static struct nic_holder *free_place(struct port *port)
{
	for (int i = 0; i < NIC_HOLDERS; i++) {
		uint32_t mark = observe(&port->holders[i].mark);

		if ((!mark || !client_alive(mark)) && swap_if(&port->holders[i].mark, &mark, client_mark))
			return &port->holders[i];
	}
	return NULL;
}

// Where all places are taken, it is the others that share.
void nic_share_offer(struct port *port, struct nic_device *dev)
{
	struct nic_holder *place = own_place(port);

	dev->holder = client_self();
	if (dev->card < 0)
		dev->card = write_card(port, dev);
	if (!place)
		place = free_place(port);
	if (!place)
		return;
	place->pid = getpid();
	publish(&place->card, dev->card);
}

void nic_share_withdraw(struct port *port)
{
	struct nic_holder *place = own_place(port);

	if (place)
		publish(&place->mark, 0);
}

void nic_share_begin(struct port *port)
{
	while (getrandom(&port->token, sizeof port->token, 0) != sizeof port->token)
		;
}

// ---- joining ----

static int get(int process, int32_t fd)
{
	return fd < 0 ? -1 : sys_result(syscall(SYS_pidfd_getfd, process, fd, 0));
}

static int read_card(const struct port *port, int process, int32_t fd, struct nic_card *card)
{
	int own = get(process, fd);
	long got;

	if (own < 0)
		return 0;
	got = sys_result(syscall(SYS_pread64, own, card, sizeof *card, 0));
	sys_close(own);
	return got == sizeof *card && card->token == port->token;
}

static int join_queue(struct nic_device *dev, const struct nic_backend *ops, struct nic_queue *q, int process,
		      int32_t fd, int32_t memory, uint32_t frame_bytes)
{
	q->frame_bytes = frame_bytes;
	q->fd = get(process, fd);
	q->memory_fd = get(process, memory);
	return q->fd < 0 || q->memory_fd < 0 ? -EBUSY : ops->join(q);
}

static int join_links(struct nic_device *dev, int process, const struct nic_card *card)
{
	for (; dev->link_count < card->link_count; dev->link_count++) {
		const int fd = get(process, card->links[dev->link_count]);

		if (fd < 0)
			return -EBUSY;
		dev->links[dev->link_count] = fd;
	}
	return 0;
}

static int join_burst(struct nic_device *dev, int process, const struct nic_card *card)
{
	if (card->program < 0)
		return 0;
	return nic_burst_join(dev, get(process, card->program), get(process, card->devices),
			      get(process, card->memory_map), get(process, card->news), card->features_family);
}

static int join_queues(struct nic_device *dev, int process, const struct nic_card *card)
{
	int error = 0;

	for (int n = 0; n < card->queue_count && n < MAX_RINGS && !error; n++)
		error = join_queue(dev, dev->backend, &dev->queues[n], process, card->queues[n].fd,
				   card->queues[n].memory, card->queues[n].frame_bytes);
	if (!error && card->host.fd >= 0)
		error = join_queue(dev, &nic_tap, &dev->host, process, card->host.fd, card->host.memory,
				   card->host.frame_bytes);
	return error;
}

static int join_by_card(struct nic_device *dev, int process, const struct nic_card *card)
{
	int error;

	dev->backend = card->backend == nic_xdp.id ? &nic_xdp : &nic_packet;
	dev->queue_count = card->queue_count;
	dev->xdp_map = get(process, card->xdp_map);
	error = join_links(dev, process, card);
	if (!error)
		error = join_queues(dev, process, card);
	return error ? error : join_burst(dev, process, card);
}

// The card proves that the process of this number is who we mean: it may be another's here.
static int join(const struct port *port, struct nic_device *dev, const struct nic_holder *holder)
{
	int process = sys_result(syscall(SYS_pidfd_open, holder->pid, 0));
	struct nic_card card;
	int error = -EBUSY;

	if (process < 0)
		return -EBUSY;
	if (read_card(port, process, observe(&holder->card), &card))
		error = join_by_card(dev, process, &card);
	sys_close(process);
	return error;
}

int nic_share_join(const struct port *port, struct nic_device *dev)
{
	int error = -ENOENT;

	for (int i = 0; i < NIC_HOLDERS && error; i++) {
		const uint32_t mark = observe(&port->holders[i].mark);

		if (!mark || mark == client_self() || !client_alive(mark))
			continue;
		if (error == -EBUSY)
			nic_device_clear(dev);
		error = join(port, dev, &port->holders[i]);
	}
	return error;
}

int nic_share_is_inherited(const struct port *port)
{
	int dead = 0;

	for (int i = 0; i < NIC_HOLDERS; i++) {
		const uint32_t mark = observe(&port->holders[i].mark);

		if (mark && client_alive(mark))
			return 0;
		dead += mark != 0;
	}
	return dead > 0;
}
