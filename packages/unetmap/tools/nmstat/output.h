// SPDX-License-Identifier: BSD-2-Clause
#ifndef NMSTAT_OUTPUT_H
#define NMSTAT_OUTPUT_H

#include <stdio.h>

#include "snapshot.h"

// One line.
void print_json(FILE *file, const struct snapshot *s);

// A table for people; with an earlier snapshot it has rates.
void print_table(FILE *file, const struct snapshot *s, const struct snapshot *before);

#endif
