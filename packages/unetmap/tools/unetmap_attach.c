// SPDX-License-Identifier: BSD-2-Clause
//
// unetmap-attach SWITCH:DEVICE device|host MEMORY: keeps a network device on a VALE switch. It is
// started by whoever attaches one (vale-ctl -a, -h) and not by hand.
//
//   the wire  <--> DEVICE, its rings     <--> SWITCH:DEVICE  <--> the switch
//   the stack <--> DEVICE, its host ring <--> SWITCH:DEVICE^ <--> the switch  ("host" only)
//
// It writes 0 or an errno to descriptor 3 once it works or cannot, and ends when the port on the
// switch reports an error, which is how it is detached, or when its region has gone.
#include <errno.h>
#include <fcntl.h>
#include <net/netmap_user.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unetmap/attachment.h>
#include <unistd.h>

enum { STATUS_FD = 3, LOOK_MS = 1000 };

struct port {
	int fd;
	struct netmap_if *nif;
	struct nmreq_register reg;
};

static void __attribute__((__noreturn__))
fail(int error)
{
	if (write(STATUS_FD, &error, sizeof(error)) != sizeof(error))
		exit(2);
	exit(1);
}

static void
open_port(struct port *p, const char *name, uint32_t mode, uint16_t mem_id, uint16_t rings)
{
	struct nmreq_header hdr = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_REGISTER};
	void *mem;

	p->reg = (struct nmreq_register){.nr_mode = mode, .nr_mem_id = mem_id, .nr_flags = NR_EXCLUSIVE | UNETMAP_NR_ATTACHMENT,
		.nr_tx_rings = rings, .nr_rx_rings = rings};
	hdr.nr_body = (uintptr_t)&p->reg;
	snprintf(hdr.nr_name, sizeof(hdr.nr_name), "%s", name);
	p->fd = open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC);
	if (p->fd == -1 || ioctl(p->fd, NIOCCTRL, &hdr) == -1)
		fail(errno);
	mem = mmap(NULL, p->reg.nr_memsize, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
	if (mem == MAP_FAILED)
		fail(errno);
	p->nif = NETMAP_IF(mem, p->reg.nr_offset);
}

// Where there is no room frames are lost, as on any switch; nobody is made to wait.
static void
move(struct netmap_ring *from, struct netmap_ring *to)
{
	for (; !nm_ring_empty(from); from->head = from->cur = nm_ring_next(from, from->cur)) {
		const struct netmap_slot *in = &from->slot[from->cur];
		struct netmap_slot *out = &to->slot[to->cur];

		if (nm_ring_empty(to))
			continue;
		memcpy(NETMAP_BUF(to, out->buf_idx), NETMAP_BUF(from, in->buf_idx), in->len);
		out->len = in->len;
		out->flags = in->flags & NS_MOREFRAG;
		to->head = to->cur = nm_ring_next(to, to->cur);
	}
}

static void
join(struct netmap_if *a, int first, int last, struct netmap_if *b)
{
	for (int n = first; n < last; n++) {
		move(NETMAP_RXRING(a, n), NETMAP_TXRING(b, n - first));
		move(NETMAP_RXRING(b, n - first), NETMAP_TXRING(a, n));
	}
}

struct attachment {
	struct port device, wire, stack;
	int with_host;
};

static void
move_all(struct attachment *a)
{
	int rings = a->device.nif->ni_rx_rings < a->device.nif->ni_tx_rings ? (int)a->device.nif->ni_rx_rings
									    : (int)a->device.nif->ni_tx_rings;

	join(a->device.nif, 0, rings, a->wire.nif);
	if (a->with_host) {
		move(NETMAP_RXRING(a->device.nif, a->device.nif->ni_rx_rings), NETMAP_TXRING(a->stack.nif, 0));
		move(NETMAP_RXRING(a->stack.nif, 0), NETMAP_TXRING(a->device.nif, a->device.nif->ni_tx_rings));
	}
	ioctl(a->wire.fd, NIOCTXSYNC, NULL);
	if (a->with_host)
		ioctl(a->stack.fd, NIOCTXSYNC, NULL);
	ioctl(a->device.fd, NIOCTXSYNC, NULL);
}

static void
run(struct attachment *a)
{
	struct pollfd p[] = {{a->wire.fd, POLLIN, 0}, {a->device.fd, POLLIN, 0}, {a->stack.fd, POLLIN, 0}};

	for (;;) {
		int ready = poll(p, a->with_host ? 3 : 2, LOOK_MS);

		if (ready == 0 && access(getenv("UNETMAP_DIR"), F_OK) == -1)
			return;
		if ((p[0].revents | p[1].revents) & POLLERR)
			return;
		move_all(a);
	}
}

// The device before the switch: who waits for the port to go may then attach it again.
static void
leave(struct attachment *a)
{
	close(a->device.fd);
	munmap((char *)a->device.nif - a->device.reg.nr_offset, a->device.reg.nr_memsize);
}

static void
attach(struct attachment *a, const char *name, uint16_t mem_id)
{
	char host[NETMAP_REQ_IFNAMSIZ];

	open_port(&a->device, strchr(name, ':') + 1, a->with_host ? NR_REG_NIC_SW : NR_REG_ALL_NIC, mem_id, 0);
	open_port(&a->wire, name, NR_REG_ALL_NIC, 0, a->device.reg.nr_rx_rings);
	snprintf(host, sizeof(host), "%.62s^", name);
	if (a->with_host)
		open_port(&a->stack, host, NR_REG_ALL_NIC, 0, 1);
}

int
main(int argc, char **argv)
{
	struct attachment a = {.stack.fd = -1};
	const int ok = 0;

	int help = argc == 2 && strcmp(argv[1], "--help") == 0;

	if (help || argc != 4 || !strchr(argv[1], ':')) {
		fputs("Usage: unetmap-attach SWITCH:DEVICE device|host MEMORY\n"
		      "It is started, and ended, by vale-ctl.\n", help ? stdout : stderr);
		return help ? 0 : 2;
	}
	a.with_host = strcmp(argv[2], "host") == 0;
	attach(&a, argv[1], (uint16_t)atoi(argv[3]));
	if (write(STATUS_FD, &ok, sizeof(ok)) != sizeof(ok))
		return 1;
	close(STATUS_FD);
	run(&a);
	leave(&a);
	return 0;
}
