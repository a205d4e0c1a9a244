// SPDX-License-Identifier: BSD-2-Clause
//
// The socket between a port and the network card of a virtual machine, as QEMU's netdevs speak over
// it. Frames go as many at a time as there are: where the machine is slow they stay in the rx ring, and
// where there is no room in the tx ring they stay in the socket. Nothing is dropped here but what does not fit a
// buffer.
#ifndef TOOLS_UNETMAP_BACKEND_LINK_H_
#define TOOLS_UNETMAP_BACKEND_LINK_H_

#include <net/netmap_user.h>
#include <stddef.h>
#include <sys/un.h>

enum { LINK_BYTES = 256 * 1024 };

struct link {
	const struct link_kind *kind;
	struct sockaddr_un here, there;
	int listener, fd; // -1 = none yet
	char *in, *out;	  // of a stream: received and not whole yet, taken from the ring and not sent yet
	size_t in_bytes, out_from, out_to;
	int blocked;   // the machine takes no more for now
	int connected; // of datagrams: it is there
};

struct link_kind {
	const char *name;
	const char *qemu; // options of its netdev; %s = path
	int (*open)(struct link *l);
	// Moves what it can. Returns 0, or -1 with errno set when the other side is gone.
	int (*send)(struct link *l, struct netmap_ring *rx);
	int (*receive)(struct link *l, struct netmap_ring *tx);
};

extern const struct link_kind dgram_link, stream_link;

// A Unix socket bound to l->here, which nobody else uses. -1 with errno set.
int link_bind(struct link *l, int type);

#endif
