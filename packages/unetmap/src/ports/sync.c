// SPDX-License-Identifier: BSD-2-Clause
#include "ports/sync.h"

#include <errno.h>
#include <poll.h>
#include <sys/time.h>

#include "core/barriers.h"
#include "core/recent_time.h"
#include "core/robust_lock.h"
#include "ports/port.h"

#define TX_EVENTS (POLLOUT | POLLWRNORM)
#define RX_EVENTS (POLLIN | POLLRDNORM)

// A signal handler may sync the very ring its thread is syncing; it then finds it busy.
static __thread int inside;
static __thread int forwarded; // frames that this call put into tx rings
static __thread struct recent_time last_asked;

static int enter(void)
{
	if (inside)
		return 0;
	inside = 1;
	forwarded = 0;
	if (__builtin_expect(!glance(&client_mark), 0))
		client_self();
	area_pin();
	return 1;
}

static void leave(void)
{
	area_unpin();
	inside = 0;
}

static struct port *bound_port(const struct desc *d)
{
	uint16_t id = observe(&d->port);
	struct port *port = id == NONE ? NULL : port_at(id);

	return port && observe(&port->state) == STATE_ACTIVE && port->gen == d->port_gen ? port : NULL;
}

// Who syncs to see whether there is something, mostly finds nothing. That is seen without the lock, which would keep
// the ring from being made anew for another port meanwhile: so nothing is believed that it says of itself before it
// is known that it was not.
static int has_nothing_to_do(const struct port *port, const struct port_ops *ops, struct kring *k,
			     struct netmap_ring **memory)
{
	const uint32_t made = observe(&k->made);
	struct ring_marks marks;
	char *base;

	if (!ops->is_idle || !glance(&k->active))
		return 0;
	*memory = ring_memory(k, &base);
	marks = ring_marks(k, *memory);
	read_fence();
	return *memory && glance(&k->made) == made && ring_is_settled(k, marks) && ops->is_idle(port, k);
}

// Neighbors of a guest sync its rings too (offer_refresh), and one of them may have been stopped at that: then the guest
// goes without this ring, but with its others.
static int lock_ring(struct kring *k)
{
	if (__builtin_expect(k->csb_ofs != 0, 0))
		return robust_lock_patiently(&k->lock, &k->lock_stuck);
	robust_lock(&k->lock);
	return 1;
}

static enum marks sync_ring(const struct desc *d, struct port *port, enum ring_dir dir, int n,
			    struct netmap_ring **memory)
{
	const struct port_ops *ops = port_ops(port->kind);
	struct kring *k = &port->rings[dir][n];
	enum marks marks = MARKS_OK;
	char *base = NULL;

	if (has_nothing_to_do(port, ops, k, memory)) {
		tally(&k->syncs, 1);
		return MARKS_OK;
	}
	*memory = NULL;
	if (!lock_ring(k))
		return MARKS_OK;
	if (observe(&k->active))
		*memory = ring_memory(k, &base);
	if (*memory) {
		if (dir == RX && ops->forward)
			forwarded += ops->forward(port, d, k, *memory, base);
		marks = (dir == TX ? ops->tx_sync : ops->rx_sync)(port, k, *memory, base);
		tally(&k->syncs, 1);
	}
	robust_unlock(&k->lock);
	return marks;
}

int sync_rings(struct desc *d, enum ring_dir dir)
{
	struct port *port = bound_port(d);
	struct netmap_ring *ring;

	if (!port)
		return -ENXIO;
	if (glance(&d->csb_atok))
		return -EBUSY;
	if (!enter())
		return 0;
	for (int n = d->first[dir]; n < d->last[dir]; n++) {
		sync_ring(d, port, dir, n, &ring);
		if (ring && dir == RX)
			ring->ts = recent_time(&last_asked);
	}
	leave();
	return 0;
}

static enum marks sync_outside(struct port *port, struct kring *k, struct outside_marks *m)
{
	const struct port_ops *ops = port_ops(port->kind);
	char *base = NULL;
	struct netmap_ring *ring = observe(&k->active) ? ring_memory(k, &base) : NULL;
	enum marks marks;

	if (!ring)
		return MARKS_WRONG;
	scribble(ring_marks(k, ring).cur, m->cur);
	scribble(ring_marks(k, ring).head, m->head);
	marks = (k->dir == TX ? ops->tx_sync : ops->rx_sync)(port, k, ring, base);
	m->hwcur = k->hwcur;
	m->tail = k->rtail;
	tally(&k->syncs, 1);
	return marks;
}

enum marks sync_with_marks(struct desc *d, enum ring_dir dir, int n, struct outside_marks *m)
{
	struct port *port = bound_port(d);
	struct kring *k = port ? &port->rings[dir][n] : NULL;
	enum marks marks;

	if (!port || n < d->first[dir] || n >= d->last[dir] || !enter())
		return MARKS_WRONG;
	robust_lock(&k->lock);
	marks = sync_outside(port, k, m);
	robust_unlock(&k->lock);
	leave();
	return marks;
}

static int has_pending(struct port *port, int n)
{
	struct kring *k = &port->rings[TX][n];
	char *base;
	struct netmap_ring *ring = ring_memory(k, &base);

	return ring && glance(ring_marks(k, ring).head) != glance(&k->hwcur);
}

static int has_news(const struct kring *k)
{
	return glance(&k->rcur) != glance(&k->rtail);
}

static short push_tx(struct desc *d, struct port *port, short wanted)
{
	short ready = 0;

	for (int n = d->first[TX]; n < d->last[TX]; n++) {
		struct netmap_ring *ring;

		if ((!wanted || ready & wanted) && !has_pending(port, n))
			continue;
		if (sync_ring(d, port, TX, n, &ring) != MARKS_OK)
			ready |= POLLERR;
		if (has_news(&port->rings[TX][n]))
			ready |= wanted;
	}
	return ready;
}

static short refresh_rx(struct desc *d, struct port *port, short wanted)
{
	short ready = 0;

	for (int n = d->first[RX]; n < d->last[RX]; n++) {
		struct netmap_ring *ring;

		if (sync_ring(d, port, RX, n, &ring) != MARKS_OK)
			ready |= POLLERR;
		if (ring && ring->flags & NR_TIMESTAMP)
			ring->ts = recent_time(&last_asked);
		if (has_news(&port->rings[RX][n]))
			ready |= wanted;
	}
	return ready;
}

short sync_for_poll(struct desc *d, short events)
{
	struct port *port = bound_port(d);
	const struct port_ops *ops = port ? port_ops(port->kind) : NULL;
	short ready = 0;

	if (!port || glance(&d->csb_atok) || (ops->is_broken && ops->is_broken(port)))
		return POLLERR;
	if (!enter())
		return 0;
	if (events & TX_EVENTS || !d->no_tx_poll)
		ready |= push_tx(d, port, events & TX_EVENTS);
	if (events & RX_EVENTS)
		ready |= refresh_rx(d, port, events & RX_EVENTS);
	if (forwarded)
		push_tx(d, port, 0);
	leave();
	return ready;
}

int sync_wait_fds(struct desc *d, short events, struct pollfd *fds, int max)
{
	struct port *port = bound_port(d);
	const struct port_ops *ops = port ? port_ops(port->kind) : NULL;
	int count = 0;

	if (!port || !ops->wait_fds)
		return 0;
	if (events & RX_EVENTS)
		count = ops->wait_fds(port, d, RX, fds, max);
	if (events & TX_EVENTS)
		count += ops->wait_fds(port, d, TX, fds + count, max - count);
	return count;
}

int sync_naps(const struct desc *d)
{
	const struct port *port = bound_port(d);

	return port && port_ops(port->kind)->naps;
}

uint64_t sync_signature(struct desc *d, enum ring_dir dir)
{
	struct port *port = bound_port(d);
	uint64_t sum = 0;

	for (int n = d->first[dir]; port && n < d->last[dir]; n++)
		sum += glance(&port->rings[dir][n].tails);
	return sum;
}
