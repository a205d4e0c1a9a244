// SPDX-License-Identifier: BSD-2-Clause
//
// Requests by hand, for the tests of the control surface, and small ways to move frames.
#ifndef TESTS_CONTROL_REQUESTS_H_
#define TESTS_CONTROL_REQUESTS_H_

#define NETMAP_WITH_LIBS
#include <errno.h>
#include <fcntl.h>
#include <net/netmap_user.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"

// A call's result is 0 or the errno it gave; `want` likewise.
#define WANT(want, call)                                                                \
	do {                                                                            \
		int got_ = (call);                                                      \
		CHECK(got_ == (want), "%s: %s, not %s", #call, strerror(got_), strerror(want)); \
	} while (0)

static inline int device(void)
{
	int fd = open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	printf("cannot open %s: %s\n", NETMAP_DEVICE_NAME, strerror(errno));
	exit(1);
}

static inline int ask_with(int fd, const char *name, uint16_t type, void *body, void *options)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = type};

	h.nr_body = (uintptr_t)body;
	h.nr_options = (uintptr_t)options;
	strncpy(h.nr_name, name, sizeof h.nr_name - 1);
	return ioctl(fd, NIOCCTRL, &h) ? errno : 0;
}

static inline int ask(int fd, const char *name, uint16_t type, void *body)
{
	return ask_with(fd, name, type, body, NULL);
}

static inline int new_port(int fd, const char *name)
{
	struct nmreq_vale_newif body = {0};

	return ask(fd, name, NETMAP_REQ_VALE_NEWIF, &body);
}

static inline int remove_port(int fd, const char *name)
{
	return ask(fd, name, NETMAP_REQ_VALE_DELIF, NULL);
}

static inline int attach(int fd, const char *name)
{
	struct nmreq_vale_attach body = {.reg.nr_mode = NR_REG_ALL_NIC};

	return ask(fd, name, NETMAP_REQ_VALE_ATTACH, &body);
}

static inline int detach(int fd, const char *name)
{
	struct nmreq_vale_detach body = {0};

	return ask(fd, name, NETMAP_REQ_VALE_DETACH, &body);
}

static inline int is_listed(int fd, const char *name)
{
	struct nmreq_vale_list body = {0};

	return !ask(fd, name, NETMAP_REQ_VALE_LIST, &body) && body.nr_port_idx != 255;
}

// A registered descriptor, mapped. Frames are broadcasts with one number at offset 14.
struct port_user {
	int fd;
	struct nmreq_register reg;
	char *memory;
	struct netmap_if *nif;
	struct netmap_ring *tx, *rx;
};

enum { FRAME_BYTES = 60, NUMBER_OFS = 14 };

static inline int use_with(struct port_user *u, const char *name, struct nmreq_register reg, void *options)
{
	int error;

	memset(u, 0, sizeof *u);
	u->fd = device();
	u->reg = reg;
	if (!u->reg.nr_mode)
		u->reg.nr_mode = NR_REG_ALL_NIC;
	error = ask_with(u->fd, name, NETMAP_REQ_REGISTER, &u->reg, options);
	if (error) {
		close(u->fd);
		u->fd = -1;
		return error;
	}
	u->memory = mmap(NULL, u->reg.nr_memsize, PROT_READ | PROT_WRITE, MAP_SHARED, u->fd, 0);
	u->nif = NETMAP_IF(u->memory, u->reg.nr_offset);
	u->tx = u->reg.nr_tx_rings ? NETMAP_TXRING(u->nif, 0) : NULL;
	u->rx = u->reg.nr_rx_rings ? NETMAP_RXRING(u->nif, 0) : NULL;
	return 0;
}

static inline int use(struct port_user *u, const char *name)
{
	return use_with(u, name, (struct nmreq_register){0}, NULL);
}

static inline void stop_using(struct port_user *u)
{
	munmap(u->memory, u->reg.nr_memsize);
	close(u->fd);
	u->fd = -1;
}

static inline char *slot_buffer(struct netmap_ring *ring, uint32_t at)
{
	return NETMAP_BUF_OFFSET(ring, &ring->slot[at]);
}

static inline void put(struct port_user *u, const void *frame, uint16_t bytes)
{
	struct netmap_slot *slot = &u->tx->slot[u->tx->head];

	memcpy(slot_buffer(u->tx, u->tx->head), frame, bytes);
	slot->len = bytes;
	slot->flags = 0;
	u->tx->head = u->tx->cur = nm_ring_next(u->tx, u->tx->head);
}

// Sends `count` frames numbered from `first` on.
static inline void send_numbers(struct port_user *u, uint32_t first, uint32_t count)
{
	for (uint32_t n = first; n < first + count; n++) {
		unsigned char frame[FRAME_BYTES] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1};

		memcpy(frame + NUMBER_OFS, &n, sizeof n);
		put(u, frame, sizeof frame);
	}
	ioctl(u->fd, NIOCTXSYNC);
}

// How many buffers nobody has in the area of this id.
static inline uint32_t free_buffers(uint16_t mem_id)
{
	struct port_user u;
	uint32_t granted;

	WANT(0, use_with(&u, "vale9:count", (struct nmreq_register){.nr_mem_id = mem_id, .nr_extra_bufs = 100000}, NULL));
	granted = u.reg.nr_extra_bufs;
	stop_using(&u);
	return granted;
}

// Takes everything there is: how many frames it was, or -1 if they are not numbered from `first` on.
static inline int take_numbers(struct port_user *u, uint32_t first)
{
	int count = 0;

	ioctl(u->fd, NIOCRXSYNC);
	for (; !nm_ring_empty(u->rx); count++) {
		uint32_t number;

		memcpy(&number, slot_buffer(u->rx, u->rx->head) + NUMBER_OFS, sizeof number);
		u->rx->head = u->rx->cur = nm_ring_next(u->rx, u->rx->head);
		if (number != first + count)
			return -1;
	}
	ioctl(u->fd, NIOCRXSYNC);
	return count;
}

#endif
