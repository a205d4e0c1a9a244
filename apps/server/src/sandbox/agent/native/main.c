// SPDX-License-Identifier: BSD-2-Clause
#include "carry.h"
#include "modes.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "launch") == 0)
		return launch_main(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "inside") == 0)
		return inside_main(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "contained") == 0)
		return contained_main(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "carry") == 0)
		return carry_main();
	if (argc > 1 && strcmp(argv[1], "refresh") == 0)
		return refresh_main();
	fprintf(stderr, "ringlab-agent is started by Ringlab's server.\n");
	return 2;
}
