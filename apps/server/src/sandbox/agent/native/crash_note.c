// SPDX-License-Identifier: BSD-2-Clause
/*
 * Preloaded into every program of a sandbox: notes where it crashes, and lets it crash. A program that handles these
 * signals itself is left alone, because its handler replaces this one.
 */
#define _GNU_SOURCE
#include "crash_note.h"
#include "crash_system.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_BYTES (64 * 1024)

static const int SIGNALS[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
static char folder[64];
static char stack[STACK_BYTES];

static void note_frame(struct crash_note *note, void *address)
{
	if (note->count < CRASH_FRAMES && crash_place(address, &note->frames[note->count]))
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
	note.has_address = !crash_was_sent(info) && (number == SIGSEGV || number == SIGBUS);
	note.fault_address = (uint64_t)info->si_addr;
	note_frames(&note, crash_instruction(context));
	write_note(&note);
	if (crash_was_sent(info))
		raise(number);
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

	crash_allow_debuggers();
	if (path == NULL || strlen(path) >= sizeof(folder))
		return;
	strcpy(folder, path);
	/* The first backtrace loads the unwinder, which a crashed program might not be able to. */
	backtrace(unused, 1);
	use_own_stack();
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++)
		sigaction(SIGNALS[i], &action, NULL);
}
