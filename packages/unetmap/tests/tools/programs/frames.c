// SPDX-License-Identifier: BSD-2-Clause
//
// frames make FILE COUNT [BYTES]   a pcap file of different frames, of different sizes
// frames same A B                  exit 0 if both hold the same frames in the same order
#include <stdlib.h>
#include <string.h>

#include "pcap/pcap.h"

static void
fill(uint8_t *bytes, uint32_t size, uint32_t number)
{
	static const uint8_t ether[14] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

	memcpy(bytes, ether, sizeof(ether));
	memcpy(bytes + 14, &number, sizeof(number));
	for (uint32_t i = 18; i < size; i++)
		bytes[i] = (uint8_t)(i * 7 + number);
}

static int
make(const char *path, uint32_t count, uint32_t fixed_size)
{
	static uint8_t bytes[65536];
	FILE *file = fopen(path, "wb");
	struct pcap_frame frame = {.bytes = bytes};

	if (!file || pcap_write_header(file) == -1)
		return 1;
	for (uint32_t i = 0; i < count; i++) {
		frame.size = frame.original = fixed_size ? fixed_size : 60 + i * 31 % 1441;
		frame.ts_ns = i * 1000000ULL;
		fill(bytes, frame.size, i);
		if (pcap_write_frame(file, &frame) == -1)
			return 1;
	}
	return fclose(file) == 0 ? 0 : 1;
}

static int
same(struct pcap_reader *a, struct pcap_reader *b)
{
	struct pcap_frame x, y;

	for (unsigned int i = 0;; i++) {
		int got_a = pcap_reader_next(a, &x), got_b = pcap_reader_next(b, &y);

		if (got_a != 1 || got_b != 1) {
			if (got_a != got_b)
				fprintf(stderr, "only one file has a frame %u\n", i);
			return got_a == 0 && got_b == 0 ? 0 : 1;
		}
		if (x.size != y.size || x.original != y.original || memcmp(x.bytes, y.bytes, x.size) != 0) {
			fprintf(stderr, "frame %u differs\n", i);
			return 1;
		}
	}
}

static int
same_files(const char *path_a, const char *path_b)
{
	struct pcap_reader a = {0}, b = {0};
	char error[PCAP_ERROR_SIZE];
	int result = 1;

	if (pcap_reader_open(&a, path_a, error) == 0 && pcap_reader_open(&b, path_b, error) == 0)
		result = same(&a, &b);
	else
		fprintf(stderr, "%s\n", error);
	pcap_reader_close(&a);
	pcap_reader_close(&b);
	return result;
}

int
main(int argc, char **argv)
{
	if (argc >= 4 && strcmp(argv[1], "make") == 0)
		return make(argv[2], (uint32_t)atoi(argv[3]), argc > 4 ? (uint32_t)atoi(argv[4]) : 0);
	if (argc != 4 || strcmp(argv[1], "same") != 0)
		return 2;
	return same_files(argv[2], argv[3]);
}
