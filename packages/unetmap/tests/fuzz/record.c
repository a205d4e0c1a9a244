// SPDX-License-Identifier: BSD-2-Clause
//
// Writes down the requests that programs make, as inputs for the fuzz target of requests. Preloaded
// before the engine (make fuzz-seeds), it appends to files in $FUZZ_RECORD, a dozen calls each.
#include <dlfcn.h>
#include <fcntl.h>
#include <net/netmap.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CTRL = 0, REGIF, GINFO, CALLS_PER_FILE = 12, MAX_BODY = 255, MAX_OPTIONS = 4, HANDLES = 3, TRUST = 0 };

static int out = -1, calls;

static void put(const void *bytes, size_t n)
{
	if (write(out, bytes, n) < 0)
		_exit(3);
}

static void put_byte(uint8_t byte)
{
	put(&byte, 1);
}

static void next_file(void)
{
	char path[512];

	if (calls++ % CALLS_PER_FILE)
		return;
	if (out >= 0)
		close(out);
	snprintf(path, sizeof path, "%s/%d-%d", getenv("FUZZ_RECORD"), getpid(), calls / CALLS_PER_FILE);
	out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// The program's own words, unless they are where it must not point.
static size_t body_bytes(const struct nmreq_header *h)
{
	static const uint8_t sizes[] = {[NETMAP_REQ_REGISTER] = sizeof(struct nmreq_register),
					[NETMAP_REQ_PORT_INFO_GET] = sizeof(struct nmreq_port_info_get),
					[NETMAP_REQ_VALE_ATTACH] = sizeof(struct nmreq_vale_attach),
					[NETMAP_REQ_VALE_DETACH] = sizeof(struct nmreq_vale_detach),
					[NETMAP_REQ_VALE_LIST] = sizeof(struct nmreq_vale_list),
					[NETMAP_REQ_PORT_HDR_SET] = sizeof(struct nmreq_port_hdr),
					[NETMAP_REQ_PORT_HDR_GET] = sizeof(struct nmreq_port_hdr),
					[NETMAP_REQ_VALE_NEWIF] = sizeof(struct nmreq_vale_newif),
					[NETMAP_REQ_POOLS_INFO_GET] = sizeof(struct nmreq_pools_info)};

	return h->nr_body > 4096 && h->nr_reqtype < sizeof sizes ? sizes[h->nr_reqtype] : 0;
}

static void put_option(const struct nmreq_option *o)
{
	const size_t bytes = o->nro_size > sizeof *o && o->nro_size < MAX_BODY ? o->nro_size - sizeof *o : 0;

	put_byte(o->nro_reqtype);
	put_byte(0);
	put_byte(o->nro_size);
	put_byte(0);
	put_byte(TRUST);
	put_byte(bytes);
	put(o + 1, bytes);
}

static void put_options(uint64_t at)
{
	const struct nmreq_option *list[MAX_OPTIONS];
	int count = 0;

	for (; at > 4096 && count < MAX_OPTIONS; at = list[count++]->nro_next)
		list[count] = (const void *)(uintptr_t)at;
	put_byte(count);
	for (int i = 0; i < count; i++)
		put_option(list[i]);
	if (count)
		put_byte(TRUST);
}

static void put_ctrl(int fd, const struct nmreq_header *h)
{
	const size_t name = strnlen(h->nr_name, sizeof h->nr_name), body = body_bytes(h);

	put_byte(CTRL);
	put_byte(fd % HANDLES);
	put_byte(0);
	put(&h->nr_reqtype, sizeof h->nr_reqtype);
	put_byte(0);
	put_byte(name);
	put(h->nr_name, name);
	put_byte(body);
	put((const void *)(uintptr_t)h->nr_body, body);
	put_byte(TRUST);
	put_options(h->nr_options);
	put_byte(TRUST);
}

static void put_legacy(int fd, int call, const struct nmreq *q)
{
	put_byte(call);
	put_byte(fd % HANDLES);
	put(q, sizeof *q);
	put_byte(0);
	put_byte(TRUST);
}

static void record(int fd, unsigned long request, const void *argument)
{
	if ((uintptr_t)argument <= 4096 || !getenv("FUZZ_RECORD"))
		return;
	next_file();
	if (request == NIOCCTRL)
		put_ctrl(fd, argument);
	else
		put_legacy(fd, request == NIOCREGIF ? REGIF : GINFO, argument);
}

int ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list args;
	void *argument;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if (!real)
		real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	if (request == NIOCCTRL || request == NIOCREGIF || request == NIOCGINFO)
		record(fd, request, argument);
	return real(fd, request, argument);
}
