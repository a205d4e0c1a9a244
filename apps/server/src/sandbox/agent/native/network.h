// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interfaces of a sandbox: veth pairs, with one end here and the other in a second network namespace, the container,
 * whose stack answers on it. Neither leads anywhere else.
 *
 *     programs          container
 *     +--------------+  +--------------+
 *     | stack        |  |        stack |
 *     |   veth0 =====|==|====== eth0   |
 *     +--------------+  +--------------+
 */
#pragma once
#include "modes.h"

#include <stdbool.h>

/* Keeps the container; the next two, where a process beside made it all, what programs get. */
#define NETWORK_FD (AGENT_LISTEN_FD + 1)
#define PROGRAMS_NET_FD (NETWORK_FD + 1)
#define PROGRAMS_USER_FD (NETWORK_FD + 2)

/* As four words of a command line. Addresses have a prefix: 10.8.0.1/24. */
struct interface {
	char *name, *address;
	char *peer_name, *peer_address;
};

#define INTERFACE_WORDS (sizeof(struct interface) / sizeof(char *))

/* Makes both namespaces and the pairs, of which there may be none. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN in its user namespace, and programs need CAP_SETPCAP there. Returns 0, or -1 with errno. */
int network_make(const struct interface *pairs, int count);
/*
 * The same where nobody gave the rights to, as in a container: a process beside takes them in a user namespace of its own.
 * The caller gives up whatever it could ever have been given, and stays in its network namespace, where it is looked for.
 */
int network_make_beside(const struct interface *pairs, int count);
/* The last descriptor that is kept; one before NETWORK_FD where there is no network. */
int network_last_fd(void);
/* The calling process, about to be a program, is where its interfaces are from now on. Returns 0, or -1 with errno. */
int network_enter(bool container);
/* What a program may keep: its interfaces are its own to set up, and its namespaces are not. */
void network_drop(void);
