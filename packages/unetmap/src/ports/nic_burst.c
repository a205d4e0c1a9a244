// SPDX-License-Identifier: BSD-2-Clause
#include "ports/nic_burst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/barriers.h"
#include "core/sys.h"
#include "ports/nic_bpf.h"
#include "ports/nic_features.h"

// Setting up a run takes as long as sending a dozen frames by a socket.
enum { LEAST_FRAMES = 24, LINE_BYTES = 64, LOOKS_PER_QUESTION = 64 };

// ---- opening ----

// Frames that leave a veth device this way arrive at the queue of the processor, where there are several.
static int is_suitable(const struct nic_device *dev)
{
	return dev->is_veth && dev->queue_count == 1;
}

static int map_memory(struct nic_burst_way *way)
{
	way->memory = sys_mmap(sizeof *way->memory, PROT_READ | PROT_WRITE, MAP_SHARED, way->memory_map, 0);
	if (way->memory != MAP_FAILED)
		return 0;
	way->memory = NULL;
	return -errno;
}

static int prepare(struct nic_burst_way *way, int ifindex, int sockets)
{
	int error;

	way->ifindex = ifindex;
	way->news = nic_features_open(&way->family);
	if (way->news < 0)
		return way->news;
	nic_features_ask(way->news, way->family, ifindex);
	way->devices = bpf_make_device_map(ifindex);
	if (way->devices < 0)
		return way->devices;
	way->memory_map = bpf_make_burst_memory();
	error = way->memory_map < 0 ? way->memory_map : map_memory(way);
	if (error)
		return error;
	way->program = bpf_load_sockets_and_bursts(sockets, way->devices, way->memory_map);
	return way->program < 0 ? way->program : 0;
}

int nic_burst_load(struct nic_device *dev, int sockets)
{
	struct nic_burst_way *way = is_suitable(dev) ? malloc(sizeof *way) : NULL;
	int error;

	if (!way)
		return -EOPNOTSUPP;
	*way = (struct nic_burst_way){-1, -1, -1, -1, 0, 0, 0, NULL};
	dev->queues[0].burst = way;
	error = prepare(way, dev->ifindex, sockets);
	if (!error)
		return sys_fcntl(way->program, F_DUPFD_CLOEXEC, NULL);
	nic_burst_close(dev);
	return error;
}

int nic_burst_join(struct nic_device *dev, int program, int devices, int memory_map, int news, uint16_t family)
{
	struct nic_burst_way *way = malloc(sizeof *way);

	if (!way)
		return -ENOMEM;
	*way = (struct nic_burst_way){program, devices, memory_map, news, family, dev->ifindex, 0, NULL};
	dev->queues[0].burst = way;
	return program < 0 || devices < 0 || memory_map < 0 || news < 0 ? -EBUSY : map_memory(way);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		sys_close(fd);
}

void nic_burst_close(struct nic_device *dev)
{
	struct nic_burst_way *way = dev->queues[0].burst;

	if (!way)
		return;
	dev->queues[0].burst = NULL;
	if (way->memory)
		syscall(SYS_munmap, way->memory, sizeof *way->memory);
	close_if_open(way->program);
	close_if_open(way->devices);
	close_if_open(way->memory_map);
	close_if_open(way->news);
	free(way);
}

// ---- sending ----

// What the socket has not sent yet must not be overtaken.
static int is_socket_done(const struct nic_queue *q)
{
	return observe(q->tx.consumer) == *q->tx.producer;
}

// A frame of a burst is a page, of which the buffers of a stack's sockets hold few: bursts are for XDP
// programs at the other end. Of those there is no news where GRO had the stack take such frames before.
static int is_for_bursts(struct nic_burst_way *way)
{
	struct burst_memory *memory = way->memory;
	uint64_t features;
	int news = nic_features_news(way->news, way->family, way->ifindex, &features);

	if (news)
		publish(&memory->features, features);
	if (!(memory->features & NIC_TAKES_XDP_FRAMES))
		return 0;
	if (news || memory->looks++ % LOOKS_PER_QUESTION == 0)
		publish(&memory->suits, nic_peer_has_program(way->ifindex));
	return memory->suits;
}

int nic_burst_suits(struct nic_queue *q, uint32_t frames)
{
	return q->burst && frames >= LEAST_FRAMES && q->frame_bytes <= BURST_FRAME_BYTES && is_socket_done(q) &&
	       is_for_bursts(q->burst);
}

static void burst_tx_begin(struct nic_queue *q)
{
	q->burst->memory->count = q->burst->memory->next = 0;
	q->burst->ofs = 0;
}

static char *burst_tx_next(struct nic_queue *q)
{
	return q->burst->memory->count < BURST_FRAMES ? q->burst->memory->data + q->burst->ofs : NULL;
}

static void burst_tx_put(struct nic_queue *q, uint32_t len)
{
	struct nic_burst_way *way = q->burst;
	const uint32_t n = way->memory->count++;

	way->memory->frames[n].ofs = way->ofs;
	way->memory->frames[n].len = len;
	way->ofs += (len + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

static void send_by_socket(struct nic_queue *q)
{
	const struct burst_memory *memory = q->burst->memory;

	nic_xdp.tx_begin(q);
	for (uint32_t n = memory->next; n < memory->count; n++) {
		char *to = nic_xdp.tx_next(q);

		if (!to)
			break;
		memcpy(to, memory->data + memory->frames[n].ofs, memory->frames[n].len);
		nic_xdp.tx_put(q, memory->frames[n].len);
	}
	nic_xdp.tx_end(q);
}

// A signal that arrives meanwhile ends a run, but not before it came further.
static void burst_tx_end(struct nic_queue *q)
{
	struct burst_memory *memory = q->burst->memory;
	int error = 0;

	while (glance(&memory->next) < memory->count && (!error || error == -EINTR))
		error = bpf_run_burst(q->burst->program, memory->count - glance(&memory->next));
	if (glance(&memory->next) < memory->count)
		send_by_socket(q);
}

const struct nic_backend nic_burst = {
	.tx_begin = burst_tx_begin,
	.tx_next = burst_tx_next,
	.tx_put = burst_tx_put,
	.tx_end = burst_tx_end,
};
