// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where `carry` finds the agent: a socket that is in no folder, so that no program can put another in its place. Only
 * root may talk to the agent there, which no program of the sandbox is.
 */
#pragma once

/* Each returns a descriptor, or -1 with errno. Connecting waits a moment for an agent that is just starting. */
int rendezvous_listen(void);
int rendezvous_connect(void);
/* Like accept4; refuses whoever is not root. */
int rendezvous_accept(int listener);
