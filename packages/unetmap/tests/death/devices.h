// SPDX-License-Identifier: BSD-2-Clause
//
// Network devices to die with: nmv0 and nmv1, nmv2 and nmv3 are veth pairs in a network namespace of the calling
// process and its children, where nobody speaks unasked.
#ifndef TESTS_DEATH_DEVICES_H_
#define TESTS_DEATH_DEVICES_H_

#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>

static inline int devices_command(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// 0 if they cannot be had here.
static inline int devices_make(void)
{
	static const char command[] =
		"{ ip link add nmv0 type veth peer name nmv1 && ip link add nmv2 type veth peer name nmv3 && "
		"for d in nmv0 nmv1 nmv2 nmv3; do echo 1 >/proc/sys/net/ipv6/conf/$d/disable_ipv6; ip link set $d up; "
		"done; } 2>/dev/null";

	return !unshare(CLONE_NEWNET) && !devices_command(command);
}

// Whether no port left anything at them.
static inline int devices_are_free(void)
{
	return devices_command("ip link | grep -q 'xdp\\|nmhost'") == 1;
}

#endif
