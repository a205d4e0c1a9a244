// SPDX-License-Identifier: BSD-2-Clause
/*
 * Preloaded into every program of a sandbox: notes where it crashes, and lets it crash. A program that handles these
 * signals itself is left alone, because its handler replaces this one.
 */
#define _GNU_SOURCE
#include "crash_note.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define STACK_BYTES (64 * 1024)

static const int SIGNALS[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static char folder[64];
static char stack[STACK_BYTES];

static void *instruction(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (void *)context->uc_mcontext.pc;
#else
	return NULL;
#endif
}

static void note_frame(struct crash_note *note, void *address)
{
	struct crash_frame *frame = &note->frames[note->count];
	struct link_map *map = NULL;
	Dl_info info;

	if (note->count == CRASH_FRAMES || dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) == 0 || map == NULL)
		return;
	frame->address = (uint64_t)address - map->l_addr;
	if (map->l_name[0] == 0)
		readlink("/proc/self/exe", frame->module, CRASH_MODULE_BYTES - 1);
	else
		strncpy(frame->module, map->l_name, CRASH_MODULE_BYTES - 1);
	note->count++;
}

/* The frames above the signal's own; a return address names the line after its call, hence one byte back. */
static void note_frames(struct crash_note *note, void *crashed_at)
{
	void *frames[CRASH_FRAMES + 8];
	int count, i = 0;

	note_frame(note, crashed_at);
	count = backtrace(frames, CRASH_FRAMES + 8);
	while (i < count && frames[i] != crashed_at)
		i++;
	for (i = i < count ? i + 1 : 0; i < count; i++)
		note_frame(note, (char *)frames[i] - 1);
}

static void write_note(const struct crash_note *note)
{
	char path[sizeof(folder) + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/%d", folder, getpid());
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd >= 0 && write(fd, note, sizeof(*note)) >= 0)
		close(fd);
}

/* Returning crashes again where it crashed, now for good. A signal that somebody sent would not come back: it is sent again. */
static void on_crash(int number, siginfo_t *info, void *context)
{
	static struct crash_note note;

	note.signal = number;
	note.has_address = info->si_code > 0 && (number == SIGSEGV || number == SIGBUS);
	note.fault_address = (uint64_t)info->si_addr;
	note_frames(&note, instruction(context));
	write_note(&note);
	if (info->si_code <= 0)
		syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), number);
}

/* A stack overflow leaves no stack to run the handler on. */
static void use_own_stack(void)
{
	stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&own, NULL);
}

__attribute__((constructor)) static void prepare(void)
{
	struct sigaction action = { .sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND };
	const char *path = getenv(CRASH_NOTES_VARIABLE);
	void *unused[1];

	/* Lets `gdb -p` in another terminal attach where only ancestors may. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	if (path == NULL || strlen(path) >= sizeof(folder))
		return;
	strcpy(folder, path);
	/* The first backtrace loads the unwinder, which a crashed program might not be able to. */
	backtrace(unused, 1);
	use_own_stack();
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++)
		sigaction(SIGNALS[i], &action, NULL);
}
