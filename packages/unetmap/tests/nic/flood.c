// SPDX-License-Identifier: BSD-2-Clause
//
// Numbered frames from one end of a veth pair to the other, both in netmap mode: in order, none twice,
// each counted where it was sent, received or lost. Once as fast as it goes, once no faster than the
// receiver reads, and then none is lost. By AF_XDP and by AF_PACKET, and from each to the other.
#include "veth.h"

enum { FRAMES = 100000, BURST = 256, FRAME_BYTES = 60, IDLE_MS = 300, STUCK_MS = 5000, LARGE_BYTES = 1514 };

struct shared {
	volatile uint32_t received, last, disorder, wrong;
};

static uint32_t frame_bytes(uint32_t number)
{
	return number % 100 ? FRAME_BYTES : LARGE_BYTES;
}

static void write_frame(char *frame, uint32_t number)
{
	static const uint8_t header[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

	memcpy(frame, header, sizeof header);
	memset(frame + sizeof header, number * 7, frame_bytes(number) - sizeof header);
	memcpy(frame + sizeof header, &number, sizeof number);
}

static void read_frame(const char *frame, uint32_t len, struct shared *s)
{
	uint32_t number;

	memcpy(&number, frame + 14, sizeof number);
	s->disorder += number <= s->last;
	s->wrong += len != frame_bytes(number) || (uint8_t)frame[len - 1] != (uint8_t)(number * 7);
	s->last = number;
	s->received++;
}

static void receive(struct nm_desc *d, struct shared *s)
{
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLIN, 0};

	for (;;) {
		poll(&p, 1, -1);
		for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur)) {
			const struct netmap_slot *slot = &ring->slot[ring->cur];
			const char *frame = NETMAP_BUF(ring, slot->buf_idx);

			if ((uint8_t)frame[12] == 0x88 && (uint8_t)frame[13] == 0xb5)
				read_frame(frame, slot->len, s);
		}
	}
}

// In the namespace of the peer.
static pid_t start_receiver(pid_t peer, struct shared *s, const char *backend)
{
	char path[64];
	int to_parent;
	pid_t pid;

	snprintf(path, sizeof path, "/proc/%d/ns/net", peer);
	pid = fork_until_ready(&to_parent);
	if (pid == 0) {
		struct nm_desc *d;

		setenv("UNETMAP_NIC", backend, 1);
		if (setns(open(path, O_RDONLY), CLONE_NEWNET))
			_exit(1);
		d = open_port("netmap:nmv1");
		say_ready(to_parent);
		receive(d, s);
	}
	CHECK(pid > 0, "the receiver did not start");
	return pid;
}

static void await(const struct shared *s, uint32_t number)
{
	const int64_t end = now_ms() + STUCK_MS;

	while (s->last < number && now_ms() < end)
		sched_yield();
	CHECK(s->last >= number, "frame %u has not come; %u did", number, s->last);
}

static uint32_t put(struct netmap_ring *ring, uint32_t number, uint32_t end)
{
	for (; number < end && nm_ring_space(ring); number++) {
		struct netmap_slot *slot = &ring->slot[ring->cur];

		write_frame(NETMAP_BUF(ring, slot->buf_idx), number);
		slot->len = frame_bytes(number);
		ring->head = ring->cur = nm_ring_next(ring, ring->cur);
	}
	return number;
}

static void send_frames(struct nm_desc *d, const struct shared *s, int paced)
{
	struct netmap_ring *ring = NETMAP_TXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLOUT, 0};

	for (uint32_t next = 1; next <= FRAMES && failures == 0;) {
		uint32_t end = next + BURST <= FRAMES ? next + BURST : FRAMES + 1;

		if (poll(&p, 1, STUCK_MS) != 1)
			CHECK(0, "no room for frame %u", next);
		next = put(ring, next, end);
		ioctl(d->fd, NIOCTXSYNC, NULL);
		if (paced)
			await(s, next - 1);
	}
	while (nm_tx_pending(ring) && failures == 0)
		ioctl(d->fd, NIOCTXSYNC, NULL);
}

static void settle(const struct shared *s)
{
	for (uint32_t before = ~0u; before != s->received; usleep(IDLE_MS * 1000))
		before = s->received;
}

static void check_counts(const struct shared *s, int paced)
{
	struct unetmap_stats sent, got;

	CHECK(port_stats("nmv0", &sent) && port_stats("nmv1", &got), "a port is not in the statistics");
	CHECK(sent.rings[0].packets == FRAMES, "%ju sent", (uintmax_t)sent.rings[0].packets);
	CHECK(got.rings[2].packets >= s->received, "%ju counted, %u received", (uintmax_t)got.rings[2].packets,
	      s->received);
	CHECK(s->disorder == 0 && s->wrong == 0, "%u out of order, %u wrong", s->disorder, s->wrong);
	CHECK(s->received <= FRAMES && s->received >= (paced ? FRAMES : 1), "%u received", s->received);
	CHECK(got.rings[2].drops <= FRAMES - s->received, "%ju counted as lost", (uintmax_t)got.rings[2].drops);
}

static void flood(pid_t peer, const char *from, const char *to, int paced)
{
	struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t receiver = start_receiver(peer, s, to);
	struct nm_desc *d;

	setenv("UNETMAP_NIC", from, 1);
	d = open_port("netmap:nmv0");
	send_frames(d, s, paced);
	settle(s);
	check_counts(s, paced);
	printf("%s to %s, %s: %u of %d\n", from, to, paced ? "paced" : "flood", s->received, FRAMES);
	nm_close(d);
	kill_and_wait(receiver);
	munmap(s, sizeof *s);
}

int main(void)
{
	static const char *const backends[] = {"xdp", "packet"};
	pid_t peer = make_veth_pair();

	for (int from = 0; from < 2; from++)
		for (int to = 0; to < 2; to++)
			for (int paced = 0; paced < 2; paced++)
				flood(peer, backends[from], backends[to], paced);
	remove_peer(peer);
	return failures != 0;
}
