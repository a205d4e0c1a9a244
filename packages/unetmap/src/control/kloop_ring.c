// SPDX-License-Identifier: BSD-2-Clause
//
// One ring in a sync loop: read the program's marks, sync, tell what came of it, and look again. When
// nothing is left the program is asked to kick us about more (kern_need_kick), and its marks are
// read once more, so that none is missed between the two.
#include "control/kloop.h"
#include "core/sys.h"
#include "ports/sync.h"

enum { DRY_ROUNDS = 2 };

struct progress {
	struct outside_marks m;
	uint32_t synced_head; // up to where the last sync went
	int news;	      // not interrupted about yet
	int dry;	      // rounds that brought nothing
};

static void read_marks(const struct loop_ring *r, struct outside_marks *m)
{
	m->head = observe(&r->atok->head);
	m->cur = observe(&r->atok->cur);
}

static void write_marks(const struct loop_ring *r, const struct outside_marks *m)
{
	publish(&r->ktoa->hwcur, m->hwcur);
	publish(&r->ktoa->hwtail, m->tail);
}

static void ask_for_kicks(const struct loop_ring *r, uint32_t wanted)
{
	scribble(&r->ktoa->kern_need_kick, wanted);
}

void kloop_interrupt(const struct loop_ring *r)
{
	const uint64_t one = 1;

	if (r->irq >= 0)
		sys_write(r->irq, &one, sizeof one);
}

static void interrupt_about_news(const struct loop_ring *r, struct progress *p)
{
	if (!p->news || r->direct || r->irq < 0 || !glance(&r->atok->appl_need_kick))
		return;
	kloop_interrupt(r);
	p->news = 0;
}

static int sync_once(struct loop *l, struct loop_ring *r, struct progress *p)
{
	p->synced_head = p->m.head;
	if (sync_with_marks(l->d, r->dir, r->n, &p->m) != MARKS_OK)
		return 0;
	write_marks(r, &p->m);
	p->dry = p->m.tail == r->tail ? p->dry + 1 : 0;
	p->news |= p->m.tail != r->tail;
	r->tail = p->m.tail;
	interrupt_about_news(r, p);
	read_marks(r, &p->m);
	return 1;
}

// tx: nothing new to send. rx: no slot free to receive into.
static int has_nothing_to_do(const struct loop_ring *r, const struct progress *p)
{
	if (r->dir == TX)
		return p->m.head == p->synced_head;
	return p->m.tail == (p->m.head ? p->m.head : r->num_slots) - 1;
}

// The other side has to move first; that rings our bell. tx: no room. rx: nothing there.
static int waits_for_others(const struct loop_ring *r, const struct progress *p)
{
	if (r->dir == TX)
		return p->m.cur == p->m.tail;
	return p->m.tail == p->synced_head || p->dry >= DRY_ROUNDS;
}

static int may_rest(struct loop *l, const struct loop_ring *r, struct progress *p)
{
	if (!has_nothing_to_do(r, p))
		return waits_for_others(r, p);
	if (!l->sleeps)
		return 1;
	ask_for_kicks(r, 1);
	full_fence();
	read_marks(r, &p->m);
	if (has_nothing_to_do(r, p))
		return 1;
	ask_for_kicks(r, 0);
	return 0;
}

void kloop_serve(struct loop *l, struct loop_ring *r)
{
	struct progress p = {.dry = 0};

	if (!r->direct)
		ask_for_kicks(r, 0);
	read_marks(r, &p.m);
	do {
		if (!sync_once(l, r, &p)) {
			if (l->sleeps)
				ask_for_kicks(r, 1);
			break;
		}
	} while (!may_rest(l, r, &p) && !kloop_must_stop(l));
	interrupt_about_news(r, &p);
}
