// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/* Inherited from `launch` through bwrap. */
#define AGENT_LISTEN_FD 3

#define WORKSPACE "/workspace"
/* Where programs leave a note when they crash, a folder for each exec. */
#define NOTES "/run/ringlab/notes"

int launch_main(int argc, char **argv);
int inside_main(int argc, char **argv);
/* The same where a container is the sandbox: see rendezvous.h. It outlives its server for a while. */
int contained_main(int argc, char **argv);
int refresh_main(void);
/* Each serves one connection whose first frame was read, and ends the process. */
struct frame;
void supervise(int connection, const struct frame *request);
void serve_files(int connection, struct frame *request);
