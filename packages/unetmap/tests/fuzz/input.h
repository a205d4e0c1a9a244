// SPDX-License-Identifier: BSD-2-Clause
//
// The bytes of one fuzzing input, taken from the front; zeros when there are no more.
#ifndef TESTS_FUZZ_INPUT_H_
#define TESTS_FUZZ_INPUT_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct input {
	const uint8_t *at, *end;
};

static inline size_t input_left(const struct input *in)
{
	return in->end - in->at;
}

// Fills `bytes` of `to`; returns how many of them came from the input.
static inline size_t take_bytes(struct input *in, void *to, size_t bytes)
{
	size_t n = bytes < input_left(in) ? bytes : input_left(in);

	memset(to, 0, bytes);
	memcpy(to, in->at, n);
	in->at += n;
	return n;
}

#define DEFINE_TAKE(name, type)                     \
	static inline type name(struct input *in)   \
	{                                           \
		type value;                         \
                                                    \
		take_bytes(in, &value, sizeof value); \
		return value;                       \
	}

DEFINE_TAKE(take_u8, uint8_t)
DEFINE_TAKE(take_u16, uint16_t)
DEFINE_TAKE(take_u32, uint32_t)
DEFINE_TAKE(take_u64, uint64_t)

#endif
