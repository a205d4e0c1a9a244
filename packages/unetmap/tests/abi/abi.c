// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: every size, offset, constant, ioctl number and computed value of the public
// headers equals netmap's, and nothing that abi.json lists is missing.  The program
// prints our interface in the words of abi.json, which was recorded from the genuine
// headers, and compares the text.
#define NETMAP_WITH_LIBS
#include <libnetmap.h>
#include <net/netmap_user.h>
#include <stddef.h>

#include "names.h"

static char ours[65536];
static size_t ours_size;
static const char *separator = "";

__attribute__((__format__(__printf__, 1, 2))) static void
say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ours_size += (size_t)vsnprintf(ours + ours_size, sizeof(ours) - ours_size, format, args);
	va_end(args);
}

static void
say_struct(const char *name, size_t size, size_t align)
{
	say("%s\n  \"%s\":{\"size\":%zu,\"align\":%zu,\"fields\":{", separator, name, size, align);
	separator = "";
}

static void
say_field(const char *name, size_t offset, size_t size)
{
	say("%s\"%s\":[%zu,%zu]", separator, name, offset, size);
	separator = ",";
}

static void
say_flexible(const char *name, size_t offset, size_t element_size)
{
	say("%s\"%s\":[%zu,\"flexible, element size %zu\"]", separator, name, offset, element_size);
	separator = ",";
}

static void
say_end(void)
{
	say("}}");
	separator = ",";
}

static void
say_ioctl(const char *name, unsigned long v)
{
	say("%s\n  \"%s\":{\"value\":%lu,\"hex\":\"0x%lx\",\"dir\":%lu,\"nr\":%lu,\"type\":\"%c\","
	    "\"size\":%lu}",
		separator, name, v, v, v >> 30, v & 0xff, (int)(v >> 8 & 0xff), v >> 16 & 0x3fff);
	separator = ",";
}

static void
say_number(const char *name, long long v)
{
	say("%s\n  \"%s\":%lld", separator, name, v);
	separator = ",";
}

static void
say_text(const char *name, const char *v)
{
	say("%s\n  \"%s\":\"%s\"", separator, name, v);
	separator = ",";
}

static void
say_names(void)
{
#define STRUCT(s) say_struct(#s, sizeof(struct s), __alignof__(struct s));
#define FIELD(s, f) say_field(#f, offsetof(struct s, f), sizeof(((struct s *)0)->f));
#define FLEX(s, f) say_flexible(#f, offsetof(struct s, f), sizeof(((struct s *)0)->f[0]));
#define END() say_end();
#define IOCTL(n) say_ioctl(#n, n);
#define NUMBER(n) say_number(#n, n);
#define TEXT(n) say_text(#n, n);
	say("\"structs\":{");
	ABI_STRUCTS
	say("},\n\"ioctls\":{");
	separator = "";
	ABI_IOCTLS
	say("},\n\"constants\":{");
	separator = "";
	ABI_CONSTANTS
}

// A netmap_if with 2 tx rings, 1 host tx ring, 3 rx rings and 1 host rx ring: its
// constant fields are written as the engine does, through memcpy.
static struct netmap_if *
made_port(char *memory)
{
	struct netmap_if *nifp = (struct netmap_if *)memory;
	uint32_t rings[] = {2, 3, 0, 1, 1};

	memcpy(memory + offsetof(struct netmap_if, ni_tx_rings), rings, sizeof(rings));
	for (ssize_t i = 0; i < 7; i++) {
		ssize_t offset = 1024 * (i + 1);
		memcpy((char *)nifp->ring_ofs + i * (ssize_t)sizeof(offset), &offset, sizeof(offset));
	}
	return nifp;
}

static struct netmap_ring *
made_ring(char *memory)
{
	uint64_t buf_ofs = 4096, mask = 0xffff;
	uint32_t slots = 8, buf_size = 2048;

	memcpy(memory + offsetof(struct netmap_ring, buf_ofs), &buf_ofs, sizeof(buf_ofs));
	memcpy(memory + offsetof(struct netmap_ring, num_slots), &slots, sizeof(slots));
	memcpy(memory + offsetof(struct netmap_ring, nr_buf_size), &buf_size, sizeof(buf_size));
	memcpy(memory + offsetof(struct netmap_ring, offset_mask), &mask, sizeof(mask));
	return (struct netmap_ring *)memory;
}

static struct netmap_ring *
at(struct netmap_ring *ring, uint32_t head, uint32_t cur, uint32_t tail)
{
	ring->head = head;
	ring->cur = cur;
	ring->tail = tail;
	return ring;
}

static void
say_port_arithmetic(void)
{
	static char memory[16384] __attribute__((__aligned__(128)));
	struct netmap_if *nifp = made_port(memory);
	char *base = (char *)nifp;

	say_number("NETMAP_IF(base,ofs)-base for ofs=64", (char *)NETMAP_IF(memory, 64) - memory);
	say_number("TXRING(1)-nifp == ring_ofs[1]", (char *)NETMAP_TXRING(nifp, 1) - base == 2048);
	say_number("TXRING(2)-nifp (host tx) == ring_ofs[2]",
		(char *)NETMAP_TXRING(nifp, 2) - base == 3072);
	say_number("RXRING(0)-nifp == ring_ofs[tx+host_tx]",
		(char *)NETMAP_RXRING(nifp, 0) - base == 4096);
	say_number("RXRING(3)-nifp (host rx) == ring_ofs[6]",
		(char *)NETMAP_RXRING(nifp, 3) - base == 7168);
}

static void
say_ring_arithmetic(struct netmap_ring *r)
{
	say_number("NETMAP_BUF(ring,5)-ring == buf_ofs+5*nr_buf_size",
		NETMAP_BUF(r, 5) - (char *)r == 4096 + 5 * 2048);
	say_number("NETMAP_BUF_IDX(ring,BUF(7))", (long long)NETMAP_BUF_IDX(r, NETMAP_BUF(r, 7)));
	say_number("NETMAP_BUF_IDX in middle of buffer 7",
		(long long)NETMAP_BUF_IDX(r, NETMAP_BUF(r, 7) + 1000));
	say_number("nm_ring_next(8 slots, 6)", nm_ring_next(r, 6));
	say_number("nm_ring_next(8 slots, 7)", nm_ring_next(r, 7));
	say_number("nm_ring_space head3 cur5 tail7 of 8", nm_ring_space(at(r, 3, 5, 7)));
	say_number("nm_ring_empty head3 cur5 tail7", nm_ring_empty(r));
	say_number("nm_tx_pending head3 tail7", nm_tx_pending(r));
	say_number("nm_ring_space head6 tail2 of 8", nm_ring_space(at(r, 6, 6, 2)));
	say_number("nm_ring_space head4 tail4", nm_ring_space(at(r, 4, 4, 4)));
	say_number("nm_ring_empty head4 tail4", nm_ring_empty(r));
	say_number("nm_tx_pending head0 tail7 of 8 (idle)", nm_tx_pending(at(r, 0, 0, 7)));
}

static void
say_slot_arithmetic(struct netmap_ring *r)
{
	struct netmap_slot slot = {.flags = 0x0320, .ptr = 0x12345678};

	say_number("NS_RFRAGS(flags 0x0320)", NS_RFRAGS(&slot));
	say_number("NETMAP_ROFFSET(mask ffff, ptr 12345678)", (long long)NETMAP_ROFFSET(r, &slot));
	NETMAP_WOFFSET(r, &slot, 0x99);
	say_number("ptr after NETMAP_WOFFSET 0x99", (long long)slot.ptr);
}

static void
say_computed(void)
{
	static char memory[256] __attribute__((__aligned__(128)));
	struct netmap_ring *ring = made_ring(memory);

	say("},\n\"computed\":{");
	separator = "";
	say_port_arithmetic();
	say_ring_arithmetic(ring);
	say_slot_arithmetic(ring);
	say("},\n");
}

// The part of the file that this program can say, or NULL.
static char *
recorded(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	char *begin, *end;

	if (!file)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	begin = strstr(text, "\"structs\":{");
	end = begin ? strstr(begin, "\"defaults_observed\"") : NULL;
	if (!end)
		return NULL;
	*end = '\0';
	return begin;
}

static int
count_differences(char *netmap, char *mine)
{
	int differences = 0;

	while (netmap || mine) {
		char *theirs = strsep(&netmap, "\n"), *our = strsep(&mine, "\n");

		if (theirs && our && strcmp(theirs, our) == 0)
			continue;
		differences++;
		printf("netmap: %s\nours:   %s\n", theirs ? theirs : "", our ? our : "");
	}
	return differences;
}

int
main(int argc, char **argv)
{
	char path[512];
	const char *slash = strrchr(__FILE__, '/');
	char *netmap;

	snprintf(path, sizeof(path), "%.*sabi.json", slash ? (int)(slash + 1 - __FILE__) : 0, __FILE__);
	netmap = recorded(argc > 1 ? argv[1] : path);
	if (!netmap) {
		fprintf(stderr, "abi: cannot read %s\n", argc > 1 ? argv[1] : path);
		return 1;
	}
	say_names();
	say_computed();
	return count_differences(netmap, ours) == 0 ? 0 : 1;
}
