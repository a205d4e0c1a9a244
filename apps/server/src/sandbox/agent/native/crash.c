// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "crash.h"
#include "children.h"
#include "crash_note.h"
#include "modes.h"
#include "rights.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define ADDR2LINE_TIMEOUT_MS 10000

static char folder[64];

void crash_prepare(struct exec_request *request)
{
	static char variable[96];
	char **grown = calloc(request->head.envc + 2, sizeof(*grown));

	snprintf(folder, sizeof(folder), NOTES "/%d", getpid());
	if (grown == NULL || mkdir(folder, 0755) < 0 || rights_give(folder) < 0)
		return;
	snprintf(variable, sizeof(variable), CRASH_NOTES_VARIABLE "=%s", folder);
	memcpy(grown, request->envp, request->head.envc * sizeof(*grown));
	grown[request->head.envc] = variable;
	request->envp = grown;
}

struct place {
	char where[160];      /* file:line below the workspace */
	char function[160];
};

static void run_addr2line(int to, const char *module, const char *address)
{
	char *argv[] = { "addr2line", "-C", "-f", "-e", (char *)module, (char *)address, NULL };
	char *environment[] = { "PATH=/usr/bin:/bin", NULL };

	dup2(to, 1);
	close_range(3, ~0u, 0);
	environ = environment;
	rights_of_program();
	execvp(argv[0], argv);
	_exit(127);
}

static size_t read_until_end(int fd, char *to, size_t size)
{
	struct pollfd p = { fd, POLLIN, 0 };
	size_t have = 0;
	ssize_t n;

	while (have < size - 1 && poll(&p, 1, ADDR2LINE_TIMEOUT_MS) > 0 && (n = read(fd, to + have, size - 1 - have)) > 0)
		have += n;
	to[have] = 0;
	return have;
}

static size_t ask_addr2line(const char *module, const char *address, char *to, size_t size)
{
	int ends[2];
	pid_t pid;
	size_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return 0;
	pid = fork();
	if (pid == 0)
		run_addr2line(ends[1], module, address);
	close(ends[1]);
	n = pid < 0 ? 0 : read_until_end(ends[0], to, size);
	close(ends[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return n;
}

/* Two lines: the function, and FILE:LINE with perhaps a remark. Only places in the workspace are the attendee's. */
static int parse_place(char *text, struct place *place)
{
	char *line = strchr(text, '\n'), *colon;

	if (line == NULL || strncmp(line + 1, WORKSPACE "/", strlen(WORKSPACE) + 1) != 0)
		return -1;
	*line = 0;
	line += 1 + strlen(WORKSPACE) + 1;
	colon = strrchr(line, ':');
	if (colon == NULL || atoi(colon + 1) <= 0)
		return -1;
	snprintf(place->where, sizeof(place->where), "%.*s:%d", (int)(colon - line), line, atoi(colon + 1));
	snprintf(place->function, sizeof(place->function), "%.*s", (int)sizeof(place->function) - 1, text);
	return 0;
}

static int find_place(const struct crash_frame *frame, struct place *place)
{
	char address[32], answer[1024];

	snprintf(address, sizeof(address), "0x%lx", (unsigned long)frame->address);
	if (strncmp(frame->module, WORKSPACE "/", strlen(WORKSPACE) + 1) != 0)
		return -1;
	return ask_addr2line(frame->module, address, answer, sizeof(answer)) == 0 ? -1 : parse_place(answer, place);
}

static int read_note(const char *name, struct crash_note *note)
{
	char path[320];
	int fd, complete;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	complete = read(fd, note, sizeof(*note)) == (ssize_t)sizeof(*note);
	close(fd);
	unlink(path);
	return complete ? 0 : -1;
}

static int take_note(struct crash_note *note)
{
	DIR *notes = opendir(folder);
	struct dirent *entry;
	int found = -1;

	while (notes != NULL && found < 0 && (entry = readdir(notes)) != NULL)
		if (entry->d_name[0] != '.')
			found = read_note(entry->d_name, note);
	if (notes != NULL)
		closedir(notes);
	rmdir(folder);
	return found;
}

static size_t append(char *to, size_t size, size_t at, const char *text)
{
	return at + 1 + snprintf(to + at, size - at, "%s", text);
}

size_t crash_describe(char *to, size_t size)
{
	struct crash_note note;
	struct place place = { 0 };
	char number[32];
	size_t at = 0;

	if (size < 1024 || take_note(&note) < 0)
		return 0;
	for (unsigned i = 0; i < CRASH_FRAMES && i < note.count && place.where[0] == 0; i++) {
		note.frames[i].module[CRASH_MODULE_BYTES - 1] = 0;
		find_place(&note.frames[i], &place);
	}
	snprintf(number, sizeof(number), "%d", children_signal_on_wire(note.signal));
	at = append(to, size, at, number);
	at = append(to, size, at, place.where);
	at = append(to, size, at, place.function);
	snprintf(number, sizeof(number), "0x%lx", (unsigned long)note.fault_address);
	return append(to, size, at, note.has_address ? number : "");
}
