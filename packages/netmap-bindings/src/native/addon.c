// SPDX-License-Identifier: BSD-2-Clause
//
// What JavaScript sees: open, sync, ask, close. Arguments come from ../port/ alone, which checks them.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "port.h"
#include "watcher.h"

#define TRY(call)                         \
	do {                              \
		if ((call) != napi_ok)    \
			return NULL;      \
	} while (0)

// ---- opening, in a thread of the pool: a port of a network card takes its time ----

struct opening {
	struct engine_wish wish;
	char *name;
	uint8_t request[REGISTER_BYTES];
	struct port *port;
	struct failure why;
	int failed;
	napi_ref callback; // of the watcher
	napi_async_work work;
	napi_deferred deferred;
};

static void open_elsewhere(napi_env env, void *data)
{
	struct opening *o = data;

	o->port->engine = engine_choose(&o->wish, &o->why);
	o->failed = !o->port->engine || port_open(o->port, o->name, o->request, &o->why);
}

static void set_number(napi_env env, napi_value object, const char *name, double number)
{
	napi_value value;

	napi_create_double(env, number, &value);
	napi_set_named_property(env, object, name, value);
}

static void set_text(napi_env env, napi_value object, const char *name, const char *text)
{
	napi_value value;

	napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
	napi_set_named_property(env, object, name, value);
}

static napi_value failure_value(napi_env env, const struct failure *why)
{
	const char *name = strerrorname_np(why->error);
	napi_value value;

	napi_create_object(env, &value);
	set_number(env, value, "errno", why->error);
	set_text(env, value, "code", name ? name : "");
	set_text(env, value, "call", why->call);
	set_text(env, value, "detail", why->detail);
	return value;
}

static void finalize_port(napi_env env, void *data, void *hint)
{
	port_close(data);
	free(data);
}

static void finalize_memory(napi_env env, void *data, void *hint)
{
	memory_free(hint);
}

static void set_reply(napi_env env, napi_value result, const uint8_t request[REGISTER_BYTES])
{
	napi_value reply;
	void *bytes;

	napi_create_arraybuffer(env, REGISTER_BYTES, &bytes, &reply);
	memcpy(bytes, request, REGISTER_BYTES);
	napi_set_named_property(env, result, "reply", reply);
}

// Takes the port over. NULL with an exception pending if JavaScript cannot have it.
static napi_value opened_value(napi_env env, struct opening *o)
{
	struct memory *m = o->port->memory;
	napi_value result, port, memory;

	TRY(napi_create_object(env, &result));
	set_reply(env, result, o->request);
	set_text(env, result, "engine", o->port->engine->name);
	TRY(napi_create_external_arraybuffer(env, m->base, m->bytes, finalize_memory, m, &memory));
	napi_set_named_property(env, result, "memory", memory);
	TRY(napi_create_external(env, o->port, finalize_port, NULL, &port));
	o->port = NULL;
	napi_set_named_property(env, result, "port", port);
	return result;
}

static int watch(napi_env env, struct opening *o)
{
	napi_value callback;

	napi_get_reference_value(env, o->callback, &callback);
	o->port->watcher = watcher_create(env, o->port, callback);
	if (o->port->watcher)
		return 0;
	o->why = (struct failure){errno, "uv_poll_init", ""};
	return -1;
}

static void free_opening(napi_env env, struct opening *o)
{
	if (o->port && o->port->fd >= 0) {
		struct memory *m = o->port->memory;

		port_close(o->port);
		memory_free(m);
	}
	free(o->port);
	free(o->wish.library);
	free(o->wish.region);
	free(o->wish.fallback);
	free(o->name);
	napi_delete_reference(env, o->callback);
	napi_delete_async_work(env, o->work);
	free(o);
}

static void opened(napi_env env, napi_status status, void *data)
{
	struct opening *o = data;
	napi_value result = NULL;

	if (!o->failed && watch(env, o) == 0)
		result = opened_value(env, o);
	else
		o->failed = 1;
	if (result)
		napi_resolve_deferred(env, o->deferred, result);
	else if (o->failed)
		napi_reject_deferred(env, o->deferred, failure_value(env, &o->why));
	free_opening(env, o);
}

static char *text_argument(napi_env env, napi_value value)
{
	size_t bytes;
	char *text;

	TRY(napi_get_value_string_utf8(env, value, NULL, 0, &bytes));
	text = malloc(bytes + 1);
	if (text)
		napi_get_value_string_utf8(env, value, text, bytes + 1, &bytes);
	return text;
}

// open(library, region, fallback, name, request: Uint8Array of 56 bytes, callback) -> Promise
static napi_value open_port(napi_env env, napi_callback_info info)
{
	struct opening *o = calloc(1, sizeof *o);
	napi_value args[6], label, promise;
	size_t count = 6;
	void *request;

	TRY(napi_get_cb_info(env, info, &count, args, NULL, NULL));
	o->port = calloc(1, sizeof *o->port);
	o->port->fd = -1;
	o->wish = (struct engine_wish){text_argument(env, args[0]), text_argument(env, args[1]),
				       text_argument(env, args[2])};
	o->name = text_argument(env, args[3]);
	TRY(napi_get_typedarray_info(env, args[4], NULL, NULL, &request, NULL, NULL));
	memcpy(o->request, request, REGISTER_BYTES);
	TRY(napi_create_reference(env, args[5], 1, &o->callback));
	TRY(napi_create_promise(env, &o->deferred, &promise));
	TRY(napi_create_string_utf8(env, "netmap open", NAPI_AUTO_LENGTH, &label));
	TRY(napi_create_async_work(env, NULL, label, open_elsewhere, opened, o, &o->work));
	TRY(napi_queue_async_work(env, o->work));
	return promise;
}

// ---- calls on an open port ----

static struct port *port_argument(napi_env env, napi_callback_info info, napi_value args[2])
{
	size_t count = 2;
	void *port;

	TRY(napi_get_cb_info(env, info, &count, args, NULL, NULL));
	TRY(napi_get_value_external(env, args[0], &port));
	return port;
}

static napi_value number(napi_env env, int32_t value)
{
	napi_value result;

	TRY(napi_create_int32(env, value, &result));
	return result;
}

// sync(port, request) -> 0 or errno
static napi_value sync_port(napi_env env, napi_callback_info info)
{
	napi_value args[2];
	struct port *p = port_argument(env, info, args);
	uint32_t request;

	if (!p || napi_get_value_uint32(env, args[1], &request) != napi_ok)
		return NULL;
	if (p->fd < 0)
		return number(env, EBADF);
	return number(env, p->engine->ioctl(p->fd, request, NULL) ? errno : 0);
}

// ask(port, events) -> the events that are ready; 0 = asleep
static napi_value ask_port(napi_env env, napi_callback_info info)
{
	napi_value args[2];
	struct port *p = port_argument(env, info, args);
	int32_t events;

	if (!p || napi_get_value_int32(env, args[1], &events) != napi_ok)
		return NULL;
	return number(env, p->fd < 0 ? POLLNVAL : watcher_ask(p->watcher, events));
}

// close(port, memory): every view of the memory has length 0 from now on
static napi_value close_port(napi_env env, napi_callback_info info)
{
	napi_value args[2];
	struct port *p = port_argument(env, info, args);

	if (!p)
		return NULL;
	napi_detach_arraybuffer(env, args[1]);
	port_close(p);
	return NULL;
}

static void export(napi_env env, napi_value exports, const char *name, napi_callback function)
{
	napi_value value;

	napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
	napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT()
{
	export(env, exports, "open", open_port);
	export(env, exports, "sync", sync_port);
	export(env, exports, "ask", ask_port);
	export(env, exports, "close", close_port);
	return exports;
}
