// SPDX-License-Identifier: BSD-2-Clause
#include "watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

struct watcher {
	uv_poll_t poll;
	napi_env env;
	struct port *port; // NULL = closing
	int bell;	   // what the loop watches
	short events;	   // asked for; 0 = awake
	napi_ref callback;
	napi_async_context context;
	napi_async_cleanup_hook_handle cleanup;
};

// ---- asleep and awake ----

static short look(struct watcher *w)
{
	struct pollfd f = {w->port->fd, w->events, 0};

	return w->port->engine->poll(&f, 1, 0) > 0 ? f.revents : 0;
}

static void begin_sleep(struct watcher *w)
{
	if (w->port->engine->sleep_begin)
		w->port->engine->sleep_begin(w->port->fd, w->events);
}

static void end_sleep(struct watcher *w, int in_vain)
{
	if (w->port->engine->sleep_end)
		w->port->engine->sleep_end(w->port->fd, in_vain);
}

static void wake_up(struct watcher *w, int in_vain)
{
	if (!w->events)
		return;
	end_sleep(w, in_vain);
	uv_poll_stop(&w->poll);
	w->events = 0;
}

// What the kernel's poll must be asked: of a doorbell only whether it rang.
static int loop_events(const struct watcher *w)
{
	if (w->port->engine->sleep_begin)
		return UV_READABLE;
	return (w->events & POLLIN ? UV_READABLE : 0) | (w->events & POLLOUT ? UV_WRITABLE : 0);
}

// ---- telling JavaScript ----

static void tell(struct watcher *w, short ready)
{
	napi_value callback, receiver, argument, error;
	napi_handle_scope scope;

	napi_open_handle_scope(w->env, &scope);
	napi_get_reference_value(w->env, w->callback, &callback);
	napi_get_global(w->env, &receiver);
	napi_create_int32(w->env, ready, &argument);
	if (napi_make_callback(w->env, w->context, receiver, callback, 1, &argument, NULL) ==
		    napi_pending_exception &&
	    napi_get_and_clear_last_exception(w->env, &error) == napi_ok)
		napi_fatal_exception(w->env, error);
	napi_close_handle_scope(w->env, scope);
}

static void on_wake(uv_poll_t *poll, int status, int events)
{
	struct watcher *w = poll->data;
	short ready = look(w);

	if (!ready && status < 0)
		ready = POLLERR;
	if (!ready) {
		end_sleep(w, 1);
		begin_sleep(w);
		ready = look(w);
	}
	if (!ready)
		return;
	wake_up(w, 0);
	tell(w, ready);
}

short watcher_ask(struct watcher *w, short events)
{
	short ready;

	wake_up(w, 0);
	if (!events)
		return 0;
	w->events = events;
	begin_sleep(w);
	ready = look(w);
	if (ready || uv_poll_start(&w->poll, loop_events(w), on_wake)) {
		wake_up(w, 0);
		return ready ? ready : POLLERR;
	}
	return 0;
}

// ---- beginning and end ----

static void on_closed(uv_handle_t *handle)
{
	struct watcher *w = handle->data;

	napi_remove_async_cleanup_hook(w->cleanup);
	free(w);
}

static void close_bell(struct watcher *w)
{
	if (w->bell != w->port->fd)
		syscall(SYS_close, w->bell);
}

// A number that libunetmap.so does not know, so that the loop's calls go straight to the kernel.
static int bell_of(const struct port *p)
{
	return p->engine->sleep_begin ? (int)syscall(SYS_fcntl, p->fd, F_DUPFD_CLOEXEC, 0) : p->fd;
}

void watcher_close(struct watcher *w)
{
	if (!w)
		return;
	wake_up(w, 0);
	uv_close((uv_handle_t *)&w->poll, on_closed);
	close_bell(w);
	w->port = NULL;
	napi_delete_reference(w->env, w->callback);
	napi_async_destroy(w->env, w->context);
}

// The environment ends, and the port is still open.
static void on_environment_end(napi_async_cleanup_hook_handle handle, void *argument)
{
	struct watcher *w = argument;

	if (w->port)
		port_close(w->port);
}

static void remember_callback(struct watcher *w, napi_value callback)
{
	napi_value name;

	napi_create_reference(w->env, callback, 1, &w->callback);
	napi_create_string_utf8(w->env, "netmap", NAPI_AUTO_LENGTH, &name);
	napi_async_init(w->env, NULL, name, &w->context);
}

struct watcher *watcher_create(napi_env env, struct port *p, napi_value callback)
{
	struct watcher *w = calloc(1, sizeof *w);
	uv_loop_t *loop;
	int error;

	if (!w)
		return NULL;
	w->env = env;
	w->port = p;
	napi_get_uv_event_loop(env, &loop);
	w->bell = bell_of(p);
	error = w->bell < 0 ? -errno : uv_poll_init(loop, &w->poll, w->bell);
	if (error) {
		close_bell(w);
		free(w);
		errno = -error;
		return NULL;
	}
	w->poll.data = w;
	remember_callback(w, callback);
	napi_add_async_cleanup_hook(env, on_environment_end, w, &w->cleanup);
	return w;
}
