// SPDX-License-Identifier: BSD-2-Clause
#ifndef VALE_MODULE_CRASH_H
#define VALE_MODULE_CRASH_H

#include <unetmap/modules.h>

// What the crash handler tells of.
struct crash_scene {
	const char *module;  // its name
	const char *sw;	     // "vale0:"
	const void *symbol;  // any address in the shared object
	char *last_words;    // UNETMAP_MODULE_LAST_WORDS bytes that outlive us
};

// From now on a crash in the module is told on stderr and in last_words, with function and line where
// they can be found out, and ends the process as it would have.
void crash_watch(const struct crash_scene *scene);

// For each thread: its place, and a stack for the handler, so that a stack overflow is told too.
void crash_watch_thread(const struct unetmap_module_place *place);

// Writes what a thread is at: "lookup, for a frame of 60 bytes from vale0:a". 0 if it is not in the module.
int crash_describe_place(const struct unetmap_module_place *place, char *text, size_t bytes);

#endif
