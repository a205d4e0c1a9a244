// SPDX-License-Identifier: BSD-2-Clause
//
// The table of modules: taking a switch over, leaving it, noticing that a module has died.
#include "ports/module.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/area.h"
#include "core/barriers.h"
#include "core/liveness.h"
#include "core/region.h"
#include "core/sys.h"
#include "ports/port.h"
#include "ports/vale.h"

static struct area_view views[MAX_SWITCHES];

// ---- the lanes' file ----

static uint64_t lanes_bytes(uint32_t lane_count)
{
	return sizeof(struct lanes) + lane_count * sizeof(struct lane);
}

static void lanes_path(char path[REGION_PATH_BYTES], uint32_t number, uint32_t gen)
{
	region_path(path, "lanes-%u-%u", number, gen);
}

// What every question needs gets its pages now: a full file system is told here, not by SIGBUS later.
static int make_room(int fd, uint32_t lane_count)
{
	int error = sys_result(ftruncate(fd, lanes_bytes(lane_count)));

	if (!error)
		error = sys_result(fallocate(fd, 0, 0, sizeof(struct lanes)));
	for (uint32_t i = 0; !error && i < lane_count; i++)
		error = sys_result(fallocate(fd, 0, lanes_bytes(i), offsetof(struct lane, bytes[1])));
	return error;
}

static int make_lanes(uint32_t number, uint32_t gen, uint32_t lane_count)
{
	char path[REGION_PATH_BYTES];
	int fd, error;

	lanes_path(path, number, gen);
	fd = sys_open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fd;
	error = make_room(fd, lane_count);
	sys_close(fd);
	if (error)
		unlink(path);
	return error ? -ENOMEM : 0;
}

static void remove_lanes(uint32_t number, uint32_t rule)
{
	char path[REGION_PATH_BYTES];

	lanes_path(path, number, rule >> RULE_BITS);
	unlink(path);
}

struct lanes *module_lanes(uint32_t number, uint32_t rule)
{
	const uint32_t gen = rule >> RULE_BITS;
	char path[REGION_PATH_BYTES];

	if (observe(&views[number].gen) == gen)
		return (struct lanes *)views[number].base;
	lanes_path(path, number, gen);
	return (struct lanes *)area_view_file(&views[number], gen, path,
					      lanes_bytes(module_at(number)->lane_count));
}

// ---- ports coming and going ----

static struct module *ruler_of(const struct port *port)
{
	const uint32_t ruler = segment->switches[port->sw].ruler;
	struct module *m = ruler ? module_at(ruler - 1) : NULL;

	return m && module_state(observe(&m->rule)) == RULE_ACTIVE ? m : NULL;
}

struct module_event module_event_of(const struct port *port, int came)
{
	struct module_event e = {
		.came = came,
		.gen = port->gen,
		.port = port_id(port),
		.sw_port = port->sw_port,
		.rings = {port->ring_count[0], port->ring_count[1]},
	};

	vale_full_name(port, e.name);
	return e;
}

void module_hear(const struct port *port, int came)
{
	struct module *m = ruler_of(port);

	if (!m)
		return;
	m->events[m->event_count % MODULE_EVENTS] = module_event_of(port, came);
	publish(&m->event_count, m->event_count + 1);
	sys_futex_wake(&m->lanes[0].posted, 1);
}

static void introduce_all(const struct vale_switch *sw)
{
	for (int i = 0; i < MAX_SWITCH_PORTS; i++)
		if (sw->ports[i])
			module_hear(port_at(sw->ports[i] - 1), 1);
}

static void introduce_ports(const char *sw)
{
	const int number = vale_find_switch(sw);

	if (number >= 0)
		introduce_all(&segment->switches[number]);
}

// ---- ending ----

static uint32_t with_state(uint32_t rule, enum rule state)
{
	return (rule & ~((1u << RULE_BITS) - 1)) | state;
}

// The module's threads look for the end of the rule when they wake.
static void wake_lanes(struct module *m)
{
	for (uint32_t i = 0; i < m->lane_count && i < MAX_LANES; i++)
		sys_futex_wake(&m->lanes[i].posted, 1);
}

int module_end(struct module *m, uint32_t rule, enum rule how)
{
	if (module_state(rule) != RULE_ACTIVE || !swap_if(&m->rule, &rule, with_state(rule, how)))
		return 0;
	wake_lanes(m);
	return 1;
}

static void set_ruler(const char *sw, uint32_t ruler)
{
	for (int i = 0; i < MAX_SWITCHES; i++)
		if (segment->switches[i].state == STATE_ACTIVE && !strcmp(segment->switches[i].name, sw))
			publish(&segment->switches[i].ruler, ruler);
}

static void hear_last_words(struct module *m, uint32_t number)
{
	char path[REGION_PATH_BYTES];
	int fd;

	lanes_path(path, number, m->rule >> RULE_BITS);
	fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sys_read(fd, m->last_words, sizeof m->last_words - 1) < 0)
		m->last_words[0] = 0;
	m->last_words[sizeof m->last_words - 1] = 0;
	sys_close(fd);
	unlink(path);
}

void modules_reap(void)
{
	for (uint32_t i = 0; i < MAX_SWITCHES; i++) {
		struct module *m = module_at(i);

		if (module_state(m->rule) == RULE_NONE || client_alive(m->mark))
			continue;
		module_end(m, m->rule, RULE_DIED);
		set_ruler(m->sw, 0);
		hear_last_words(m, i);
	}
}

// ---- loading ----

int module_find(const char *sw)
{
	for (uint32_t i = 0; i < MAX_SWITCHES; i++)
		if (module_state(module_at(i)->rule) != RULE_NONE && !strcmp(module_at(i)->sw, sw))
			return i;
	return -ENOENT;
}

// A number nobody has, or one of a module that has ended.
static int free_number(void)
{
	for (uint32_t i = 0; i < MAX_SWITCHES; i++)
		if (module_state(module_at(i)->rule) == RULE_NONE)
			return i;
	for (uint32_t i = 0; i < MAX_SWITCHES; i++)
		if (module_state(module_at(i)->rule) != RULE_ACTIVE)
			return i;
	return -ENOMEM;
}

// What senders of the predecessor may still hold or wake, they may: locks and questions go on counting.
static void describe(struct module *m, const char *sw, const struct module *wish)
{
	for (int i = 0; i < MAX_LANES; i++) {
		struct module_lane *lane = &m->lanes[i];

		lane->frames = lane->refused = lane->nowhere = lane->wild = 0;
	}
	m->mark = client_self();
	m->pid = getpid();
	m->patience_ms = wish->patience_ms;
	m->lane_count = wish->lane_count;
	m->last_wild = 0;
	m->event_count = 0;
	memset(m->sw, 0, sizeof m->sw);
	memset(m->last_words, 0, sizeof m->last_words);
	strncpy(m->sw, sw, sizeof m->sw - 1);
	memcpy(m->name, wish->name, sizeof m->name);
	m->name[sizeof m->name - 1] = 0;
}

// Questions that were asked before are none to the new module.
static void start_lanes(struct module *m, struct lanes *lanes)
{
	for (uint32_t i = 0; i < m->lane_count; i++)
		lanes->lane[i].done = glance(&m->lanes[i].posted);
}

int module_load(const char *sw, const struct module *wish)
{
	int number = module_find(sw), error;
	struct lanes *lanes;
	struct module *m;
	uint32_t rule;

	if (number >= 0 && module_state(module_at(number)->rule) == RULE_ACTIVE)
		return -EBUSY;
	if (number < 0)
		number = free_number();
	if (number < 0)
		return number;
	m = module_at(number);
	module_unload(number);
	rule = ((m->rule >> RULE_BITS) + 1) << RULE_BITS | RULE_ACTIVE;
	error = make_lanes(number, rule >> RULE_BITS, wish->lane_count);
	if (error)
		return error;
	describe(m, sw, wish);
	lanes = module_lanes(number, rule);
	if (!lanes) {
		remove_lanes(number, rule);
		return -ENOMEM;
	}
	start_lanes(m, lanes);
	publish(&m->rule, rule);
	set_ruler(sw, number + 1);
	introduce_ports(sw);
	return number;
}

void module_unload(uint32_t number)
{
	struct module *m = module_at(number);

	if (module_state(m->rule) == RULE_NONE)
		return;
	set_ruler(m->sw, 0);
	remove_lanes(number, m->rule);
	publish(&m->rule, with_state(m->rule, RULE_NONE));
	wake_lanes(m);
}

uint32_t module_of_new_switch(const char *sw)
{
	int number = module_find(sw);

	return number < 0 || module_state(module_at(number)->rule) != RULE_ACTIVE ? 0 : number + 1;
}
