// SPDX-License-Identifier: BSD-2-Clause
//
// copy BYTES MS CPU: memcpy of so many bytes from each of 1,024 buffers to each of another 1,024, laid
// out as a switch's rings have them, 2,048 bytes apart. Prints billions of bytes a second.
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "pinned.h"

enum { BUFFERS = 1024, STRIDE = 2048 };

static char *buffers(void)
{
	char *p = mmap(NULL, BUFFERS * STRIDE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	memset(p, 1, BUFFERS * STRIDE);
	return p;
}

int main(int argc, char **argv)
{
	int64_t start, end, now;
	uint64_t copied = 0;
	char *from, *to;
	size_t bytes;

	if (argc != 4 || atoi(argv[1]) > STRIDE)
		return 1;
	bytes = atoi(argv[1]);
	pin(atoi(argv[3]));
	from = buffers();
	to = buffers();
	start = now = now_ns();
	end = start + atoi(argv[2]) * 1000000ll;
	for (; now < end; now = now_ns())
		for (int i = 0; i < BUFFERS; i++, copied += bytes) {
			memcpy(to + i * STRIDE, from + i * STRIDE, bytes);
			__asm__ volatile("" ::: "memory");
		}
	printf("%.3f\n", (double)copied / (double)(now - start));
	return 0;
}
