// SPDX-License-Identifier: BSD-2-Clause
//
// flows check          exit 0 if lb's flow hash is what it should be
// flows FILE COUNT     a pcap file of TCP packets of COUNT flows, each with its answer, some of them
//                      of several slots (3000 bytes)
// flows A B COUNT      exit 0 if the two files share those packets, each flow in one of them
#include <stdlib.h>
#include <string.h>

#include "lb/flow_hash.h"
#include "pcap/pcap.h"

#define FRAME_BYTES 64

static int failures;

static void
expect(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "flow_hash: not so: %s\n", what);
	failures++;
}

static void
put16(uint8_t *to, unsigned int value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

// The first 14 bytes are left alone.
static void
write_ipv4(uint8_t *ip, uint8_t protocol, uint8_t src, uint8_t dst, unsigned int src_port,
	unsigned int dst_port, unsigned int total)
{
	static const uint8_t header[20] = {0x45, 0, 0, 50, 0, 0, 0, 0, 64, 0, 0, 0, 10, 0, 0, 0, 10, 1, 0, 0};

	memcpy(ip, header, sizeof(header));
	put16(ip + 2, total);
	ip[9] = protocol;
	ip[15] = src;
	ip[19] = dst;
	put16(ip + 20, src_port);
	put16(ip + 22, dst_port);
}

static uint32_t
hash(const uint8_t *frame)
{
	int is_ip;

	return flow_hash(frame, FRAME_BYTES, &is_ip);
}

static uint32_t
hash_udp(uint8_t src, uint8_t dst, unsigned int src_port, unsigned int dst_port)
{
	uint8_t frame[FRAME_BYTES] = {0};

	put16(frame + 12, 0x0800);
	write_ipv4(frame + 14, 17, src, dst, src_port, dst_port, 50);
	return hash(frame);
}

static void
check_spread(void)
{
	int seen[4] = {0};

	for (unsigned int port = 1000; port < 2000; port++)
		seen[hash_udp(1, 1, port, 80) % 4]++;
	for (int i = 0; i < 4; i++)
		expect(seen[i] > 150 && seen[i] < 350, "a thousand flows spread over four pipes");
}

static void
check_ipv4(void)
{
	uint8_t frame[FRAME_BYTES] = {0}, plain[FRAME_BYTES] = {0}, tunnel[FRAME_BYTES * 2] = {0};
	int is_ip;

	// The pipe of a flow must not change with a version; computed by netmap's own lb.
	expect(hash_udp(1, 1, 1234, 1234) == 0xa836a836, "a known flow has a known hash");
	put16(plain + 12, 0x0800);
	write_ipv4(plain + 14, 6, 1, 2, 1000, 80, 50);
	put16(frame + 12, 0x8100);
	put16(frame + 16, 0x0800);
	memcpy(frame + 18, plain + 14, FRAME_BYTES - 18);
	expect(hash(frame) == hash(plain), "a VLAN tag changes nothing");
	put16(tunnel + 12, 0x0800);
	write_ipv4(tunnel + 14, 47, 7, 8, 0x2000, 0x0800, 90); // GRE with a key
	memcpy(tunnel + 42, plain + 14, FRAME_BYTES - 14);
	expect(flow_hash(tunnel, sizeof(tunnel), &is_ip) == hash(plain), "what GRE carries counts");
	write_ipv4(tunnel + 14, 4, 7, 8, 0, 0, 90);
	memcpy(tunnel + 34, plain + 14, FRAME_BYTES - 14);
	expect(flow_hash(tunnel, sizeof(tunnel), &is_ip) == hash(plain), "what IP in IP carries counts");
	memcpy(frame, plain, sizeof(frame));
	put16(plain + 20, 0x2000); // the first fragment
	put16(frame + 20, 100);    // a later one, with other bytes where ports would be
	put16(frame + 34, 9999);
	expect(hash(frame) == hash(plain), "fragments stay together");
	plain[14] = 0x44;
	expect(hash(plain) == 0, "a malformed header gives 0");
}

static void
check_symmetry(void)
{
	uint8_t there[FRAME_BYTES] = {0}, back[FRAME_BYTES] = {0};

	put16(there + 12, 0x0800);
	put16(back + 12, 0x0800);
	write_ipv4(there + 14, 6, 5, 77, 4321, 80, 50);
	write_ipv4(back + 14, 6, 77, 5, 80, 4321, 50);
	back[14 + 13] = back[14 + 17] = 0;
	there[14 + 13] = there[14 + 17] = 0;
	expect(hash(there) == hash(back), "an answer has the hash of its question");
}

static void
check_others(void)
{
	uint8_t frame[FRAME_BYTES] = {0}, back[FRAME_BYTES] = {0};
	int is_ip;

	for (int i = 0; i < 6; i++) {
		frame[i] = back[6 + i] = (uint8_t)(17 * i + 1);
		frame[6 + i] = back[i] = (uint8_t)(i * i);
	}
	put16(frame + 12, 0x0806);
	put16(back + 12, 0x0806);
	expect(hash(frame) == hash(back), "MAC addresses count the same both ways");
	flow_hash(frame, FRAME_BYTES, &is_ip);
	expect(!is_ip, "ARP is not IP");
	put16(frame + 12, 0x86dd);
	frame[20] = 17;
	memset(frame + 22, 1, 32);
	flow_hash(frame, FRAME_BYTES, &is_ip);
	expect(is_ip, "IPv6 is IP");
}

// Each size in a block of its own, for AddressSanitizer to see what is read behind its end.
static void
check_cut(void)
{
	uint8_t frame[128] = {0};
	int is_ip;

	put16(frame + 12, 0x0800);
	write_ipv4(frame + 14, 47, 1, 2, 0xb000, 0x6558, 110);
	put16(frame + 14 + 20 + 16 + 12, 0x0800);
	write_ipv4(frame + 14 + 20 + 16 + 14, 17, 1, 2, 3, 4, 50);
	for (uint32_t size = 0; size <= sizeof(frame); size++) {
		uint8_t *cut = malloc(size ? size : 1);

		memcpy(cut, frame, size);
		flow_hash(cut, size, &is_ip);
		free(cut);
	}
}

static int
make(const char *path, unsigned int flows)
{
	static uint8_t bytes[3000];
	FILE *file = fopen(path, "wb");
	struct pcap_frame frame = {.bytes = bytes};

	if (!file || pcap_write_header(file) == -1)
		return 1;
	memset(bytes, 0xff, 6);
	bytes[6] = 2;
	put16(bytes + 12, 0x0800);
	for (unsigned int i = 0; i < 2 * flows; i++) {
		frame.size = frame.original = i % 10 == 0 ? sizeof(bytes) : FRAME_BYTES;
		frame.ts_ns = i;
		if (i % 2 == 0) {
			write_ipv4(bytes + 14, 6, 1, 2, 1000 + i / 2, 80, frame.size - 14);
		} else {
			write_ipv4(bytes + 14, 6, 2, 1, 80, 1000 + i / 2, frame.size - 14);
			bytes[27] = 1; // from 10.1.0.2 to 10.0.0.1
			bytes[31] = 0;
		}
		if (pcap_write_frame(file, &frame) == -1)
			return 1;
	}
	return fclose(file) == 0 ? 0 : 1;
}

// Adds the packets of a file to those that are known of each flow, as 1 << (8 * number).
static int
read_flows(const char *path, unsigned int number, unsigned int *seen, unsigned int flows)
{
	char error[PCAP_ERROR_SIZE];
	struct pcap_reader reader = {0};
	struct pcap_frame frame;
	unsigned int port, packets = 0;

	if (pcap_reader_open(&reader, path, error) == -1) {
		fprintf(stderr, "%s\n", error);
		return -1;
	}
	for (; pcap_reader_next(&reader, &frame) == 1; packets++) {
		port = (unsigned int)(frame.bytes[34] << 8 | frame.bytes[35]);
		if (port == 80)
			port = (unsigned int)(frame.bytes[36] << 8 | frame.bytes[37]);
		if (port >= 1000 && port < 1000 + flows)
			seen[port - 1000] += 1u << (8 * number);
	}
	pcap_reader_close(&reader);
	printf("%s: %u packets\n", path, packets);
	return packets > 0 ? 0 : -1;
}

static int
apart(const char *a, const char *b, unsigned int flows)
{
	unsigned int *seen = calloc(flows, sizeof(*seen));

	if (!seen || read_flows(a, 0, seen, flows) == -1 || read_flows(b, 1, seen, flows) == -1)
		return 1;
	for (unsigned int i = 0; i < flows; i++)
		expect(seen[i] == 2 || seen[i] == 2u << 8, "a flow is in one pipe, with its answer");
	free(seen);
	return failures > 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3)
		return make(argv[1], (unsigned int)atoi(argv[2]));
	if (argc == 4)
		return apart(argv[1], argv[2], (unsigned int)atoi(argv[3]));
	check_spread();
	check_ipv4();
	check_symmetry();
	check_others();
	check_cut();
	return failures > 0;
}
