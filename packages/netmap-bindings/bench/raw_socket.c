// SPDX-License-Identifier: BSD-2-Clause
//
// receive(device, callback): a raw socket (AF_PACKET) read as Node reads its own datagram sockets: the
// event loop polls, and then one recv() a packet until there are none, the callback being called for
// each with a Buffer of its own. What a careful raw socket package for Node would do.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <node_api.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { FRAME_BYTES = 2048, PACKETS_A_TURN = 1024, ALL_TYPES = 3, SOCKET_BYTES = 8 << 20 };

struct receiver {
	uv_poll_t poll;
	int fd;
	napi_env env;
	napi_ref callback;
};

static int open_socket(const char *device)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ALL_TYPES)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ALL_TYPES));
	int room = SOCKET_BYTES;

	address.sll_ifindex = (int)if_nametoindex(device);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address))
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	return fd;
}

static void tell(struct receiver *r, const char *frame, size_t bytes)
{
	napi_value global, callback, buffer, error;

	napi_get_global(r->env, &global);
	napi_get_reference_value(r->env, r->callback, &callback);
	napi_create_buffer_copy(r->env, bytes, frame, NULL, &buffer);
	if (napi_make_callback(r->env, NULL, global, callback, 1, &buffer, NULL) == napi_pending_exception &&
	    napi_get_and_clear_last_exception(r->env, &error) == napi_ok)
		napi_fatal_exception(r->env, error);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct receiver *r = poll->data;
	char frame[FRAME_BYTES];

	for (int i = 0; i < PACKETS_A_TURN; i++) {
		ssize_t bytes = recv(r->fd, frame, sizeof frame, 0);
		napi_handle_scope scope;

		if (bytes < 0)
			return;
		napi_open_handle_scope(r->env, &scope);
		tell(r, frame, bytes);
		napi_close_handle_scope(r->env, scope);
	}
}

static napi_value receive(napi_env env, napi_callback_info info)
{
	struct receiver *r = calloc(1, sizeof *r);
	char device[IF_NAMESIZE];
	napi_value args[2];
	size_t count = 2;
	uv_loop_t *loop;

	napi_get_cb_info(env, info, &count, args, NULL, NULL);
	napi_get_value_string_utf8(env, args[0], device, sizeof device, &count);
	napi_create_reference(env, args[1], 1, &r->callback);
	napi_get_uv_event_loop(env, &loop);
	r->env = env;
	r->fd = open_socket(device);
	r->poll.data = r;
	if (r->fd < 0 || uv_poll_init(loop, &r->poll, r->fd) || uv_poll_start(&r->poll, UV_READABLE, on_readable))
		napi_throw_error(env, NULL, "the raw socket cannot be opened");
	return NULL;
}

NAPI_MODULE_INIT()
{
	napi_value function;

	napi_create_function(env, "receive", NAPI_AUTO_LENGTH, receive, NULL, &function);
	napi_set_named_property(env, exports, "receive", function);
	return exports;
}
