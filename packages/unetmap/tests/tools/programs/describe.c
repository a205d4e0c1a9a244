// SPDX-License-Identifier: BSD-2-Clause
//
// describe FILE [SKIP]: a line for each UDP frame of a pcap file, SKIP bytes into it:
// "DSTMAC SRC:PORT > DST:PORT BYTES ok", or what is wrong in the place of "ok".
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "pcap/pcap.h"

static uint32_t
get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t
sum(const uint8_t *bytes, uint32_t size)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < size; i++)
		total += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return total;
}

static int
is_good(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total == 0xffff;
}

static const char *
judge(const uint8_t *ip, uint32_t bytes, int is_v6)
{
	uint32_t header = is_v6 ? 40 : 20, udp_bytes = bytes - header;
	const uint8_t *udp = ip + header;

	if (bytes < header + 8)
		return "short";
	if (!is_v6 && !is_good(sum(ip, header)))
		return "wrong IP checksum";
	if ((is_v6 ? get16(ip + 4) + header : get16(ip + 2)) != bytes || get16(udp + 4) != udp_bytes)
		return "wrong length";
	if (ip[is_v6 ? 6 : 9] != 17)
		return "not UDP";
	if (!is_good(sum(udp, udp_bytes) + sum(udp - (is_v6 ? 32 : 8), is_v6 ? 32 : 8) + 17 + udp_bytes))
		return "wrong UDP checksum";
	return "ok";
}

static void
describe(const uint8_t *ether, uint32_t bytes)
{
	int is_v6 = get16(ether + 12) == 0x86dd, family = is_v6 ? AF_INET6 : AF_INET;
	const uint8_t *ip = ether + 14, *udp = ip + (is_v6 ? 40 : 20);
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	inet_ntop(family, ip + (is_v6 ? 8 : 12), src, sizeof(src));
	inet_ntop(family, ip + (is_v6 ? 24 : 16), dst, sizeof(dst));
	printf("%02x:%02x:%02x:%02x:%02x:%02x %s:%u > %s:%u %u %s\n", ether[0], ether[1], ether[2], ether[3],
		ether[4], ether[5], src, get16(udp), dst, get16(udp + 2), bytes, judge(ip, bytes - 14, is_v6));
}

int
main(int argc, char **argv)
{
	uint32_t skip = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
	char error[PCAP_ERROR_SIZE];
	struct pcap_reader reader = {0};
	struct pcap_frame frame;

	if (argc < 2 || pcap_reader_open(&reader, argv[1], error) == -1)
		return 1;
	while (pcap_reader_next(&reader, &frame) == 1)
		if (frame.size >= skip + 42)
			describe(frame.bytes + skip, frame.size - skip);
	pcap_reader_close(&reader);
	return 0;
}
