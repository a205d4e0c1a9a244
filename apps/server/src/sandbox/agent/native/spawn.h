// SPDX-License-Identifier: BSD-2-Clause
/* Starting one program: its terminal or pipes, its limits, and the exec. */
#pragma once
#include "wire.h"
#include <sys/types.h>

struct program {
	pid_t pid;
	int input;    /* the pty's master, or the pipe to stdin; non-blocking, as are the others */
	int output;   /* the same master, or the pipe from stdout */
	int errors;   /* the pipe from stderr, or -1 */
	int hold;     /* what keeps it from starting */
};

/* An exec request taken apart; the strings stay the frame's. */
struct exec_request {
	struct wire_exec head;
	char **argv;
	char **envp;
};

/* Returns 0, or -1 for a request that is none. */
int exec_request_parse(const struct frame *frame, struct exec_request *request);
/* It does nothing before it is released. Returns 0, or -1 with errno. One that is not there prints so and exits with 127. */
int spawn(const struct exec_request *request, struct program *program);
void spawn_release(struct program *program);
