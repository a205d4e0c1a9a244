// SPDX-License-Identifier: BSD-2-Clause
#include "control/csb.h"

#include <errno.h>

#include "control/request.h"
#include "core/liveness.h"
#include "core/user_memory.h"
#include "ports/port.h"

static int is_aligned(uint64_t address, size_t bytes)
{
	return address % bytes == 0;
}

int csb_is_served(const struct desc *d)
{
	return d->loop_runner && client_alive(d->loop_runner);
}

int csb_reach(const struct desc *d)
{
	struct nm_csb_atok atok;
	struct nm_csb_ktoa ktoa;

	for (int i = 0; i < csb_rings(d); i++)
		if (copy_from_user(&atok, d->csb_atok + i * sizeof atok, sizeof atok) ||
		    copy_from_user(&ktoa, d->csb_ktoa + i * sizeof ktoa, sizeof ktoa))
			return -EFAULT;
	return 0;
}

static int fill_entry(const struct nmreq_opt_csb *option, int i, const struct kring *k)
{
	const struct nm_csb_atok atok = {.head = k->rhead, .cur = k->rcur, .appl_need_kick = 1, .sync_flags = 1};
	const struct nm_csb_ktoa ktoa = {.hwcur = k->hwcur, .hwtail = k->rtail, .kern_need_kick = 1};

	if (copy_to_user(option->csb_atok + i * sizeof atok, &atok, sizeof atok))
		return -EFAULT;
	return copy_to_user(option->csb_ktoa + i * sizeof ktoa, &ktoa, sizeof ktoa);
}

static int fill(const struct desc *d, const struct nmreq_opt_csb *option)
{
	int error = 0, i = 0;

	for (int dir = TX; dir >= RX; dir--)
		for (int n = d->first[dir]; !error && n < d->last[dir]; n++)
			error = fill_entry(option, i++, &port_at(d->port)->rings[dir][n]);
	return error;
}

int csb_enable(struct desc *d, const struct nmreq_opt_csb *option)
{
	int error;

	if (csb_is_served(d))
		return -EBUSY;
	if (d->port == NONE || csb_rings(d) == 0)
		return 0;
	if (!(d->flags & NR_EXCLUSIVE) || !is_aligned(option->csb_atok, sizeof(struct nm_csb_atok)) ||
	    !is_aligned(option->csb_ktoa, sizeof(struct nm_csb_ktoa)))
		return -EINVAL;
	error = fill(d, option);
	if (error)
		return error;
	d->csb_ktoa = option->csb_ktoa;
	d->csb_atok = option->csb_atok;
	return 0;
}

int request_csb_enable(struct request *r)
{
	if (!option_given(r->options, NETMAP_REQ_OPT_CSB))
		return -EINVAL;
	return option_answer(r->options, NETMAP_REQ_OPT_CSB, csb_enable(&segment->descs[r->desc], &r->options->csb));
}
