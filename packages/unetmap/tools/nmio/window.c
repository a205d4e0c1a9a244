// SPDX-License-Identifier: BSD-2-Clause
#include "window.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unetmap/stats.h>
#include <unistd.h>

#define GIVE_UP_NS (500 * 1000000LL)

// The first open port at or after `index`; 0 if there is none, or no counters at all.
static int
read_port(const struct window *w, uint32_t index, struct unetmap_stats *port)
{
	struct nmreq_header hdr;

	port->index = index;
	nmreq_header_init(&hdr, UNETMAP_REQ_STATS_GET, port);
	return ioctl(w->fd, NIOCCTRL, &hdr) == 0;
}

// What comes back to a port of ours that only sends stays in its ring.
static int
only_sends(const struct window *w, const char *name)
{
	for (int i = 0; i < w->count; i++)
		if (!w->stations[i].captures &&
			strncmp(w->stations[i].port->hdr.nr_name, name, NETMAP_REQ_IFNAMSIZ) == 0)
			return 1;
	return 0;
}

static int
is_watched(const struct window *w, const struct unetmap_stats *port)
{
	return (port->kind == UNETMAP_PORT_VALE || port->kind == UNETMAP_PORT_PIPE) &&
		port->index < WINDOW_PORTS_MAX && !only_sends(w, port->name);
}

struct fill {
	uint32_t slots;    // that wait to be read
	uint32_t smallest; // ring
};

static void
add_port(const struct unetmap_stats *port, struct fill *fill)
{
	const struct unetmap_ring_stats *r = port->rings;

	for (; r < port->rings + port->ring_count; r++) {
		if (r->dir != 0)
			continue;
		fill->slots += (r->hwtail + r->num_slots - r->hwcur) % r->num_slots;
		if (r->num_slots < fill->smallest)
			fill->smallest = r->num_slots;
	}
}

static struct fill
fill_of_all(struct window *w, int give_up)
{
	struct unetmap_stats port;
	struct fill all = {.smallest = WINDOW_OPEN};

	for (uint32_t i = 0; read_port(w, i, &port); i = port.index + 1) {
		struct fill one = {.smallest = all.smallest};

		if (!is_watched(w, &port))
			continue;
		add_port(&port, &one);
		if (one.slots == 0 || give_up)
			w->given_up[port.index] = one.slots > 0;
		if (w->given_up[port.index])
			continue;
		all.slots += one.slots;
		all.smallest = one.smallest;
	}
	return all;
}

static uint32_t
room_beside(struct fill fill)
{
	uint32_t half = fill.smallest / 2;

	if (fill.slots == 0)
		return half > 0 ? half : 1;
	return fill.slots < half ? half - fill.slots : 0;
}

uint32_t
window_room(struct window *w, int64_t now_ns)
{
	int give_up = w->closed_since_ns && now_ns - w->closed_since_ns > GIVE_UP_NS;
	uint32_t room;

	if (w->fd == -1)
		return WINDOW_OPEN;
	room = room_beside(fill_of_all(w, give_up));
	if (room > 0)
		w->closed_since_ns = 0;
	else if (w->closed_since_ns == 0)
		w->closed_since_ns = now_ns;
	return room;
}

void
window_start(struct window *w, const struct station *stations, int count)
{
	struct unetmap_stats port;

	memset(w, 0, sizeof(*w));
	w->stations = stations;
	w->count = count;
	w->fd = open("/dev/netmap", O_RDWR | O_CLOEXEC);
	if (w->fd != -1 && !read_port(w, 0, &port))
		window_stop(w);
}

void
window_stop(struct window *w)
{
	if (w->fd != -1)
		close(w->fd);
	w->fd = -1;
}
