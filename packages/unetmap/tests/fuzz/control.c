// SPDX-License-Identifier: BSD-2-Clause
//
// Fuzz target: requests. An input is a series of calls on a few descriptors: NIOCCTRL with any header,
// body and chain of options, NIOCREGIF and NIOCGINFO with any structure, pointers to nowhere. Afterwards
// the region must be as empty as before.
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unetmap/modules.h>

#include "control/control.h"
#include "input.h"
#include "region_of_one.h"

enum { HANDLES = 3, MAX_CALLS = 24, BODY_BYTES = 4096, MAX_FUZZ_OPTIONS = 4, OPTION_BYTES = 256, MAX_EXTRA = 512 };

enum call { CTRL = 0, REGIF, GINFO, REOPEN, SYNC, MAP, CALLS };

struct option_memory {
	struct nmreq_option head;
	uint8_t rest[OPTION_BYTES];
};

static struct handle handles[HANDLES];

// The sync loops do not return, and a module's requests carry pointers to code of the program's own.
static int is_left_out(uint16_t type)
{
	return type == NETMAP_REQ_SYNC_KLOOP_START || type == UNETMAP_REQ_MODULE_LOAD ||
	       type == UNETMAP_REQ_MODULE_SERVE;
}

// They are granted one by one, and a fuzzer has no time for many.
static void limit_extra(uint32_t *extra_bufs)
{
	*extra_bufs %= MAX_EXTRA;
}

// ---- NIOCCTRL ----

static uint64_t take_pointer(struct input *in, void *real)
{
	uint8_t choice = take_u8(in);

	return choice < 224 ? (uintptr_t)real : hostile_address(choice);
}

// A chain that may end early, bite its own tail or point nowhere.
static uint64_t take_options(struct input *in, struct option_memory *options)
{
	const uint32_t count = take_u8(in) % (MAX_FUZZ_OPTIONS + 1);

	for (uint32_t i = 0; i < count; i++) {
		struct option_memory *o = &options[i];
		struct option_memory *next = i + 1 < count ? &options[i + 1] : NULL;
		uint8_t loop;

		memset(o, 0, sizeof *o);
		o->head.nro_reqtype = take_u8(in);
		o->head.nro_size = take_u8(in) < 240 ? take_u8(in) : take_u64(in);
		loop = take_u8(in);
		o->head.nro_next = loop < 248 ? take_pointer(in, next) : (uintptr_t)&options[loop % count];
		take_bytes(in, (uint8_t *)&o->head + offsetof(struct nmreq_option, nro_size) + 8, take_u8(in));
	}
	return count ? take_pointer(in, options) : 0;
}

static void call_ctrl(struct input *in, uint16_t desc)
{
	static uint8_t body[BODY_BYTES] __attribute__((aligned(8)));
	static struct option_memory options[MAX_FUZZ_OPTIONS];
	struct nmreq_header h = {0};

	h.nr_version = take_u8(in) < 240 ? NETMAP_API : take_u16(in);
	h.nr_reqtype = take_u16(in);
	h.nr_reserved = take_u8(in) < 240 ? 0 : take_u32(in);
	take_bytes(in, h.nr_name, take_u8(in) % (sizeof h.nr_name + 1));
	memset(body, 0, sizeof body);
	take_bytes(in, body, take_u8(in));
	if (is_left_out(h.nr_reqtype))
		return;
	if (h.nr_reqtype == NETMAP_REQ_REGISTER)
		limit_extra(&((struct nmreq_register *)body)->nr_extra_bufs);
	h.nr_body = take_pointer(in, body);
	h.nr_options = take_options(in, options);
	control_ioctl(desc, NIOCCTRL, take_pointer(in, &h));
}

// ---- the others ----

static void call_legacy(struct input *in, uint16_t desc, unsigned long request)
{
	struct nmreq q;

	take_bytes(in, &q, sizeof q);
	if (take_u8(in) < 224)
		q.nr_version = NETMAP_API;
	limit_extra(&q.nr_arg3);
	control_ioctl(desc, request, take_pointer(in, &q));
}

static void call_sync(struct input *in, uint16_t desc)
{
	control_ioctl(desc, take_u8(in) & 1 ? NIOCTXSYNC : NIOCRXSYNC, take_u64(in));
}

static void call_map(struct input *in, struct handle *h)
{
	const uint64_t bytes = take_u8(in) ? 4096ull * take_u16(in) : take_u64(in);
	const int64_t ofs = take_u8(in) ? 4096ll * take_u16(in) : (int64_t)take_u64(in);
	void *map = control_mmap(h->desc, NULL, bytes, PROT_READ, MAP_SHARED, ofs);

	if (map != MAP_FAILED)
		munmap(map, bytes);
}

static void call(struct input *in)
{
	enum call what = take_u8(in) % CALLS;
	struct handle *h = &handles[take_u8(in) % HANDLES];

	switch (what) {
	case CTRL:
		call_ctrl(in, h->desc);
		break;
	case REGIF:
		call_legacy(in, h->desc, NIOCREGIF);
		break;
	case GINFO:
		call_legacy(in, h->desc, NIOCGINFO);
		break;
	case SYNC:
		call_sync(in, h->desc);
		break;
	case MAP:
		call_map(in, h);
		break;
	default:
		handle_close(h);
		handle_open(h);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};

	region_begin();
	for (int i = 0; i < HANDLES; i++)
		handle_open(&handles[i]);
	for (int i = 0; i < MAX_CALLS && input_left(&in); i++)
		call(&in);
	for (int i = 0; i < HANDLES; i++)
		handle_close(&handles[i]);
	region_end();
	return 0;
}
