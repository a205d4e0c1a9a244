// SPDX-License-Identifier: BSD-2-Clause
#include "pcap.h"

#include <byteswap.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_MICROSECONDS 0xa1b2c3d4u
#define MAGIC_NANOSECONDS 0xa1b23c4du
#define MAGIC_PCAPNG 0x0a0d0d0au
#define LINK_ETHERNET 1u

struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t reserved[2];
	uint32_t snap_bytes;
	uint32_t link_type;
};

struct record_header {
	uint32_t seconds;
	uint32_t fraction;
	uint32_t size;
	uint32_t original;
};

static int
fail(struct pcap_reader *r, const char *why)
{
	snprintf(r->error, PCAP_ERROR_SIZE, "%s: %s", r->path, why);
	return -1;
}

static uint32_t
in_order(const struct pcap_reader *r, uint32_t value)
{
	return r->swapped ? bswap_32(value) : value;
}

static int
read_file_header(struct pcap_reader *r)
{
	struct file_header h;
	uint32_t magic;

	if (fread(&h, 1, sizeof(h), r->file) != sizeof(h))
		return fail(r, "too short for a pcap file");
	r->swapped = h.magic == bswap_32(MAGIC_MICROSECONDS) || h.magic == bswap_32(MAGIC_NANOSECONDS);
	magic = in_order(r, h.magic);
	r->nanoseconds = magic == MAGIC_NANOSECONDS;
	if (magic == MAGIC_PCAPNG)
		return fail(r, "a pcapng file; convert it: editcap -F pcap IN OUT");
	if (magic != MAGIC_MICROSECONDS && magic != MAGIC_NANOSECONDS)
		return fail(r, "not a pcap file");
	if ((in_order(r, h.link_type) & 0xffff) != LINK_ETHERNET)
		return fail(r, "its frames are not Ethernet");
	return 0;
}

int
pcap_reader_open(struct pcap_reader *r, const char *path, char *error)
{
	memset(r, 0, sizeof(*r));
	r->error = error;
	snprintf(r->path, sizeof(r->path), "%s", path);
	r->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	if (!r->file)
		return fail(r, strerror(errno));
	r->frame = malloc(PCAP_FRAME_MAX);
	if (r->frame && read_file_header(r) == 0)
		return 0;
	if (!r->frame)
		fail(r, strerror(ENOMEM));
	pcap_reader_close(r);
	return -1;
}

int
pcap_reader_next(struct pcap_reader *r, struct pcap_frame *frame)
{
	struct record_header h;
	size_t got = fread(&h, 1, sizeof(h), r->file);

	if (got == 0)
		return ferror(r->file) ? fail(r, strerror(errno)) : 0;
	frame->size = in_order(r, h.size);
	if (got != sizeof(h) || frame->size > PCAP_FRAME_MAX)
		return fail(r, "a broken record; the file is cut off or damaged");
	if (fread(r->frame, 1, frame->size, r->file) != frame->size)
		return fail(r, "its last frame is cut off");
	frame->bytes = r->frame;
	frame->original = in_order(r, h.original);
	frame->ts_ns = in_order(r, h.seconds) * 1000000000ULL +
		in_order(r, h.fraction) * (r->nanoseconds ? 1ULL : 1000ULL);
	return 1;
}

int
pcap_reader_rewind(struct pcap_reader *r)
{
	return fseek(r->file, sizeof(struct file_header), SEEK_SET);
}

void
pcap_reader_close(struct pcap_reader *r)
{
	if (r->file && r->file != stdin)
		fclose(r->file);
	free(r->frame);
	r->file = NULL;
	r->frame = NULL;
}

int
pcap_write_header(FILE *file)
{
	struct file_header h = {
		.magic = MAGIC_MICROSECONDS,
		.major = 2,
		.minor = 4,
		.snap_bytes = PCAP_FRAME_MAX,
		.link_type = LINK_ETHERNET,
	};

	return fwrite(&h, sizeof(h), 1, file) == 1 ? 0 : -1;
}

int
pcap_write_frame(FILE *file, const struct pcap_frame *frame)
{
	struct record_header h = {
		.seconds = (uint32_t)(frame->ts_ns / 1000000000),
		.fraction = (uint32_t)(frame->ts_ns % 1000000000 / 1000),
		.size = frame->size,
		.original = frame->original,
	};

	if (fwrite(&h, sizeof(h), 1, file) != 1)
		return -1;
	return fwrite(frame->bytes, 1, frame->size, file) == frame->size ? 0 : -1;
}

void
pcap_dump_bytes(FILE *file, const uint8_t *bytes, uint32_t size)
{
	for (uint32_t line = 0; line < size; line += 16) {
		fprintf(file, "%5u: ", line);
		for (uint32_t i = line; i < line + 16; i++)
			if (i < size)
				fprintf(file, "%02x ", bytes[i]);
			else
				fputs("   ", file);
		for (uint32_t i = line; i < line + 16 && i < size; i++)
			fputc(isprint(bytes[i]) ? bytes[i] : '.', file);
		fputc('\n', file);
	}
}
