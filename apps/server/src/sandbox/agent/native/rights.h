// SPDX-License-Identifier: BSD-2-Clause
/*
 * What keeps the agent's processes from programs, and programs from everything. On Linux they are of one user, and the
 * agent hides; on FreeBSD the agent is root of its jail, and programs are of another user.
 */
#pragma once

/* The agent and its supervisors: no program may read them, take from them or stop them for long. */
void rights_of_agent(void);
/* Reads and writes files for the server: may go where a program may, and is kept from programs as the agent is. */
void rights_of_worker(void);
/* The last thing before exec. What is left is not to be undone. */
void rights_of_program(void);
/* A folder that the agent made becomes one that programs write into. Returns 0, or -1 with errno. */
int rights_give(const char *folder);
