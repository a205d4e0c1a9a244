// SPDX-License-Identifier: BSD-2-Clause
#include "../rights.h"
#include "jail.h"

#include <grp.h>
#include <stdlib.h>
#include <sys/procctl.h>
#include <unistd.h>

/* Its user is root of the jail, which no program is. */
void rights_of_agent(void)
{
}

/* Nobody but root may trace a process that has changed its user, until it turns into a program. */
void rights_of_worker(void)
{
	gid_t group = PROGRAMS_GID;

	if (setgroups(1, &group) < 0 || setresgid(group, group, group) < 0 ||
	    setresuid(PROGRAMS_UID, PROGRAMS_UID, PROGRAMS_UID) < 0)
		_exit(126);
}

/* File systems there are mounted without regard to set-user-ID bits, too. */
void rights_of_program(void)
{
	int on = PROC_NO_NEW_PRIVS_ENABLE;

	rights_of_worker();
	procctl(P_PID, 0, PROC_NO_NEW_PRIVS_CTL, &on);
}

int rights_give(const char *folder)
{
	return chown(folder, PROGRAMS_UID, PROGRAMS_GID);
}
