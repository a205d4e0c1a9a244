// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that this engine answers as in-kernel netmap does: compare GOLDEN DIFFERENCES < OUTPUT
//
// OUTPUT is what the probe prints, one case a line; GOLDEN holds the lines of in-kernel netmap.
// DIFFERENCES names, in lines that begin with "- `case`", those that are known to differ, and why.
// A case passes if it is equal and not listed; it is skipped if it differs and is listed. A listed
// case that has become equal fails, so that the list stays true.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CASES = 1000, NAME_BYTES = 100 };

struct result {
	char name[NAME_BYTES];
	char *line;
};

struct results {
	int count;
	struct result at[MAX_CASES];
};

static int passed, failed, skipped;

static char *find(struct results *r, const char *name)
{
	for (int i = 0; i < r->count; i++)
		if (!strcmp(r->at[i].name, name))
			return r->at[i].line;
	return NULL;
}

// In the golden file the lines are elements of an array, and end with a comma.
static void trim(char *line)
{
	size_t n = strcspn(line, "\r\n");

	while (n && (line[n - 1] == ',' || line[n - 1] == ' '))
		n--;
	line[n] = 0;
}

static void read_lines(FILE *f, const char *format, struct results *r)
{
	char *line = NULL;
	size_t room = 0;

	while (r->count < MAX_CASES && getline(&line, &room, f) > 0) {
		struct result *next = &r->at[r->count];

		if (sscanf(line, format, next->name) != 1)
			continue;
		trim(line);
		next->line = strdup(line);
		r->count++;
	}
	free(line);
}

static void read_file(const char *path, const char *format, struct results *r)
{
	FILE *f = fopen(path, "r");

	if (!f) {
		perror(path);
		exit(1);
	}
	read_lines(f, format, r);
	fclose(f);
}

static void judge(const struct result *golden, const char *got, const char *listed)
{
	int equal = got && !strcmp(golden->line, got);

	if (equal && !listed) {
		passed++;
	} else if (!equal && listed) {
		skipped++;
		printf("differs as listed  %s\n", golden->name);
	} else if (equal) {
		failed++;
		printf("FAILED  %s is listed in DIFFERENCES.md but is equal now\n", golden->name);
	} else if (got && strstr(got, "\"got\":{\"skip\":")) {
		skipped++;
		printf("skipped  %s\n", got);
	} else if (!got && !strncmp(golden->name, "lib.", 4)) {
		skipped++;
		printf("skipped  %s: the probe was built without libnetmap\n", golden->name);
	} else {
		failed++;
		printf("FAILED  %s\n  got  %s\n  want %s\n", golden->name, got ? got : "nothing", golden->line);
	}
}

int main(int argc, char **argv)
{
	static struct results golden, listed, got;

	if (argc != 3) {
		fprintf(stderr, "usage: compare GOLDEN DIFFERENCES < OUTPUT\n");
		return 2;
	}
	read_file(argv[1], "{\"case\":\"%99[^\"]\"", &golden);
	read_file(argv[2], "- `%99[^`]`", &listed);
	read_lines(stdin, "{\"case\":\"%99[^\"]\"", &got);
	for (int i = 0; i < golden.count; i++)
		judge(&golden.at[i], find(&got, golden.at[i].name), find(&listed, golden.at[i].name));
	printf("conformance: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed || !golden.count;
}
