// SPDX-License-Identifier: BSD-2-Clause
//
// The chain of options that hangs on a request's header.
#include <libnetmap.h>
#include <stdlib.h>

static struct nmreq_option *
at(uint64_t link)
{
	return (struct nmreq_option *)(uintptr_t)link;
}

void
nmreq_push_option(struct nmreq_header *hdr, struct nmreq_option *option)
{
	option->nro_next = hdr->nr_options;
	hdr->nr_options = (uintptr_t)option;
}

void
nmreq_remove_option(struct nmreq_header *hdr, struct nmreq_option *option)
{
	uint64_t *link = &hdr->nr_options;

	while (*link && at(*link) != option)
		link = &at(*link)->nro_next;
	if (*link)
		*link = option->nro_next;
	option->nro_next = 0;
}

struct nmreq_option *
nmreq_find_option(struct nmreq_header *hdr, uint32_t reqtype)
{
	struct nmreq_option *option;

	nmreq_foreach_option(hdr, option)
		if (option->nro_reqtype == reqtype)
			return option;
	return NULL;
}

// For options that came from malloc.
void
nmreq_free_options(struct nmreq_header *hdr)
{
	struct nmreq_option *option = at(hdr->nr_options), *next;

	for (; option; option = next) {
		next = at(option->nro_next);
		free(option);
	}
	hdr->nr_options = 0;
}

const char *
nmreq_option_name(uint32_t reqtype)
{
	switch (reqtype) {
	case NETMAP_REQ_OPT_EXTMEM: return "extmem";
	case NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS: return "sync-kloop-eventfds";
	case NETMAP_REQ_OPT_CSB: return "csb";
	case NETMAP_REQ_OPT_SYNC_KLOOP_MODE: return "sync-kloop-mode";
	case NETMAP_REQ_OPT_OFFSETS: return "offsets";
	default: return "unknown";
	}
}
