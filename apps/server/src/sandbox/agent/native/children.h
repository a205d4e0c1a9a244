// SPDX-License-Identifier: BSD-2-Clause
/* What a process that starts programs hears of them; each system has its own way. */
#pragma once

/*
 * A descriptor to poll that tells of children that ended, or -1 with errno. From now on what descendants leave behind
 * are children of this process.
 */
int children_watch(void);
/* Call before asking for children that ended; else the descriptor tells of them again. */
void children_heard(int fd);
/* The number that `number` has on the wire, where signals are counted as Linux does. */
int children_signal_on_wire(int number);
