// SPDX-License-Identifier: BSD-2-Clause
#include "../modes.h"
#include "jail.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "launch") == 0)
		return launch_main(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "jail") == 0)
		return jail_main(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "inside") == 0)
		return inside_main(argc - 2, argv + 2);
	fprintf(stderr, "ringlab-agent is started by Ringlab's server.\n");
	return 2;
}
