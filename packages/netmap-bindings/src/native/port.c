// SPDX-License-Identifier: BSD-2-Clause
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "watcher.h"

// netmap's struct nmreq_header: the frame around every NIOCCTRL request.
struct request_header {
	uint16_t version;
	uint16_t type;
	uint32_t reserved;
	char name[NAME_BYTES];
	uint64_t options;
	uint64_t body;
};
_Static_assert(sizeof(struct request_header) == 88, "as in netmap's ABI");

enum { API_VERSION = 14, REQUEST_REGISTER = 1, MEMSIZE_AT = 8 };
static const unsigned long control_request = _IOWR('i', 151, struct request_header);

static int fail(struct failure *why, const char *call)
{
	why->error = errno;
	why->call = call;
	why->detail[0] = '\0';
	return -1;
}

static int bind_port(struct port *p, const char *name, uint8_t request[REGISTER_BYTES])
{
	struct request_header h = {
		.version = API_VERSION, .type = REQUEST_REGISTER, .body = (uintptr_t)request};

	snprintf(h.name, sizeof h.name, "%s", name);
	return p->engine->ioctl(p->fd, control_request, &h);
}

static int map_memory(struct port *p, const uint8_t request[REGISTER_BYTES])
{
	uint64_t bytes;
	void *base;

	memcpy(&bytes, request + MEMSIZE_AT, sizeof bytes);
	base = p->engine->mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
	if (base == MAP_FAILED)
		return -1;
	p->memory = malloc(sizeof *p->memory);
	if (!p->memory) {
		munmap(base, bytes);
		return -1;
	}
	*p->memory = (struct memory){base, bytes};
	return 0;
}

int port_open(struct port *p, const char *name, uint8_t request[REGISTER_BYTES], struct failure *why)
{
	int r = 0;

	p->fd = p->engine->open("/dev/netmap", O_RDWR | O_CLOEXEC);
	if (p->fd < 0)
		return fail(why, "open");
	if (bind_port(p, name, request))
		r = fail(why, "NIOCCTRL register");
	else if (map_memory(p, request))
		r = fail(why, "mmap");
	if (r) {
		p->engine->close(p->fd);
		p->fd = -1;
	}
	return r;
}

// Zeros that take no memory until somebody writes. If that fails the old mapping stays until the
// addresses are given back: the port lives longer, and nothing worse.
static void put_zeros(struct memory *m)
{
	mmap(m->base, m->bytes, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

void port_close(struct port *p)
{
	if (p->fd < 0)
		return;
	watcher_close(p->watcher);
	p->watcher = NULL;
	put_zeros(p->memory);
	p->memory = NULL; // the ArrayBuffer's finalizer frees it
	p->engine->close(p->fd);
	p->fd = -1;
}

void memory_free(struct memory *m)
{
	munmap(m->base, m->bytes);
	free(m);
}
