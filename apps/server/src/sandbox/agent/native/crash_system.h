// SPDX-License-Identifier: BSD-2-Clause
/* What a crashed program's note needs of the system; for crash_note.c alone, which is one file for each. */
#pragma once
#include "crash_note.h"

#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __FreeBSD__

static inline void *crash_instruction(const ucontext_t *context)
{
#if defined(__amd64__)
	return (void *)context->uc_mcontext.mc_rip;
#elif defined(__aarch64__)
	return (void *)context->uc_mcontext.mc_gpregs.gp_elr;
#else
	return NULL;
#endif
}

/* The kernel's own codes are small; those of kill() and its like begin there. */
static inline bool crash_was_sent(const siginfo_t *info)
{
	return info->si_code >= SI_USER;
}

static inline void crash_allow_debuggers(void)
{
}

struct crash_search {
	uintptr_t address;
	struct crash_frame *frame;
};

static inline int crash_look_into(struct dl_phdr_info *object, size_t size, void *data)
{
	struct crash_search *search = data;
	uintptr_t within = search->address - object->dlpi_addr;

	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const Elf_Phdr *part = &object->dlpi_phdr[i];
		if (part->p_type != PT_LOAD || within < part->p_vaddr || within - part->p_vaddr >= part->p_memsz)
			continue;
		search->frame->address = within;
		strlcpy(search->frame->module, object->dlpi_name, CRASH_MODULE_BYTES);
		return 1;
	}
	return 0;
}

/* Fills in the module that is loaded at an address; false when there is none. */
static inline bool crash_place(void *address, struct crash_frame *frame)
{
	struct crash_search search = { (uintptr_t)address, frame };

	return dl_iterate_phdr(crash_look_into, &search) != 0;
}

#else

#include <dlfcn.h>
#include <sys/prctl.h>

static inline void *crash_instruction(const ucontext_t *context)
{
#if defined(__x86_64__)
	return (void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (void *)context->uc_mcontext.pc;
#else
	return NULL;
#endif
}

static inline bool crash_was_sent(const siginfo_t *info)
{
	return info->si_code <= 0;
}

/* Lets `gdb -p` in another terminal attach where only ancestors may. */
static inline void crash_allow_debuggers(void)
{
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
}

/* Fills in the module that is loaded at an address; false when there is none. */
static inline bool crash_place(void *address, struct crash_frame *frame)
{
	struct link_map *map = NULL;
	Dl_info info;

	if (dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) == 0 || map == NULL)
		return false;
	frame->address = (uint64_t)address - map->l_addr;
	if (map->l_name[0] != 0)
		strncpy(frame->module, map->l_name, CRASH_MODULE_BYTES - 1);
	else if (readlink("/proc/self/exe", frame->module, CRASH_MODULE_BYTES - 1) < 0)
		return false;
	return true;
}

#endif
