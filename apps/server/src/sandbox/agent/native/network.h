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

/* Keeps the container. */
#define NETWORK_FD (AGENT_LISTEN_FD + 1)

/* As four words of a command line. Addresses have a prefix: 10.8.0.1/24. */
struct interface {
	char *name, *address;
	char *peer_name, *peer_address;
};

#define INTERFACE_WORDS (sizeof(struct interface) / sizeof(char *))

/* Makes both namespaces and the pairs, of which there may be none. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN in its user namespace. Returns 0, or -1 with errno. */
int network_make(const struct interface *pairs, int count);
/* Whether there is one. */
int network_exists(void);
/* The calling process is in the container from now on. Returns 0, or -1 with errno. */
int network_enter_container(void);
/* What a program may keep: its interfaces are its own to set up, and its namespaces are not. */
void network_drop(void);
