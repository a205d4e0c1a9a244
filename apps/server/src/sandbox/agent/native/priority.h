// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who gets the processor first when there is more to do than processors. What carries keystrokes wakes often and
 * runs briefly, so it goes first; a program that spins gives way to it and to the server, and loses nothing on a
 * machine that has time. When memory is short it is the other way round: programs go first.
 */
#pragma once
#include <stdbool.h>

/* For the agent and its supervisors. */
void priority_of_agent(void);
/* For the program that this process becomes; `interactive` when a person types to it. */
void priority_of_program(bool interactive);
