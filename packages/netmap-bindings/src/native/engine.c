// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <fcntl.h>

typedef int (*region_function)(const char *);

static struct engine system_engine = {"system", open, ioctl, poll, close, mmap, NULL, NULL};
static struct engine loaded_engine;
static region_function loaded_region;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

static void *fail(struct failure *why, int error, const char *call, const char *detail)
{
	why->error = error;
	why->call = call;
	snprintf(why->detail, sizeof why->detail, "%s", detail);
	return NULL;
}

static int take_symbols(void *library, struct engine *e, region_function *region)
{
	const struct {
		void *place;
		const char *name;
	} symbols[] = {
		{&e->open, "open"},
		{&e->ioctl, "ioctl"},
		{&e->poll, "poll"},
		{&e->close, "close"},
		{&e->mmap, "mmap"},
		{&e->sleep_begin, "unetmap_sleep_begin"},
		{&e->sleep_end, "unetmap_sleep_end"},
		{region, "unetmap_region"},
	};

	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
		void *symbol = dlsym(library, symbols[i].name);

		if (!symbol)
			return -1;
		*(void **)symbols[i].place = symbol;
	}
	return 0;
}

static int load(const char *path, struct failure *why)
{
	void *library;

	if (loaded_region)
		return 0;
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library || take_symbols(library, &loaded_engine, &loaded_region)) {
		loaded_region = NULL;
		fail(why, ELIBACC, "dlopen", dlerror());
		return -1;
	}
	loaded_engine.name = "unetmap";
	return 0;
}

static const struct engine *use_region(const struct engine *e, region_function use, const char *region,
				       struct failure *why)
{
	return use(region) ? fail(why, errno, "unetmap_region", region) : e;
}

// A preloaded library does not see all of the event loop's system calls either.
static const struct engine *the_system(void)
{
	void *begin = dlsym(RTLD_DEFAULT, "unetmap_sleep_begin");
	void *end = dlsym(RTLD_DEFAULT, "unetmap_sleep_end");

	pthread_mutex_lock(&loading);
	*(void **)&system_engine.sleep_begin = begin;
	*(void **)&system_engine.sleep_end = end;
	pthread_mutex_unlock(&loading);
	return &system_engine;
}

static const struct engine *unetmap_in(const char *library, const char *region, struct failure *why)
{
	region_function preloaded = (region_function)dlsym(RTLD_DEFAULT, "unetmap_region");
	const struct engine *e = NULL;

	if (preloaded)
		return use_region(the_system(), preloaded, region, why);
	pthread_mutex_lock(&loading);
	if (!load(library, why))
		e = use_region(&loaded_engine, loaded_region, region, why);
	pthread_mutex_unlock(&loading);
	return e;
}

const struct engine *engine_choose(const struct engine_wish *wish, struct failure *why)
{
	if (*wish->region)
		return unetmap_in(wish->library, wish->region, why);
	if (!access("/dev/netmap", F_OK))
		return the_system();
	if (*wish->fallback)
		return unetmap_in(wish->library, wish->fallback, why);
	return fail(why, ENOENT, "open", "");
}
