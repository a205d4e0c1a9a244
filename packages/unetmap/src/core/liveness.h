// SPDX-License-Identifier: BSD-2-Clause
//
// Who is alive, as the kernel knows it. Process ids mean nothing here: sandboxes with PID
// namespaces of their own share one region.
//
// A process takes a number N and holds an open-file-description lock on byte N of the file
// `clients`, through a mapping that fork does not copy (so the program can neither close it nor
// pass it on). The kernel drops the lock when the process ends, whatever ends it.
#ifndef UNETMAP_CORE_LIVENESS_H_
#define UNETMAP_CORE_LIVENESS_H_

#include <stdint.h>

// This process's mark for lock words: never 0, never with the top bit set; unique among the living.
// Takes the control lock on the first call of a process.
uint32_t client_self(void);

// Like the above, for callers that know it has been called before in this process.
extern uint32_t client_mark;

// True unless the process that owned this mark has ended.
int client_alive(uint32_t mark);

void client_after_fork(void); // in the child: it is not its parent

// A shared lock on one byte of a file, kept by the open file description (and so by mappings made
// through it). Returns 0 or -errno.
int hold_byte(int fd, uint32_t byte);
// True if anybody holds it.
int byte_held(int fd, uint32_t byte);

#endif
