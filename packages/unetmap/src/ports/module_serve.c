// SPDX-License-Identifier: BSD-2-Clause
//
// The module's side of a lane: runs its functions, in its own process. Whatever they do, this process
// can write to nothing that another one believes: the control segment is read-only here.
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unetmap/modules.h>

#include "core/area.h"
#include "core/barriers.h"
#include "core/sys.h"
#include "ports/module.h"
#include "ports/port.h"
#include "ports/vale.h"

enum { TICK_MS = 100, DROP = 0xffff };

// One at a time: a module need not know of threads.
static pthread_mutex_t module_lock = PTHREAD_MUTEX_INITIALIZER;

// The ports as the module has seen them, and how many events it has heard of.
static struct seen {
	struct netmap_vp_adapter na;
	int here;
	uint32_t gen;
	uint16_t port;
} seen[MAX_SWITCH_PORTS];
static uint32_t heard;

struct server {
	const struct vale_module *module;
	struct unetmap_module_place *place;
	struct module *m;
	uint32_t number, rule;
	struct module_lane *trusted;
	struct lane *lane;
	struct nm_bdg_fwd slots[UINT8_MAX + 1]; // of one frame
};

// ---- ports coming and going ----

static void say_goodbye(struct server *s, struct seen *was)
{
	if (!was->here)
		return;
	was->here = 0;
	if (!s->module->ops->dtor)
		return;
	publish(&s->place->port, &was->na);
	publish(&s->place->doing, "dtor");
	s->module->ops->dtor(&was->na);
	publish(&s->place->doing, NULL);
}

static void introduce(const struct module_event *e)
{
	struct seen *now = &seen[e->sw_port % MAX_SWITCH_PORTS];

	memset(now, 0, sizeof *now);
	memcpy(now->na.up.name, e->name, sizeof now->na.up.name);
	now->na.up.num_tx_rings = e->rings[TX];
	now->na.up.num_rx_rings = e->rings[RX];
	now->na.bdg_port = e->sw_port;
	now->port = e->port;
	now->gen = e->gen;
	now->here = 1;
}

static int knows(const struct seen *it, uint16_t port, uint32_t gen)
{
	return it->here && it->gen == gen && it->port == port;
}

// The port on this place of our switch now, or NULL.
static const struct port *present(const struct server *s, int place)
{
	for (int i = 0; i < MAX_SWITCHES; i++) {
		const struct vale_switch *sw = &segment->switches[i];
		const uint16_t port = observe(&sw->ports[place]);

		if (observe(&sw->state) == STATE_ACTIVE && glance(&sw->ruler) == s->number + 1)
			return port ? port_at(port - 1) : NULL;
	}
	return NULL;
}

static int is_present(const struct server *s, const struct seen *it)
{
	const struct port *port = present(s, it - seen);

	return port && knows(it, port_id(port), port->gen);
}

static void take_event(struct server *s, const struct module_event *e)
{
	struct seen *it = &seen[e->sw_port % MAX_SWITCH_PORTS];

	if (knows(it, e->port, e->gen) == (e->came != 0) || (e->came && is_present(s, it)))
		return;
	say_goodbye(s, it);
	if (e->came)
		introduce(e);
}

static void look_at(struct server *s, int place)
{
	const struct port *port = present(s, place);

	if (seen[place].here && !is_present(s, &seen[place]))
		say_goodbye(s, &seen[place]);
	if (port && !seen[place].here) {
		const struct module_event e = module_event_of(port, 1);

		introduce(&e);
	}
}

// Too many events for us: what is there now must do.
static void look_around(struct server *s)
{
	scribble(&heard, observe(&s->m->event_count));
	for (int place = 0; place < MAX_SWITCH_PORTS; place++)
		look_at(s, place);
}

static void take_events(struct server *s)
{
	while (heard != observe(&s->m->event_count)) {
		const struct module_event e = s->m->events[heard % MODULE_EVENTS];

		// Somebody may be writing the event after the last one, over the oldest.
		if (observe(&s->m->event_count) - heard >= MODULE_EVENTS) {
			look_around(s);
			continue;
		}
		scribble(&heard, heard + 1);
		take_event(s, &e);
	}
}

static struct netmap_vp_adapter *sender(struct server *s)
{
	const struct lane *lane = s->lane;
	struct seen *it = &seen[lane->sw_port % MAX_SWITCH_PORTS];

	take_events(s);
	it->na.up.virt_hdr_len = lane->vnet_hdr_bytes;
	return &it->na;
}

// ---- lookup ----

static inline void show_slot(const struct lane *lane, uint32_t i, char *base, struct nm_bdg_fwd *ft)
{
	const struct lane_frame *f = &lane->frames[i];

	ft->ft_buf = f->copied ? (char *)lane->bytes[i] : base + f->ofs;
	ft->ft_frags = f->slots;
	ft->ft_offset = 0;
	ft->ft_flags = f->flags;
	ft->ft_len = f->len;
	ft->ft_next = 0;
}

// The slot to show: the first, or, where that holds the virtio-net header and nothing else, the next.
static struct nm_bdg_fwd *first_slot(struct nm_bdg_fwd *ft, uint32_t header_bytes)
{
	if (header_bytes < ft->ft_len) {
		ft->ft_offset = header_bytes;
		return ft;
	}
	return header_bytes == ft->ft_len && ft->ft_flags & NS_MOREFRAG ? ft + 1 : NULL;
}

static uint32_t look_up(struct server *s, struct nm_bdg_fwd *ft, struct netmap_vp_adapter *na)
{
	uint8_t ring = s->lane->ring;
	uint32_t port;

	publish(&s->place->frame, ft);
	port = s->module->ops->lookup(ft, &ring, na, s->module->private_data);
	return (port < DROP ? port : DROP) | (uint32_t)ring << LANE_RING_SHIFT;
}

static void answer_lookup(struct server *s)
{
	struct lane *lane = s->lane;
	const uint32_t count = lane->count < LANE_SLOTS ? lane->count : LANE_SLOTS;
	const uint32_t header_bytes = lane->vnet_hdr_bytes;
	char *base = area_view(lane->area % MAX_AREAS, lane->area_gen);
	struct netmap_vp_adapter *na = sender(s);

	publish(&s->place->port, na);
	publish(&s->place->doing, "lookup");
	for (uint32_t i = 0, slots; i < count; i += slots ? slots : 1) {
		struct nm_bdg_fwd *ft = NULL;

		slots = lane->frames[i].slots;
		for (uint32_t n = 0; n < slots && i + n < count; n++)
			show_slot(lane, i + n, base, &s->slots[n]);
		if (slots && base)
			ft = first_slot(s->slots, header_bytes);
		lane->verdicts[i] = ft ? look_up(s, ft, na) : NM_BDG_NOPORT;
	}
	publish(&s->place->doing, NULL);
}

// ---- config ----

static void answer_config(struct server *s)
{
	struct nm_ifreq message;

	memcpy(&message, s->lane->bytes[0], sizeof message);
	publish(&s->place->doing, "config");
	s->lane->error = s->module->ops->config ? s->module->ops->config(&message) : EINVAL;
	publish(&s->place->doing, NULL);
	memcpy(s->lane->bytes[0], &message, sizeof message);
}

// ---- the thread ----

static void answer(struct server *s, uint32_t posted)
{
	pthread_mutex_lock(&module_lock);
	area_pin();
	if (s->lane->question == ASK_LOOKUP)
		answer_lookup(s);
	else
		answer_config(s);
	area_unpin();
	pthread_mutex_unlock(&module_lock);
	publish(&s->lane->done, posted);
	sys_futex_wake(&s->lane->done, 1);
}

static void hear(struct server *s)
{
	if (glance(&heard) == observe(&s->m->event_count))
		return;
	pthread_mutex_lock(&module_lock);
	take_events(s);
	pthread_mutex_unlock(&module_lock);
}

// A wake-up may be missed: it is told by a word that we do not sleep on.
static void serve(struct server *s, int hears)
{
	const struct timespec tick = {.tv_nsec = TICK_MS * 1000 * 1000};
	uint32_t answered = s->lane->done;

	for (;;) {
		uint32_t posted = observe(&s->trusted->posted);

		if (posted != answered) {
			answer(s, posted);
			answered = posted;
		} else if (observe(&s->m->rule) != s->rule) {
			return;
		} else {
			sys_futex_wait(&s->trusted->posted, posted, &tick);
			if (hears)
				hear(s);
		}
	}
}

int module_serve(uint32_t number, uint32_t rule, uint32_t lane, const struct vale_module *module,
		 struct unetmap_module_place *place)
{
	struct server s;
	struct lanes *lanes = module_lanes(number, rule);

	if (!lanes || lane >= module_at(number)->lane_count)
		return -EINVAL;
	s.module = module;
	s.place = place;
	s.m = module_at(number);
	s.number = number;
	s.rule = rule;
	s.trusted = &s.m->lanes[lane];
	s.lane = &lanes->lane[lane];
	serve(&s, lane == 0);
	return 0;
}
