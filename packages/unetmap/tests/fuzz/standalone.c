// SPDX-License-Identifier: BSD-2-Clause
//
// Runs a fuzz target without libFuzzer: each file of a corpus, and changed copies of it.
//
//	standalone [-c COPIES] [-s SEED] FILE-OR-DIRECTORY...
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_BYTES = 4096, MAX_CHANGES = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	unsigned copies, seed;
	unsigned files, runs;
	uint8_t last[MAX_BYTES]; // what runs now
	size_t last_bytes;
} state;

static void run(const uint8_t *data, size_t bytes)
{
	memcpy(state.last, data, bytes);
	state.last_bytes = bytes;
	state.runs++;
	LLVMFuzzerTestOneInput(state.last, bytes);
}

static size_t change(uint8_t *data, size_t bytes)
{
	for (int n = 1 + rand() % MAX_CHANGES; n > 0 && bytes; n--) {
		size_t at = rand() % bytes;

		switch (rand() % 4) {
		case 0:
			data[at] = rand();
			break;
		case 1:
			data[at] ^= 1 << rand() % 8;
			break;
		case 2:
			data[at] = rand() % 2 ? 0xff : 0;
			break;
		default:
			memmove(data + at, data + rand() % bytes, 1);
		}
	}
	return rand() % 8 ? bytes : rand() % (bytes + 1);
}

static void run_file(const char *path)
{
	uint8_t data[MAX_BYTES], copy[MAX_BYTES];
	int fd = open(path, O_RDONLY);
	ssize_t bytes = fd < 0 ? -1 : read(fd, data, sizeof data);

	close(fd);
	if (bytes < 0) {
		perror(path);
		exit(1);
	}
	state.files++;
	run(data, bytes);
	for (unsigned i = 0; i < state.copies; i++) {
		memcpy(copy, data, bytes);
		run(copy, change(copy, bytes));
	}
}

static void run_path(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[4096];

	if (!dir) {
		run_file(path);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
			run_file(name);
		}
	closedir(dir);
}

int main(int argc, char **argv)
{
	int option;

	state.seed = 1;
	while ((option = getopt(argc, argv, "c:s:")) != -1) {
		if (option == 'c')
			state.copies = atoi(optarg);
		else if (option == 's')
			state.seed = strtoul(optarg, NULL, 0);
		else
			return 2;
	}
	srand(state.seed);
	for (int i = optind; i < argc; i++)
		run_path(argv[i]);
	printf("%u files, %u runs, seed %u\n", state.files, state.runs, state.seed);
	return !state.files;
}
