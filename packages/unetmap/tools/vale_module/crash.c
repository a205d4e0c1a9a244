// SPDX-License-Identifier: BSD-2-Clause
//
// Telling what a module died of. All of this runs in a signal handler of a process that is lost anyway;
// an alarm sees to it that it is not lost slowly.
#include "crash.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANDLER_STACK_BYTES = 128 * 1024, MAX_FRAMES = 64, TELL_WITHIN_S = 15 };

static struct crash_scene scene;
static __thread const struct unetmap_module_place *own_place;

#define LOAD(p) __atomic_load_n((p), __ATOMIC_ACQUIRE) // what its thread stored, and all before that

static void
describe_call(const struct unetmap_module_place *place, const char *doing, char *text, size_t bytes)
{
	const struct nm_bdg_fwd *frame = LOAD(&place->frame);
	const struct netmap_vp_adapter *port = LOAD(&place->port);

	if (strcmp(doing, "lookup") == 0 && frame && port)
		snprintf(text, bytes, "lookup, for a frame of %u bytes from %.63s", frame->ft_len, port->up.name);
	else
		snprintf(text, bytes, "%s", doing);
}

int
crash_describe_place(const struct unetmap_module_place *place, char *text, size_t bytes)
{
	const char *doing = place ? LOAD(&place->doing) : NULL;

	if (doing)
		describe_call(place, doing, text, bytes);
	else
		snprintf(text, bytes, "a thread of its own");
	return doing != NULL;
}

// The topmost return address that lies in the module.
static void *
address_in_module(const Dl_info *module)
{
	void *frames[MAX_FRAMES];
	int count = backtrace(frames, MAX_FRAMES);

	for (int i = 0; i < count; i++) {
		Dl_info at;

		if (dladdr(frames[i], &at) && at.dli_fbase == module->dli_fbase)
			return frames[i];
	}
	return NULL;
}

// Lets addr2line, if there is one, say function and line: two lines of text.
static int
ask_addr2line(const char *file, unsigned long offset, char *text, size_t bytes)
{
	char address[32];
	char *argv[] = {"addr2line", "-sfe", (char *)file, address, NULL};
	char *envp[] = {NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], error;
	ssize_t got = 0, n;
	pid_t child;

	snprintf(address, sizeof(address), "0x%lx", offset);
	if (pipe(ends) == -1)
		return 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, STDERR_FILENO);
	error = posix_spawnp(&child, argv[0], &actions, NULL, argv, envp);
	close(ends[1]);
	while (!error && (n = read(ends[0], text + got, bytes - 1 - got)) > 0)
		got += n;
	text[got] = '\0';
	close(ends[0]);
	if (!error)
		waitpid(child, NULL, 0);
	return !error && got > 0 && text[0] != '?' && !strstr(text, "??");
}

// " at router.c:42 (lookup)", as much of it as can be known.
static void
describe_address(char *text, size_t bytes)
{
	char lines[256], *line;
	Dl_info module, at;
	void *address;

	text[0] = '\0';
	if (!dladdr(scene.symbol, &module) || !(address = address_in_module(&module)))
		return;
	if (ask_addr2line(module.dli_fname, (char *)address - (char *)module.dli_fbase, lines, sizeof(lines)) &&
		(line = strchr(lines, '\n'))) {
		*line++ = '\0';
		line[strcspn(line, " \n")] = '\0';
		snprintf(text, bytes, " at %s (%s)", line, lines);
	} else if (dladdr(address, &at) && at.dli_sname) {
		snprintf(text, bytes, " in %s+0x%lx", at.dli_sname,
			(unsigned long)((char *)address - (char *)at.dli_saddr));
	}
}

static void
on_crash(int signal_number, siginfo_t *info, void *context)
{
	char place[128], address[160], text[UNETMAP_MODULE_LAST_WORDS];

	alarm(TELL_WITHIN_S);
	crash_describe_place(own_place, place, sizeof(place));
	describe_address(address, sizeof(address));
	snprintf(text, sizeof(text), "%s in %s%s", strsignal(signal_number), place, address);
	memcpy(scene.last_words, text, sizeof(text));
	fprintf(stderr, "vale-module: %s crashed: %s. %s forwards by learning now.\n", scene.module, text,
		scene.sw);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

// The module called exit: nobody else does once it rules.
static void
on_exit_called(int status, void *unused)
{
	char place[128];

	if (!crash_describe_place(own_place, place, sizeof(place)))
		return;
	snprintf(scene.last_words, UNETMAP_MODULE_LAST_WORDS, "exit(%d) was called in %s", status, place);
	fprintf(stderr, "vale-module: %s: %s. %s forwards by learning now.\n", scene.module, scene.last_words,
		scene.sw);
}

void
crash_watch(const struct crash_scene *s)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
	void *warm[1];

	scene = *s;
	on_exit(on_exit_called, NULL);
	backtrace(warm, 1); // loads what it needs
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

void
crash_watch_thread(const struct unetmap_module_place *place)
{
	stack_t stack = {.ss_size = HANDLER_STACK_BYTES};

	own_place = place;
	stack.ss_sp = mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack.ss_sp != MAP_FAILED)
		sigaltstack(&stack, NULL);
}
