// SPDX-License-Identifier: BSD-2-Clause
/* Where a program crashed: read from the note that crash_note.c left, and put into words by addr2line. */
#pragma once
#include "spawn.h"

/* Makes the folder for this exec's notes, and tells the program where it is. */
void crash_prepare(struct exec_request *request);
/* Writes signal, place, function and address, NUL-terminated each; nothing when no program crashed. Returns the length. */
size_t crash_describe(char *to, size_t size);
