// SPDX-License-Identifier: BSD-2-Clause
//
// Proves what a switch does between ports with virtio-net headers of different lengths: headers are
// added, cut and kept; a checksum that was left to be done is done, also over slots of odd lengths;
// large TCP and UDP frames, over IPv4 and IPv6, arrive as correct small ones; what makes no sense
// is dropped and disturbs nothing.
#include <arpa/inet.h>
#include <linux/virtio_net.h>
#include <netinet/ip.h>

#include "requests.h"

enum { ETHERNET_BYTES = 14, SEGMENT_BYTES = 1514, MAX_FRAME = 20000 };

static struct port_user ports[3]; // with headers of 0, 10 and 12 bytes
static const uint32_t lengths[3] = {0, 10, 12};

static int set_header(int fd, const char *name, uint32_t bytes)
{
	struct nmreq_port_hdr body = {.nr_hdr_len = bytes};

	return ask(fd, name, NETMAP_REQ_PORT_HDR_SET, &body);
}

static void open_ports(int fd)
{
	struct nmreq_register reg = {.nr_flags = NR_ACCEPT_VNET_HDR};
	struct nmreq_port_hdr got = {.nr_hdr_len = 99};

	for (int i = 0; i < 3; i++) {
		char name[16];

		snprintf(name, sizeof name, "vale0:h%u", lengths[i]);
		WANT(0, use_with(&ports[i], name, reg, NULL));
		WANT(0, set_header(fd, name, lengths[i]));
	}
	WANT(0, ask(fd, "vale0:h12", NETMAP_REQ_PORT_HDR_GET, &got));
	CHECK(got.nr_hdr_len == 12, "it has %u bytes", got.nr_hdr_len);
	WANT(EINVAL, set_header(fd, "vale0:nobody", 11));
	WANT(ENXIO, set_header(fd, "vale0:nobody", 12));
}

// ---- frames ----

static uint8_t frame[MAX_FRAME]; // without a virtio-net header
static uint32_t frame_bytes;

static void put16(uint32_t at, uint16_t v)
{
	frame[at] = v >> 8;
	frame[at + 1] = v;
}

static uint32_t sum(const uint8_t *p, uint32_t bytes, uint32_t start)
{
	for (uint32_t i = 0; i < bytes; i++)
		start += i % 2 ? p[i] : p[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

struct shape {
	int is_ipv4, is_tcp, vlans;
	uint32_t payload;
};

static uint32_t ip_at(const struct shape *s)
{
	return ETHERNET_BYTES + 4 * s->vlans;
}

static uint32_t l4_at(const struct shape *s)
{
	return ip_at(s) + (s->is_ipv4 ? 20 : 40);
}

static uint32_t payload_at(const struct shape *s)
{
	return l4_at(s) + (s->is_tcp ? 20 : 8);
}

static uint32_t pseudo_sum(const struct shape *s, const uint8_t *f, uint32_t l4_bytes)
{
	return sum(f + ip_at(s) + (s->is_ipv4 ? 12 : 8), s->is_ipv4 ? 8 : 32,
		   l4_bytes + (s->is_tcp ? IPPROTO_TCP : IPPROTO_UDP));
}

static void make_frame(const struct shape *s)
{
	const uint32_t ip = ip_at(s), l4 = l4_at(s), data = payload_at(s);

	memset(frame, 0, sizeof frame);
	memset(frame, 255, 6);
	frame[6] = 2;
	for (int i = 0; i < s->vlans; i++)
		put16(12 + 4 * i, 0x8100);
	put16(ip - 2, s->is_ipv4 ? 0x0800 : 0x86dd);
	frame[ip] = s->is_ipv4 ? 0x45 : 0x60;
	if (s->is_ipv4)
		put16(ip + 4, 0xfffe); // identification, about to wrap
	frame[ip + (s->is_ipv4 ? 9 : 6)] = s->is_tcp ? IPPROTO_TCP : IPPROTO_UDP;
	for (int i = 0; i < (s->is_ipv4 ? 8 : 32); i++)
		frame[ip + (s->is_ipv4 ? 12 : 8) + i] = 17 * i + 3;
	if (s->is_tcp) {
		put16(l4 + 4, 0xffff); // sequence number, about to wrap its lower half
		put16(l4 + 6, 0xff00);
		frame[l4 + 12] = 5 << 4;
		frame[l4 + 13] = 0x19; // ACK, PSH, FIN
	}
	for (uint32_t i = 0; i < s->payload; i++)
		frame[data + i] = i * 7 + i / 251;
	frame_bytes = data + s->payload;
}

// Sends the frame with a header of the port's length, in slots of `slot_bytes`; ALONE gives the header a
// slot of its own.
enum { ALONE = 1 };

static void send_frame(int from, struct virtio_net_hdr h, uint32_t slot_bytes)
{
	static uint8_t bytes[MAX_FRAME + 12];
	const uint32_t total = lengths[from] + frame_bytes;

	memset(bytes, 0xee, sizeof bytes);
	memcpy(bytes, &h, sizeof h);
	memcpy(bytes + lengths[from], frame, frame_bytes);
	for (uint32_t at = 0, now; at < total; at += now) {
		const uint32_t most = slot_bytes != ALONE ? slot_bytes : at ? 700 : lengths[from];
		const uint32_t slot = ports[from].tx->head;

		now = total - at < most ? total - at : most;
		put(&ports[from], bytes + at, now);
		if (at + now < total)
			ports[from].tx->slot[slot].flags |= NS_MOREFRAG;
	}
	ioctl(ports[from].fd, NIOCTXSYNC);
}

// The next frame into `to`, from however many slots: its length, 0 if there is none.
static uint32_t receive(int port, uint8_t *to, uint32_t room, int *slots)
{
	struct netmap_ring *rx = ports[port].rx;
	uint32_t bytes = 0;
	int more = 1;

	ioctl(ports[port].fd, NIOCRXSYNC);
	for (*slots = 0; more && !nm_ring_empty(rx); (*slots)++) {
		const struct netmap_slot *slot = &rx->slot[rx->head];

		if (bytes + slot->len <= room)
			memcpy(to + bytes, slot_buffer(rx, rx->head), slot->len);
		bytes += slot->len;
		more = slot->flags & NS_MOREFRAG;
		rx->head = rx->cur = nm_ring_next(rx, rx->head);
	}
	ioctl(ports[port].fd, NIOCRXSYNC);
	return bytes;
}

static uint8_t got[MAX_FRAME + 12];

static void nothing_for(int port, const char *why)
{
	int slots;
	uint32_t bytes = receive(port, got, sizeof got, &slots);

	CHECK(!bytes, "%s: %u bytes arrived", why, bytes);
}

// ---- what must come of it ----

static void check_conversion(int from, int to, uint32_t slot_bytes)
{
	const struct shape s = {.is_ipv4 = 1, .payload = 500};
	const struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_DATA_VALID, .csum_start = 0x1234};
	uint8_t header[12] = {0};
	uint32_t bytes;
	int slots;

	make_frame(&s);
	send_frame(from, h, slot_bytes);
	if (lengths[from] && lengths[to])
		memcpy(header, &h, sizeof h);
	if (from == to)
		return;
	bytes = receive(to, got, sizeof got, &slots);
	CHECK(bytes == lengths[to] + frame_bytes, "%u to %u: %u bytes", lengths[from], lengths[to], bytes);
	CHECK(!memcmp(got, header, lengths[to]), "%u to %u: header", lengths[from], lengths[to]);
	CHECK(!memcmp(got + lengths[to], frame, frame_bytes), "%u to %u: frame", lengths[from], lengths[to]);
}

static void drain(void)
{
	int slots;

	for (int i = 0; i < 3; i++)
		while (receive(i, got, sizeof got, &slots))
			;
}

static void check_conversions(void)
{
	for (int from = 0; from < 3; from++)
		for (int to = 0; to < 3; to++) {
			check_conversion(from, to, 2048);
			drain();
			check_conversion(from, to, 200);
			drain();
			if (lengths[from])
				check_conversion(from, to, ALONE);
			drain();
		}
}

// The checksum of what was `sent` with only its pseudo header summed up.
static void check_checksum(uint32_t payload, uint32_t slot_bytes)
{
	const struct shape s = {.is_ipv4 = 1, .payload = payload};
	const uint32_t l4 = l4_at(&s), l4_bytes = 8 + payload;
	const struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = l4, .csum_offset = 6};
	int slots;

	make_frame(&s);
	put16(l4 + 4, l4_bytes);
	put16(l4 + 6, pseudo_sum(&s, frame, l4_bytes));
	send_frame(2, h, slot_bytes);
	CHECK(receive(0, got, sizeof got, &slots) == frame_bytes, "length");
	CHECK(sum(got + l4, l4_bytes, pseudo_sum(&s, got, l4_bytes)) == 0xffff, "%u bytes in slots of %u: wrong checksum",
	      payload, slot_bytes);
	receive(1, got, sizeof got, &slots);
	CHECK(!memcmp(got + 10, frame, frame_bytes), "changed for a port with headers");
}

static void check_segment(const struct shape *s, uint32_t bytes, uint32_t index, uint32_t before, int is_last)
{
	const uint32_t ip = ip_at(s), l4 = l4_at(s), data = payload_at(s), l4_bytes = bytes - l4;
	uint32_t seq;

	memcpy(&seq, got + l4 + 4, sizeof seq);
	seq = ntohl(seq);
	CHECK(!memcmp(got, frame, ip), "link header");
	if (s->is_ipv4) {
		CHECK((uint32_t)(got[ip + 2] << 8 | got[ip + 3]) == bytes - ip, "total length");
		CHECK((got[ip + 4] << 8 | got[ip + 5]) == (uint16_t)(0xfffe + index), "identification");
		CHECK(sum(got + ip, 20, 0) == 0xffff, "IPv4 checksum");
	} else {
		CHECK((uint32_t)(got[ip + 4] << 8 | got[ip + 5]) == bytes - ip - 40, "payload length");
	}
	if (s->is_tcp)
		CHECK(seq == 0xffffff00 + before && got[l4 + 13] == (is_last ? 0x19 : 0x10), "TCP: seq %x flags %x", seq,
		      got[l4 + 13]);
	else
		CHECK((uint32_t)(got[l4 + 4] << 8 | got[l4 + 5]) == l4_bytes, "UDP length");
	CHECK(sum(got + l4, l4_bytes, pseudo_sum(s, got, l4_bytes)) == 0xffff, "checksum of segment %u", index);
	CHECK(!memcmp(got + data, frame + data + before, bytes - data), "payload of segment %u", index);
}

static struct virtio_net_hdr gso_header(const struct shape *s)
{
	return (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = !s->is_tcp ? VIRTIO_NET_HDR_GSO_UDP : s->is_ipv4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6,
	};
}

static void check_segments(struct shape s, uint32_t slot_bytes)
{
	uint32_t before = 0, index = 0, bytes;
	int slots;

	make_frame(&s);
	send_frame(1, gso_header(&s), slot_bytes);
	for (; before < s.payload; index++) {
		bytes = receive(0, got, sizeof got, &slots);
		CHECK(bytes > payload_at(&s) && bytes <= SEGMENT_BYTES && slots == 1, "segment %u of %u bytes", index, bytes);
		if (bytes <= payload_at(&s))
			return;
		check_segment(&s, bytes, index, before, before + bytes - payload_at(&s) == s.payload);
		before += bytes - payload_at(&s);
	}
	CHECK(index == (s.payload + SEGMENT_BYTES - payload_at(&s) - 1) / (SEGMENT_BYTES - payload_at(&s)), "%u segments", index);
	nothing_for(0, "after the last segment");
	bytes = receive(2, got, sizeof got, &slots);
	CHECK(bytes == 12 + frame_bytes && !memcmp(got + 12, frame, frame_bytes), "cut for a port with headers: %u", bytes);
}

static void check_all_segments(void)
{
	static const uint32_t payloads[] = {1, 1460, 1461, 9001, 16000};

	for (int shape = 0; shape < 8; shape++)
		for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
			struct shape s = {shape & 1, (shape & 2) != 0, (shape & 4) != 0, payloads[i]};

			check_segments(s, 2048);
			check_segments(s, 333);
		}
	check_segments((struct shape){1, 1, 0, 3000}, ALONE);
}

static void check_nonsense(void)
{
	const struct shape s = {.is_ipv4 = 1, .is_tcp = 1, .payload = 4000};
	struct virtio_net_hdr h = gso_header(&s);

	make_frame(&s);
	h.gso_type = 77;
	send_frame(2, h, 2048);
	h = gso_header(&s);
	h.flags = 0x80;
	send_frame(2, h, 2048);
	h = gso_header(&s);
	put16(12, 0x1234); // neither IPv4 nor IPv6
	send_frame(2, h, 2048);
	make_frame(&s);
	frame[ETHERNET_BYTES] = 0x41; // a header of four bytes
	send_frame(2, h, 2048);
	make_frame(&s);
	frame[l4_at(&s) + 12] = 0xf0; // longer than what the frame has
	frame_bytes = payload_at(&s) + 10;
	send_frame(2, h, 2048);
	frame_bytes = payload_at(&s); // nothing to cut
	frame[l4_at(&s) + 12] = 0x50;
	send_frame(2, h, 2048);
	nothing_for(0, "nonsense");
	drain();
}

// Either all segments of a frame arrive or none.
static void check_full_ring(void)
{
	const struct shape s = {.is_ipv4 = 1, .is_tcp = 1, .payload = 5 * 1460};
	int slots, segments = 0;

	make_frame(&s);
	for (int i = 0; i < 300; i++)
		send_frame(1, gso_header(&s), 2048);
	while (receive(0, got, sizeof got, &slots))
		segments++;
	CHECK(segments == 1023 / 5 * 5, "%d segments", segments);
	drain();
}

int main(void)
{
	int fd = device();

	open_ports(fd);
	check_conversions();
	for (uint32_t slot_bytes = 61; slot_bytes < 2048; slot_bytes += 333)
		for (uint32_t payload = 1; payload < 1400; payload += 466)
			check_checksum(payload, slot_bytes);
	check_all_segments();
	check_nonsense();
	check_full_ring();
	return failures != 0;
}
