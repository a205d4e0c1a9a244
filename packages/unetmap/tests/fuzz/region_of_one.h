// SPDX-License-Identifier: BSD-2-Clause
//
// A region for the fuzz targets, which are linked with the engine and call it as the client would.
#ifndef TESTS_FUZZ_REGION_OF_ONE_H_
#define TESTS_FUZZ_REGION_OF_ONE_H_

#include <net/netmap.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/segment.h"

#define REQUIRE(ok, ...) ((ok) ? (void)0 : region_fault(__FILE__, __LINE__, #ok))

// Says what does not hold and aborts, for the fuzzer to keep the input.
void region_fault(const char *file, int line, const char *what) __attribute__((noreturn));

// Made on the first call, removed at exit.
void region_begin(void);

// A descriptor as the program would have it.
struct handle {
	int fd; // -1 = closed
	uint16_t desc;
	void *map;
	size_t map_bytes;
};

void handle_open(struct handle *h);
void handle_close(struct handle *h);
// Maps all of the port's memory, once. NULL if there is none.
char *handle_map(struct handle *h);

// Removes what outlives descriptors, and holds the region to be empty after that.
void region_end(void);

// Addresses that a hostile program may hand in: where nothing is, read-only, not all there.
uint64_t hostile_address(uint8_t choice);

#endif
