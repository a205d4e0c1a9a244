// SPDX-License-Identifier: BSD-2-Clause
//
// The process in which a module runs: a thread a lane serves senders, and the first thread waits for
// the end and tells of it.
#include "run.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "crash.h"
#include "engine.h"
#include "shared_object.h"

enum { TICK_MS = 100, TELL_EVERY_MS = 1000 };

struct lane_thread {
	pthread_t thread;
	uint32_t lane;
	struct unetmap_module_place place;
};

struct runner {
	const struct run_options *options;
	const struct vale_module *module;
	int fd;
	uint32_t lanes;
	struct lane_thread threads[UNETMAP_MODULE_MAX_LANES];
	uint64_t wild_told, wild_told_ms;
};

static const char *
name_of(const struct runner *r)
{
	return r->module->ops->name;
}

// ---- taking over ----

static uint32_t
lanes_wanted(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (cpus < 1)
		return 1;
	return cpus < UNETMAP_MODULE_MAX_LANES ? (uint32_t)cpus : UNETMAP_MODULE_MAX_LANES;
}

static int
refused(const struct runner *r)
{
	const char *sw = r->options->sw;
	struct unetmap_module other = {0};

	if (errno == EBUSY && engine_find_module(r->fd, sw, &other) == 0)
		fprintf(stderr, "vale-module: %s is ruled by %s (pid %d) already; "
			"first: vale-module unload %s\n", sw, other.name, other.pid, sw);
	else if (errno == EINVAL)
		fprintf(stderr, "vale-module: this /dev/netmap takes no modules from programs; "
			"in-kernel netmap wants them as kernel modules (see packages/unetmap/modules)\n");
	else
		fprintf(stderr, "vale-module: cannot take %s over: %s\n", sw, strerror(errno));
	return -1;
}

static int
being_traced(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[128];
	int tracer = 0;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	if (status)
		fclose(status);
	return tracer != 0;
}

static int
take_over(struct runner *r)
{
	struct unetmap_module_load load = {.lanes = r->lanes};

	load.patience_ms = being_traced() ? 0 : r->options->patience_ms;
	memcpy(load.name, name_of(r), sizeof(load.name));
	if (engine_request(r->fd, r->options->sw, UNETMAP_REQ_MODULE_LOAD, &load) == -1)
		return refused(r);
	crash_watch(&(struct crash_scene){name_of(r), r->options->sw, r->module,
		(char *)(uintptr_t)load.last_words});
	return 0;
}

// ---- serving ----

static void
bind_to_lane(const struct runner *r, uint32_t lane)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (uint32_t cpu = lane; cpu < CPU_SETSIZE; cpu += r->lanes)
		CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static struct runner runner;

static void *
serve(void *argument)
{
	struct lane_thread *t = argument;
	struct unetmap_module_serve body = {.lane = t->lane, .module = (uintptr_t)runner.module,
		.place = (uintptr_t)&t->place};

	crash_watch_thread(&t->place);
	bind_to_lane(&runner, t->lane);
	engine_request(runner.fd, "", UNETMAP_REQ_MODULE_SERVE, &body);
	return NULL;
}

static int
start_threads(struct runner *r)
{
	for (uint32_t i = 0; i < r->lanes; i++) {
		r->threads[i].lane = i;
		errno = pthread_create(&r->threads[i].thread, NULL, serve, &r->threads[i]);
		if (errno) {
			fprintf(stderr, "vale-module: cannot start a thread: %s\n", strerror(errno));
			return -1;
		}
	}
	return 0;
}

// ---- until the end ----

static void
tell_wild(struct runner *r, const struct unetmap_module *now)
{
	struct timespec t;
	uint64_t now_ms;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now_ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	if (now->wild == r->wild_told || now_ms - r->wild_told_ms < TELL_EVERY_MS)
		return;
	if (now->last_wild_port > NM_BDG_NOPORT)
		fprintf(stderr, "vale-module: lookup of %s returned port %u%s: dropped", name_of(r),
			now->last_wild_port, now->last_wild_port == 0xffff ? " or more" : "");
	else
		fprintf(stderr, "vale-module: lookup of %s set ring %u: dropped", name_of(r),
			now->last_wild_ring);
	fprintf(stderr, " (%llu so far; ports are 0 to %u, rings 0 to 15)\n", (unsigned long long)now->wild,
		NM_BDG_MAXPORTS - 1);
	r->wild_told = now->wild;
	r->wild_told_ms = now_ms;
}

static void
tell_end(const struct runner *r, int signal_number)
{
	fprintf(stderr, "vale-module: %s has left %s%s\n", name_of(r), r->options->sw,
		signal_number > 0 ? "" : " (unloaded)");
}

static int
tell_hung(const struct runner *r)
{
	for (uint32_t i = 0; i < r->lanes; i++) {
		char place[128];

		if (crash_describe_place(&r->threads[i].place, place, sizeof(place)))
			fprintf(stderr, "vale-module: %s hangs in %s: no answer for %u ms. %s forwards by learning now.\n",
				name_of(r), place, r->options->patience_ms, r->options->sw);
		pthread_detach(r->threads[i].thread); // it may never end
	}
	return 1;
}

static int
is_still_ours(const struct runner *r, struct unetmap_module *now)
{
	return engine_find_module(r->fd, r->options->sw, now) == 0 && now->pid == getpid();
}

static int
watch(struct runner *r, const sigset_t *signals)
{
	const struct timespec tick = {.tv_nsec = TICK_MS * 1000000};
	struct unetmap_module now = {0};
	int signal_number = -1;

	while (is_still_ours(r, &now)) {
		tell_wild(r, &now);
		if (now.state == UNETMAP_MODULE_HUNG)
			return tell_hung(r);
		signal_number = sigtimedwait(signals, NULL, &tick);
		if (signal_number <= 0)
			continue;
		engine_request(r->fd, r->options->sw, UNETMAP_REQ_MODULE_UNLOAD, NULL);
		break;
	}
	for (uint32_t i = 0; i < r->lanes; i++)
		pthread_join(r->threads[i].thread, NULL);
	tell_end(r, signal_number);
	return 0;
}

static void
stop_module(const struct vale_module *module)
{
	if (module->stop)
		module->stop();
}

// ---- all of it ----

static int
start_module(const struct vale_module *module, const char *file)
{
	int error = module->start ? module->start() : 0;

	if (error)
		fprintf(stderr, "vale-module: %s: its start function failed: %s\n", file, strerror(error));
	return error;
}

// The starter waits for a byte: it rules.
static void
say_ready(struct runner *r, int ready_fd)
{
	if (ready_fd == -1) {
		printf("%s rules %s (pid %d)\n", name_of(r), r->options->sw, getpid());
		fflush(stdout);
	} else {
		if (write(ready_fd, "", 1) == -1)
			perror("vale-module");
		close(ready_fd);
	}
}

static int
run_here(const struct run_options *options, int ready_fd)
{
	struct runner *r = &runner;
	sigset_t signals;
	int status;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	*r = (struct runner){.options = options, .lanes = lanes_wanted(), .fd = engine_open()};
	r->module = shared_object_load(options->file);
	if (!r->module || start_module(r->module, options->file))
		return 1;
	if (take_over(r) == -1 || start_threads(r) == -1)
		return 1;
	say_ready(r, ready_fd);
	status = watch(r, &signals);
	if (status == 0)
		stop_module(r->module);
	return status;
}

// The child goes on in the background; its messages still come to this terminal.
static int
run_in_background(const struct run_options *options)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready) == -1 || (child = fork()) == -1) {
		perror("vale-module");
		return 1;
	}
	if (child == 0) {
		close(ready[0]);
		setsid();
		_exit(run_here(options, ready[1]));
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return 1;
	printf("%s rules %s (pid %d)\n", options->file, options->sw, child);
	return 0;
}

int
run(const struct run_options *options)
{
	// A thread may hang in the module: leave without waiting for anything.
	int status = options->background ? run_in_background(options) : run_here(options, -1);

	fflush(NULL);
	_exit(status);
}
