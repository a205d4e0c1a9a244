// SPDX-License-Identifier: BSD-2-Clause
//
// Zero-copy monitors: they get the very buffers, and give others for them, when the port they watch is
// done with its frames; one behind another gets what that one is done with; a full one gets the
// last frames; and no buffer is ever lost, or had by two.
#include "../control/requests.h"

enum { SLOTS = 8 };

static struct port_user watch(const char *name, uint32_t slots)
{
	struct port_user u;

	WANT(0, use_with(&u, name, (struct nmreq_register){.nr_flags = NR_ZCOPY_MON, .nr_rx_slots = slots}, NULL));
	CHECK(u.reg.nr_flags & NR_MONITOR_TX && u.reg.nr_flags & NR_MONITOR_RX, "flags %lx", (unsigned long)u.reg.nr_flags);
	return u;
}

static struct port_user open_port(const char *name)
{
	struct port_user u;

	WANT(0, use_with(&u, name, (struct nmreq_register){.nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS}, NULL));
	return u;
}

static uint32_t number_at(struct port_user *u, uint32_t slot)
{
	uint32_t number;

	memcpy(&number, slot_buffer(u->rx, slot) + NUMBER_OFS, sizeof number);
	return number;
}

static void release_all(struct port_user *u)
{
	u->rx->head = u->rx->cur = u->rx->tail;
	ioctl(u->fd, NIOCRXSYNC);
}

static uint32_t arrived(struct port_user *u)
{
	ioctl(u->fd, NIOCRXSYNC);
	return nm_ring_space(u->rx);
}

static void sent_on_a_switch(void)
{
	struct port_user from = open_port("vale0:from"), monitor = watch("vale0:from", 0);
	const uint32_t sent = from.tx->slot[0].buf_idx, given = monitor.rx->slot[0].buf_idx;

	CHECK(from.reg.nr_mem_id == monitor.reg.nr_mem_id, "areas %u and %u", from.reg.nr_mem_id, monitor.reg.nr_mem_id);
	send_numbers(&from, 0, 3);
	CHECK(arrived(&monitor) == 3, "%u frames", nm_ring_space(monitor.rx));
	CHECK(monitor.rx->slot[0].buf_idx == sent, "buffer %u, not %u", monitor.rx->slot[0].buf_idx, sent);
	CHECK(monitor.rx->slot[0].flags == NS_TXMON && monitor.rx->slot[0].len == FRAME_BYTES, "flags %x, %u bytes",
	      monitor.rx->slot[0].flags, monitor.rx->slot[0].len);
	CHECK(from.tx->slot[0].buf_idx == given && from.tx->slot[0].flags & NS_BUF_CHANGED, "buffer %u, flags %x",
	      from.tx->slot[0].buf_idx, from.tx->slot[0].flags);
	CHECK(take_numbers(&monitor, 0) == 3, "other frames than were sent");
	stop_using(&monitor);
	stop_using(&from);
}

static void received_from_a_switch(void)
{
	struct port_user from = open_port("vale0:from"), to = open_port("vale0:to"), monitor = watch("vale0:to", 0);
	uint32_t buffer;

	send_numbers(&from, 0, 2);
	CHECK(arrived(&monitor) == 0, "frames that the receiver has still");
	CHECK(arrived(&to) == 2, "%u arrived", nm_ring_space(to.rx));
	buffer = to.rx->slot[0].buf_idx;
	slot_buffer(to.rx, 0)[NUMBER_OFS] = 77; // in its own buffer, so the monitor sees it
	release_all(&to);
	CHECK(arrived(&monitor) == 2 && monitor.rx->slot[0].buf_idx == buffer, "%u frames, buffer %u, not %u",
	      nm_ring_space(monitor.rx), monitor.rx->slot[0].buf_idx, buffer);
	CHECK(number_at(&monitor, 0) == 77 && number_at(&monitor, 1) == 1, "other frames");
	CHECK(!(monitor.rx->slot[0].flags & NS_TXMON), "flags %x", monitor.rx->slot[0].flags);
	stop_using(&to);
	stop_using(&monitor);
	stop_using(&from);
}

static void along_a_pipe(void)
{
	struct port_user from = open_port("zp{1"), to = open_port("zp}1"), out = watch("zp{1", 0), in = watch("zp}1", 0);

	for (uint32_t first = 0; first < 10 * SLOTS; first += 3) {
		send_numbers(&from, first, 3);
		CHECK(arrived(&out) == 0, "frames that the receiver has still");
		CHECK(take_numbers(&to, first) == 3, "the pipe lost frames from %u on", first);
		CHECK(take_numbers(&in, first) == 3, "what was received from %u on", first);
		ioctl(from.fd, NIOCTXSYNC);
		CHECK(arrived(&out) == 3, "%u of what was sent", nm_ring_space(out.rx));
		release_all(&out);
	}
	stop_using(&to);
	stop_using(&from);
	stop_using(&in);
	stop_using(&out);
}

static void chained(void)
{
	struct port_user from = open_port("vale0:from"), first = watch("vale0:from", 0), second = watch("vale0:from", 0),
			 third = watch("vale0:from", 0);

	send_numbers(&from, 0, 3);
	CHECK(arrived(&first) == 3 && arrived(&second) == 0, "%u and %u frames", nm_ring_space(first.rx),
	      nm_ring_space(second.rx));
	release_all(&first);
	CHECK(take_numbers(&second, 0) == 3, "nothing from the one before");
	CHECK(take_numbers(&third, 0) == 3, "nothing from the one before that");
	stop_using(&second);
	send_numbers(&from, 3, 2);
	CHECK(take_numbers(&first, 3) == 2 && take_numbers(&third, 3) == 2, "the chain is broken");
	stop_using(&from);
	CHECK(arrived(&first) == 0, "frames of a port that has gone");
	stop_using(&first);
	stop_using(&third);
}

static void full(void)
{
	struct port_user from = open_port("vale0:from"), monitor = watch("vale0:from", 4);

	send_numbers(&from, 0, 5);
	CHECK(take_numbers(&monitor, 2) == 3, "not the last three of five");
	send_numbers(&from, 5, 2);
	CHECK(take_numbers(&monitor, 5) == 2, "not what came after them");
	stop_using(&monitor);
	stop_using(&from);
}

static void impossible_buffers(void)
{
	struct port_user from = open_port("vale0:from"), monitor = watch("vale0:from", 0);

	monitor.rx->slot[0].buf_idx = 0x7fffffff;
	send_numbers(&from, 0, 1);
	CHECK(from.tx->slot[0].buf_idx != 0x7fffffff, "the port was given an impossible buffer");
	stop_using(&monitor);
	stop_using(&from);
}

int main(void)
{
	struct port_user keeper;
	uint32_t before;

	WANT(0, use_with(&keeper, "zp{2", (struct nmreq_register){.nr_mem_id = 1}, NULL));
	before = free_buffers(keeper.reg.nr_mem_id);
	sent_on_a_switch();
	received_from_a_switch();
	along_a_pipe();
	CHECK(free_buffers(keeper.reg.nr_mem_id) == before, "%u buffers are free, not %u",
	      free_buffers(keeper.reg.nr_mem_id), before);
	chained();
	full();
	impossible_buffers();
	stop_using(&keeper);
	return failures ? 1 : 0;
}
