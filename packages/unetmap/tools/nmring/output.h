// SPDX-License-Identifier: BSD-2-Clause
#ifndef NMRING_OUTPUT_H
#define NMRING_OUTPUT_H

#include <stdio.h>

#include "holding.h"
#include "look.h"

// An object without its end and its time: what differs between two is what there is to see.
void print_json(FILE *file, const struct look *look, const struct holding *holding);

// Marks of each ring, and its slots; a long run of slots that differ in nothing is one line.
void print_table(FILE *file, const struct look *look);

#endif
