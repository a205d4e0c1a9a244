// SPDX-License-Identifier: BSD-2-Clause
/* percentiles: reads numbers, one a line, and prints some of their percentiles: your percentile() at work. */
#include "measure.h"

int
main(int argc, char **argv)
{
	static struct histogram h;
	static const double PERCENTS[] = { 0, 50, 90, 99, 100 };
	FILE *file = argc == 2 ? fopen(argv[1], "r") : stdin;
	unsigned long long ns;

	if (file == NULL) {
		perror(argv[1]);
		return 1;
	}
	while (fscanf(file, "%llu", &ns) == 1)
		record(&h, ns);
	for (size_t i = 0; i < sizeof(PERCENTS) / sizeof(PERCENTS[0]); i++)
		printf("%s%.0f %% %llu", i ? ", " : "", PERCENTS[i], (unsigned long long)percentile(&h, PERCENTS[i]));
	printf("\n");
	return 0;
}
