// SPDX-License-Identifier: BSD-2-Clause
//
// bridge: moves packets between two netmap ports, or between one and its host stack. Where both lie
// in one memory region, buffers change places and no byte is copied.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>
#include <poll.h>

#include "move.h"
#include "options.h"
#include "signals/signals.h"

#define IDLE_MS 2500

static struct nmport_d *
open_port(const char *name)
{
	struct nmport_d *d = nmport_open(name);

	if (d)
		return d;
	D("cannot open %s: %s", name, strerror(errno));
	exit(1);
}

static const char *
side(const struct nmport_d *d)
{
	int host = d->reg.nr_mode == NR_REG_SW || d->reg.nr_mode == NR_REG_ONE_SW;

	return host ? "host" : "nic";
}

static struct way
make_way(const struct options *o, struct nmport_d *from, struct nmport_d *to)
{
	struct way w = {.from = from, .to = to, .burst = o->burst, .verbose = o->verbose};

	w.exchanges = !o->copies && from->mem == to->mem;
	snprintf(w.text, sizeof(w.text), "%s:%s --> %s:%s", from->hdr.nr_name, side(from),
		to->hdr.nr_name, side(to));
	return w;
}

static void
introduce(const struct options *o, const struct way *ab)
{
	const struct nmport_d *a = ab->from, *b = ab->to;

	D("------- zerocopy %ssupported", ab->exchanges ? "" : "NOT ");
	D("Wait %u secs for link to come up...", o->link_wait_s);
	sleep(o->link_wait_s);
	D("Ready to go, %s 0x%x/%d <-> %s 0x%x/%d.", a->hdr.nr_name, a->first_rx_ring,
		a->reg.nr_rx_rings, b->hdr.nr_name, b->first_rx_ring, b->reg.nr_rx_rings);
}

// What is there waits for room, else its port for packets. A port that can only receive (a monitor)
// is never waited for with what goes to it.
static void
choose_events(const struct way *w, struct pollfd *from, struct pollfd *to)
{
	if (!can_receive(w->from) || !can_send(w->to))
		return;
	if (slots_to_read(w->from) > 0)
		to->events |= POLLOUT;
	else
		from->events |= POLLIN;
}

static uint32_t
rx_head(const struct nmport_d *d)
{
	return can_receive(d) ? NETMAP_RXRING(d->nifp, d->cur_rx_ring)->head : 0;
}

static void
say_poll(int result, const struct way *ab, const struct pollfd p[2])
{
	const struct nmport_d *a = ab->from, *b = ab->to;

	if (result == 0 || ab->verbose)
		D("poll %s [0] ev %x %x rx %u@%u tx %u, [1] ev %x %x rx %u@%u tx %u",
			result > 0 ? "ok" : "timeout", p[0].events, p[0].revents, slots_to_read(a),
			rx_head(a), slots_to_write(a), p[1].events, p[1].revents, slots_to_read(b),
			rx_head(b), slots_to_write(b));
}

// A port that is gone for good (a monitored one that closed) would be ready for ever.
static int
failed(const struct nmport_d *d, int number, const struct pollfd *p)
{
	if (!(p->revents & (POLLERR | POLLNVAL)))
		return 0;
	D("error on fd%d, %s", number, d->hdr.nr_name);
	usleep(10000);
	return 1;
}

// What moves here leaves with the next poll.
static void
run(struct way *ab, struct way *ba)
{
	struct pollfd p[2] = {{.fd = ab->from->fd}, {.fd = ab->to->fd}};

	while (!interrupted) {
		p[0].events = p[1].events = 0;
		choose_events(ab, &p[0], &p[1]);
		choose_events(ba, &p[1], &p[0]);
		say_poll(poll(p, 2, IDLE_MS), ab, p);
		if (failed(ab->from, 0, &p[0]) || failed(ab->to, 1, &p[1]))
			continue;
		move_packets(ba);
		move_packets(ab);
	}
	ioctl(p[0].fd, NIOCTXSYNC, NULL);
	ioctl(p[1].fd, NIOCTXSYNC, NULL);
}

int
main(int argc, char **argv)
{
	struct options o;
	struct nmport_d *a, *b;
	struct way ab, ba;

	options_parse(&o, argc, argv);
	a = open_port(o.a);
	b = open_port(o.b);
	ab = make_way(&o, a, b);
	ba = make_way(&o, b, a);
	end_on_signals();
	introduce(&o, &ab);
	run(&ab, &ba);
	D("%llu packets %s, %llu packets %s", (unsigned long long)ab.packets, ab.text,
		(unsigned long long)ba.packets, ba.text);
	nmport_close(b);
	nmport_close(a);
	return 0;
}
