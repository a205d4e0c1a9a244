// SPDX-License-Identifier: BSD-2-Clause
//
// unetmap-backend: joins a port and the network card of a virtual machine, over a socket that stock QEMU
// knows.
#include <errno.h>
#include <libnetmap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "signals/signals.h"
#include "unetmap_backend/link.h"
#include "usage/usage.h"

enum { LONGEST_WAIT_MS = 1000, RETRY_MS = 50, DATAGRAMS_BYTES = 1 << 20, STREAM_BYTES = 1 }; // 1: the least that the kernel gives

static const char usage_text[] =
	"Usage: unetmap-backend -i PORT -s SOCKET [-k dgram|stream]\n"
	"Plugs the network card of a virtual machine into a netmap port.\n"
	"  -i PORT     vale0:vm, netmap:p}1, netmap:eth0\n"
	"  -s SOCKET   path of the Unix socket for QEMU, made here\n"
	"  -k KIND     what QEMU speaks: stream (the default) or dgram\n"
	"  -h, --help  this text\n";

static void __attribute__((__noreturn__))
fail(const char *what)
{
	fprintf(stderr, "unetmap-backend: %s: %s\n", what, strerror(errno));
	exit(1);
}

// ---- the socket ----

int
link_bind(struct link *l, int type)
{
	const int bytes = DATAGRAMS_BYTES;
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	unlink(l->here.sun_path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&l->here, sizeof(l->here)) == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	return fd;
}

static void
name_socket(struct sockaddr_un *a, const char *path, const char *suffix)
{
	a->sun_family = AF_UNIX;
	if (snprintf(a->sun_path, sizeof(a->sun_path), "%s%s", path, suffix) >= (int)sizeof(a->sun_path)) {
		errno = ENAMETOOLONG;
		fail(path);
	}
}

static void
open_link(struct link *l, const char *path)
{
	name_socket(&l->here, path, "");
	name_socket(&l->there, path, ".vm");
	if (l->kind->open(l) == -1)
		fail(path);
	printf("-netdev ");
	printf(l->kind->qemu, "net0", path);
	printf(" -device virtio-net-pci,netdev=net0\n");
	fflush(stdout);
}

// A machine that has gone may come again.
static void
hang_up(struct link *l)
{
	if (l->listener == -1)
		fail(l->here.sun_path);
	close(l->fd);
	l->fd = -1;
	l->in_bytes = l->out_from = l->out_to = 0;
	l->blocked = 0;
}

static void
answer(struct link *l)
{
	const int bytes = STREAM_BYTES;

	l->fd = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC);
	setsockopt(l->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

// ---- moving frames ----

static int
move_all(struct link *l, struct nmport_d *d)
{
	int failed = 0;

	for (uint32_t n = 0; !failed && n < d->nifp->ni_rx_rings; n++)
		failed = l->kind->send(l, NETMAP_RXRING(d->nifp, n));
	return failed ? failed : l->kind->receive(l, NETMAP_TXRING(d->nifp, 0));
}

static int
is_full(struct nmport_d *d)
{
	return nm_ring_empty(NETMAP_TXRING(d->nifp, 0));
}

// What cannot go on is not waited for: the port while the machine takes nothing, the socket while the
// port takes nothing. Whether a machine has come, a datagram socket does not tell.
static void
wait_for_work(struct link *l, struct nmport_d *d)
{
	struct pollfd p[] = {
		{d->fd, (l->blocked || l->fd == -1 ? 0 : POLLIN) | (is_full(d) ? POLLOUT : 0), 0},
		{l->fd == -1 ? l->listener : l->fd, is_full(d) ? 0 : POLLIN, 0}};
	int retry = l->listener == -1 && !l->connected;

	if (l->blocked && !retry)
		p[1].events |= POLLOUT;
	poll(p, 2, retry ? RETRY_MS : LONGEST_WAIT_MS);
	if (l->fd == -1 && p[1].revents & POLLIN)
		answer(l);
	else if (p[1].revents & POLLHUP && l->listener != -1 && l->fd != -1)
		hang_up(l);
}

static void
run(struct link *l, struct nmport_d *d)
{
	while (!interrupted) {
		wait_for_work(l, d);
		if (l->fd != -1 && move_all(l, d) == -1)
			hang_up(l);
		ioctl(d->fd, NIOCTXSYNC, NULL);
	}
}

static const struct link_kind *
kind_named(const char *name)
{
	if (strcmp(name, dgram_link.name) == 0)
		return &dgram_link;
	if (strcmp(name, stream_link.name) == 0)
		return &stream_link;
	show_usage(usage_text, 2);
}

int
main(int argc, char **argv)
{
	struct link l = {.kind = &stream_link, .listener = -1, .fd = -1};
	const char *port = NULL, *path = NULL;
	struct nmport_d *d;
	int option;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		show_usage(usage_text, 0);
	while ((option = getopt(argc, argv, "i:s:k:h")) != -1) {
		switch (option) {
		case 'i': port = optarg; break;
		case 's': path = optarg; break;
		case 'k': l.kind = kind_named(optarg); break;
		case 'h': show_usage(usage_text, 0);
		default: show_usage(usage_text, 2);
		}
	}
	if (!port || !path || optind != argc)
		show_usage(usage_text, 2);
	d = nmport_open(port);
	if (!d)
		return 1; // libnetmap said why
	end_on_signals();
	open_link(&l, path);
	run(&l, d);
	unlink(path);
	nmport_close(d);
	return 0;
}
