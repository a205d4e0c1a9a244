// SPDX-License-Identifier: BSD-2-Clause
//
// A device that several processes open by themselves: all of them send and receive, on the same ring and
// on rings of their own; it is theirs until the last one has closed it or died, whoever came first; and who
// wants it alone is told that it is busy. By AF_XDP, by AF_PACKET, and without BPF.
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include "veth.h"

enum { FRAMES = 200, FRAME_BYTES = 60, WAIT_MS = 5000, QUICK_MS = 300, MOST = 3 };

// ---- processes that do as they are told, a byte each time ----

struct helper {
	pid_t pid;
	int orders, answers;
};

static void send_frames(struct nm_desc *d)
{
	char frame[FRAME_BYTES] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

	for (int i = 0; i < FRAMES; i++)
		nm_inject(d, frame, sizeof frame);
	ioctl(d->fd, NIOCTXSYNC, NULL);
}

static int receive_frames(struct nm_desc *d, int count)
{
	const int64_t end = now_ms() + WAIT_MS;
	struct pollfd p = {d->fd, POLLIN, 0};
	int received = 0;

	while (received < count && now_ms() < end) {
		poll(&p, 1, 10);
		for (int n = d->first_rx_ring; n <= d->last_rx_ring; n++) {
			struct netmap_ring *ring = NETMAP_RXRING(d->nifp, n);

			for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur))
				received += ring->slot[ring->cur].len == FRAME_BYTES;
		}
	}
	return received;
}

static char obey(char order, struct nm_desc **d, const char *port)
{
	switch (order) {
	case 'o':
		*d = nm_open(port, NULL, 0, NULL);
		return *d ? 'y' : errno == EBUSY ? 'b' : 'n';
	case 's':
		send_frames(*d);
		return 'y';
	case 'r':
		return receive_frames(*d, FRAMES) == FRAMES ? 'y' : 'n';
	case 'c':
		nm_close(*d);
		return 'y';
	}
	_exit(0);
}

static struct helper start_helper(const char *port)
{
	struct nm_desc *d = NULL;
	int orders[2], answers[2];
	struct helper h;
	char byte;

	if (pipe(orders) || pipe(answers))
		exit(1);
	h = (struct helper){fork(), orders[1], answers[0]};
	if (h.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(orders[1]);
		while (read(orders[0], &byte, 1) == 1) {
			byte = obey(byte, &d, port);
			if (write(answers[1], &byte, 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	close(orders[0]);
	close(answers[1]);
	return h;
}

static char tell(const struct helper *h, char order)
{
	char answer = '-';

	if (write(h->orders, &order, 1) != 1 || read(h->answers, &answer, 1) != 1)
		return '-';
	return answer;
}

static void stop(struct helper *h, int by_signal)
{
	if (by_signal)
		kill(h->pid, SIGKILL);
	else if (write(h->orders, "q", 1) != 1) // others have this end of the pipe, too
		kill(h->pid, SIGKILL);
	close(h->orders);
	close(h->answers);
	waitpid(h->pid, NULL, 0);
}

#define TELL(h, order, want)                                                                      \
	do {                                                                                      \
		char answer_ = tell(h, order);                                                    \
		CHECK(answer_ == (want), "%s: told %c, answered %c", what, order, answer_);       \
	} while (0)

// All frames that one sends arrive at the other.
#define PASS(from, to)              \
	do {                        \
		TELL(from, 's', 'y'); \
		TELL(to, 'r', 'y');   \
	} while (0)

// ---- the checks ----

// Each takes over from the one before, which leaves by its own will or not.
static void check_succession(const char *what, int by_signal)
{
	struct helper other = start_helper("netmap:nmv1"), next, first = start_helper("netmap:nmv0");

	TELL(&other, 'o', 'y');
	TELL(&first, 'o', 'y');
	for (int i = 0; i < MOST; i++) {
		next = start_helper("netmap:nmv0");
		TELL(&next, 'o', 'y');
		PASS(&next, &other);
		PASS(&first, &other);
		PASS(&other, i % 2 ? &first : &next);
		if (!by_signal)
			TELL(&first, 'c', 'y');
		stop(&first, by_signal);
		PASS(&other, &next);
		first = next;
	}
	stop(&first, by_signal);
	stop(&other, by_signal);
}

static void check_alone(const char *what)
{
	struct helper one = start_helper("netmap:nmv0"), two = start_helper("netmap:nmv0/x"), three = start_helper("netmap:nmv0");

	TELL(&one, 'o', 'y');
	TELL(&two, 'o', 'b');
	TELL(&one, 'c', 'y');
	TELL(&two, 'o', 'y');
	TELL(&three, 'o', 'b');
	stop(&one, 1);
	stop(&two, 1);
	stop(&three, 1);
}

// A process that closed its port has nothing of the device left, though it lives.
static void check_given_back(const char *what)
{
	struct helper one = start_helper("netmap:nmv0"), two = start_helper("netmap:nmv0");

	TELL(&one, 'o', 'y');
	TELL(&two, 'o', 'y');
	TELL(&one, 'c', 'y');
	CHECK(!run_quietly("ip link | grep -q nmhost"), "%s: closed for all", what);
	stop(&two, 1);
	CHECK(run_quietly("ip link | grep -q 'nmhost\\|nmback'"), "%s: not given back", what);
	stop(&one, 1);
}

static void check_rings(const char *what)
{
	struct helper zero = start_helper("netmap:nmq0-0"), one = start_helper("netmap:nmq0-1");
	struct helper other = start_helper("netmap:nmq1");

	TELL(&other, 'o', 'y');
	TELL(&zero, 'o', 'y');
	TELL(&one, 'o', 'y');
	PASS(&zero, &other);
	PASS(&one, &other);
	stop(&zero, 1);
	PASS(&one, &other);
	stop(&one, 1);
	stop(&other, 1);
}

// Two of each.
static void open_queues(const char *device)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_SCHANNELS, .rx_count = 2, .tx_count = 2};
	struct ifreq ifr = {.ifr_data = (char *)&channels};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(ifr.ifr_name, device);
	CHECK(!ioctl(fd, SIOCETHTOOL, &ifr), "%s: %s", device, strerror(errno));
	close(fd);
}

static void make_pairs(void)
{
	make_quiet_pair();
	if (run_quietly("ip link add nmq0 numtxqueues 2 numrxqueues 2 type veth peer name nmq1 numtxqueues 2 numrxqueues 2; "
			"for end in nmq0 nmq1; do echo 1 >/proc/sys/net/ipv6/conf/$end/disable_ipv6; ip link set $end up; done"))
		skip("ip(8) cannot make a pair with queues");
	open_queues("nmq0");
	open_queues("nmq1");
}

static void check(const char *backend)
{
	setenv("UNETMAP_NIC", backend, 1);
	check_succession(backend, 0);
	check_succession(backend, 1);
	check_alone(backend);
	check_given_back(backend);
	check_rings(backend);
}

static void check_without_bpf(void)
{
	make_pairs();
	check("any");
}

int main(void)
{
	without_bpf(check_without_bpf);
	make_pairs();
	check("xdp");
	check("packet");
	return failures != 0;
}
