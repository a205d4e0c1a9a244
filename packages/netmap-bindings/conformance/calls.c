// SPDX-License-Identifier: BSD-2-Clause
//
// C functions for the cases of this folder: any function of this process by its name, with numbers, texts and bytes
// as arguments. What a text or bytes are behind is good for the time of the call only.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <node_api.h>

enum { MOST_ARGUMENTS = 6, TEXT_BYTES = 256 };

typedef intptr_t (*any_function)(intptr_t, ...);

struct call {
	any_function function;
	intptr_t arguments[MOST_ARGUMENTS];
	char texts[MOST_ARGUMENTS][TEXT_BYTES];
	intptr_t result;
	int error;
	// only of those that are made in another thread
	napi_ref keeps;
	napi_deferred deferred;
	napi_async_work work;
};

static int last_error;

// libc's own functions are asked for first, for they may be a preloaded library's; then those of libraries.c.
static any_function find(const char *name)
{
	Dl_info self;
	void *found = dlsym(RTLD_DEFAULT, name);

	if (!found && dladdr((void *)(intptr_t)find, &self))
		found = dlsym(dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD), name);
	return (any_function)(intptr_t)found;
}

static intptr_t bytes_behind(napi_env env, napi_value value)
{
	bool is_array = false;
	void *data = NULL;

	napi_is_typedarray(env, value, &is_array);
	if (is_array)
		napi_get_typedarray_info(env, value, NULL, NULL, &data, NULL, NULL);
	return (intptr_t)data;
}

static intptr_t argument(napi_env env, napi_value value, char text[TEXT_BYTES])
{
	napi_valuetype type;
	int64_t number = 0;

	napi_typeof(env, value, &type);
	if (type == napi_number)
		napi_get_value_int64(env, value, &number);
	else if (type == napi_boolean)
		napi_get_value_bool(env, value, (bool *)&number);
	else if (type == napi_object)
		number = bytes_behind(env, value);
	else if (type == napi_string) {
		napi_get_value_string_utf8(env, value, text, TEXT_BYTES, NULL);
		number = (intptr_t)text;
	}
	return number;
}

// prepare(name, [arguments]): 0, or -1 with an exception pending
static int prepare(napi_env env, napi_callback_info info, struct call *c, napi_value args[2])
{
	char name[TEXT_BYTES] = "";
	size_t count = 2;
	uint32_t length = 0;

	napi_get_cb_info(env, info, &count, args, NULL, NULL);
	napi_get_value_string_utf8(env, args[0], name, sizeof name, NULL);
	napi_get_array_length(env, args[1], &length);
	c->function = find(name);
	if (!c->function || length > MOST_ARGUMENTS) {
		napi_throw_error(env, NULL, name);
		return -1;
	}
	for (uint32_t i = 0; i < length; i++) {
		napi_value value;

		napi_get_element(env, args[1], i, &value);
		c->arguments[i] = argument(env, value, c->texts[i]);
	}
	return 0;
}

static void make(struct call *c)
{
	const intptr_t *a = c->arguments;

	errno = 0;
	c->result = c->function(a[0], a[1], a[2], a[3], a[4], a[5]);
	c->error = errno;
}

static napi_value number(napi_env env, double value)
{
	napi_value result;

	napi_create_double(env, value, &result);
	return result;
}

// 0, or -1 with an exception pending
static int call_now(napi_env env, napi_callback_info info, intptr_t *result)
{
	struct call c = {0};
	napi_value args[2];

	if (prepare(env, info, &c, args))
		return -1;
	make(&c);
	last_error = c.error;
	*result = c.result;
	return 0;
}

// call(name, [arguments]) -> what a function gives that returns an int
static napi_value call(napi_env env, napi_callback_info info)
{
	intptr_t result;

	return call_now(env, info, &result) ? NULL : number(env, (int)result);
}

// callForAddress(name, [arguments]) -> what one gives that returns a pointer
static napi_value call_for_address(napi_env env, napi_callback_info info)
{
	intptr_t result;

	return call_now(env, info, &result) ? NULL : number(env, (double)result);
}

static napi_value errno_of_last(napi_env env, napi_callback_info info)
{
	return number(env, last_error);
}

static void make_elsewhere(napi_env env, void *data)
{
	make(data);
}

static void made(napi_env env, napi_status status, void *data)
{
	struct call *c = data;

	napi_resolve_deferred(env, c->deferred, number(env, (int)c->result));
	napi_delete_reference(env, c->keeps);
	napi_delete_async_work(env, c->work);
	free(c);
}

// callLater(name, [arguments]) -> a promise of what `call` gives; another thread makes the call
static napi_value call_later(napi_env env, napi_callback_info info)
{
	struct call *c = calloc(1, sizeof *c);
	napi_value args[2], promise, label;

	if (prepare(env, info, c, args)) {
		free(c);
		return NULL;
	}
	napi_create_reference(env, args[1], 1, &c->keeps);
	napi_create_promise(env, &c->deferred, &promise);
	napi_create_string_utf8(env, "call", NAPI_AUTO_LENGTH, &label);
	napi_create_async_work(env, NULL, label, make_elsewhere, made, c, &c->work);
	napi_queue_async_work(env, c->work);
	return promise;
}

static napi_value address_of(napi_env env, napi_callback_info info)
{
	napi_value args[1];
	size_t count = 1;

	napi_get_cb_info(env, info, &count, args, NULL, NULL);
	return number(env, (double)bytes_behind(env, args[0]));
}

// memoryAt(address, bytes) -> an ArrayBuffer, good while there is memory at that address
static napi_value memory_at(napi_env env, napi_callback_info info)
{
	napi_value args[2], memory;
	size_t count = 2;
	int64_t address = 0, bytes = 0;

	napi_get_cb_info(env, info, &count, args, NULL, NULL);
	napi_get_value_int64(env, args[0], &address);
	napi_get_value_int64(env, args[1], &bytes);
	napi_create_external_arraybuffer(env, (void *)address, bytes, NULL, NULL, &memory);
	return memory;
}

static void export(napi_env env, napi_value exports, const char *name, napi_callback function)
{
	napi_value value;

	napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
	napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT()
{
	export(env, exports, "call", call);
	export(env, exports, "callForAddress", call_for_address);
	export(env, exports, "callLater", call_later);
	export(env, exports, "errno", errno_of_last);
	export(env, exports, "addressOf", address_of);
	export(env, exports, "memoryAt", memory_at);
	return exports;
}
