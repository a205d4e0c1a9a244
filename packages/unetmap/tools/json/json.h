// SPDX-License-Identifier: BSD-2-Clause
//
// Pieces of JSON that tools print.
#ifndef TOOLS_JSON_H_
#define TOOLS_JSON_H_

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// A string of at most `size` bytes, which need not end with a zero. What is no ASCII is escaped, byte by byte.
void json_string(FILE *file, const char *text, size_t size);

// A member that is not the first of its object.
void json_number(FILE *file, const char *name, uint64_t value);

#endif
