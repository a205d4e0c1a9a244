// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/* Who programs are in the jail, and on no host: a number far from those of people. */
#define PROGRAMS_UID 61000
#define PROGRAMS_GID 61000

/*
 *     ringlab-agent jail ROOT COMMAND...
 *
 * As root: the process is in a new jail below ROOT, without addresses of any protocol, and turns into COMMAND there. The
 * jail is gone with its last process.
 */
int jail_main(int argc, char **argv);
