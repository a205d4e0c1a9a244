// SPDX-License-Identifier: BSD-2-Clause
//
// lb: spreads the packets of one port over pipes, flow by flow, by handing over their buffers.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>
#include <poll.h>

#include "balancer.h"
#include "report.h"
#include "signals/signals.h"

#define TURN_MS 10 // readers may release packets while nothing comes in

// Pipes with packets that nobody took yet are synced by poll, and wake it when that changes: with
// cur at tail a ring asks for more room than it has.
static nfds_t
choose_events(const struct balancer *b, struct pollfd *p)
{
	nfds_t used = 1;

	p[0] = (struct pollfd){.fd = b->input->fd, .events = POLLIN};
	for (uint32_t i = 0; i < b->pipe_count; i++) {
		struct netmap_ring *ring = b->pipes[i].ring;
		int pending = nm_tx_pending(ring);

		ring->cur = pending ? ring->tail : ring->head;
		if (pending || b->o->busy)
			p[used++] = (struct pollfd){.fd = b->pipes[i].port->fd, .events = POLLOUT};
	}
	return used;
}

static int
run(struct balancer *b)
{
	struct pollfd *p = calloc(b->pipe_count + 1, sizeof(*p));

	while (p && !interrupted) {
		int ready = poll(p, choose_events(b, p), b->o->busy ? 0 : TURN_MS);

		if (ready == -1 && errno != EINTR && errno != EAGAIN)
			RD(1, "poll error %s", strerror(errno));
		if (ready > 0 && (p[0].revents & (POLLERR | POLLNVAL))) {
			RD(1, "error on %s", b->o->port);
			usleep(10000);
		}
		balancer_turn(b);
	}
	free(p);
	return p ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static struct options o;
	static struct balancer b;
	int status = 1;

	options_parse(&o, argc, argv);
	if (balancer_open(&b, &o) == 0) {
		end_on_signals();
		sleep(o.link_wait_s);
		D("Ready, %u pipes", b.pipe_count);
		if (report_start(&b) == 0)
			status = run(&b);
		report_stop();
	}
	balancer_close(&b);
	if (status == 0)
		report_total(&b);
	free(b.pipes);
	return status;
}
