// SPDX-License-Identifier: BSD-2-Clause
#include "holding.h"

#include <errno.h>
#include <libnetmap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

static int
ask(struct holding *h, uint32_t steps, uint32_t let_go)
{
	struct unetmap_hold body = {.steps = steps, .let_go = let_go};
	struct nmreq_header hdr;

	nmreq_header_init(&hdr, UNETMAP_REQ_HOLD, &body);
	memcpy(hdr.nr_name, h->port, sizeof(hdr.nr_name));
	return ioctl(h->fd, NIOCCTRL, &hdr);
}

static void
explain(struct holding *h)
{
	const char *why = strerror(errno);

	if (errno == EBUSY)
		why = "another program holds it already";
	if (errno == EINVAL)
		why = "this engine cannot hold programs";
	if (errno == ENOMEM)
		why = "as many ports as can be are held";
	snprintf(h->fault, sizeof(h->fault), "cannot hold %s: %s", h->port, why);
	h->port[0] = '\0';
}

void
holding_take(struct holding *h, const char *port)
{
	holding_let_go(h);
	snprintf(h->port, sizeof(h->port), "%s", port);
	if (ask(h, 0, 0) == -1)
		explain(h);
}

void
holding_let_go(struct holding *h)
{
	h->fault[0] = '\0';
	h->pace = 0;
	if (h->port[0] != '\0')
		ask(h, 0, 1);
	h->port[0] = '\0';
}

void
holding_step(struct holding *h)
{
	if (h->port[0] != '\0' && ask(h, 1, 0) == -1)
		explain(h);
}

void
holding_pace(struct holding *h, uint32_t pace, uint64_t now_us)
{
	h->pace = pace;
	h->next_us = now_us;
	// A step that was not used yet is not for now.
	if (pace == 0 && h->port[0] != '\0')
		ask(h, 0, 0);
}

int
holding_tick(struct holding *h, uint64_t now_us)
{
	if (h->pace == 0 || h->port[0] == '\0')
		return -1;
	if (now_us >= h->next_us) {
		holding_step(h);
		h->next_us = now_us + 1000000 / h->pace;
	}
	return (int)((h->next_us - now_us + 999) / 1000);
}
