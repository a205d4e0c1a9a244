// SPDX-License-Identifier: BSD-2-Clause
//
// Requests about VALE modules, and the message for one.
#include <errno.h>
#include <string.h>
#include <unetmap/modules.h>

#include "control/entry.h"
#include "control/request.h"
#include "core/barriers.h"
#include "core/region.h"
#include "core/user_memory.h"
#include "ports/module.h"

// The module that this process runs; rule 0 = none.
static uint32_t own_number, own_rule;

// "vale0:" or "vale0" to "vale0". 0 or -EINVAL.
static int switch_name(const char *name, char sw[PORT_NAME_BYTES])
{
	const size_t length = strcspn(name, ":");

	if (strncmp(name, NM_BDG_NAME, strlen(NM_BDG_NAME)) || name[length + (name[length] == ':')] ||
	    length == strlen(NM_BDG_NAME) || length >= IFNAMSIZ - 1)
		return -EINVAL;
	memset(sw, 0, PORT_NAME_BYTES);
	memcpy(sw, name, length);
	return 0;
}

int request_module_load(struct request *r)
{
	struct unetmap_module_load *load = r->body;
	struct module wish = {.lane_count = load->lanes, .patience_ms = load->patience_ms};
	char sw[PORT_NAME_BYTES];
	int number;

	if (switch_name(r->name, sw) || !load->name[0] || load->lanes < 1 || load->lanes > MAX_LANES)
		return -EINVAL;
	if (own_rule && module_at(own_number)->rule == own_rule)
		return -EBUSY;
	memcpy(wish.name, load->name, sizeof wish.name);
	number = module_load(sw, &wish);
	if (number < 0)
		return number;
	own_number = number;
	own_rule = module_at(number)->rule;
	load->last_words = (uintptr_t)module_lanes(number, own_rule)->last_words;
	region_guard();
	return 0;
}

int request_module_serve(struct request *r)
{
	const struct unetmap_module_serve *serve = r->body;

	if (!own_rule || !serve->module || !serve->place)
		return -EINVAL;
	return module_serve(own_number, own_rule, serve->lane,
			    (const struct vale_module *)(uintptr_t)serve->module,
			    (struct unetmap_module_place *)(uintptr_t)serve->place);
}

static void count(const struct module *m, struct unetmap_module *out)
{
	for (uint32_t i = 0; i < MAX_LANES; i++) {
		out->frames += glance(&m->lanes[i].frames);
		out->refused += glance(&m->lanes[i].refused);
		out->nowhere += glance(&m->lanes[i].nowhere);
		out->wild += glance(&m->lanes[i].wild);
	}
}

static void describe(const struct module *m, struct unetmap_module *out)
{
	out->state = module_state(m->rule);
	memcpy(out->sw, m->sw, sizeof out->sw);
	memcpy(out->name, m->name, sizeof out->name);
	memcpy(out->last_words, m->last_words, sizeof out->last_words);
	out->pid = m->pid;
	out->patience_ms = m->patience_ms;
	out->last_wild_port = m->last_wild & 0xffff;
	out->last_wild_ring = m->last_wild >> LANE_RING_SHIFT;
	count(m, out);
}

int request_module_get(struct request *r)
{
	struct unetmap_module *out = r->body;

	for (uint32_t index = out->index; index < MAX_SWITCHES; index++) {
		if (module_state(module_at(index)->rule) == RULE_NONE)
			continue;
		memset(out, 0, sizeof *out);
		out->index = index;
		describe(module_at(index), out);
		return 0;
	}
	return -ENOENT;
}

int request_module_unload(struct request *r)
{
	char sw[PORT_NAME_BYTES];
	int number = switch_name(r->name, sw) ? -EINVAL : module_find(sw);

	if (number >= 0)
		module_unload(number);
	return number < 0 ? number : 0;
}

static int config_target(const char *name)
{
	char sw[PORT_NAME_BYTES];
	int number = -EINVAL;

	control_enter();
	if (!switch_name(name, sw))
		number = module_find(sw);
	control_leave();
	return number;
}

int module_config(uint64_t argument)
{
	struct nm_ifreq message;
	char name[IFNAMSIZ + 1] = "";
	int number, error;

	if (copy_from_user(&message, argument, sizeof message))
		return -EFAULT;
	memcpy(name, message.nifr_name, IFNAMSIZ);
	number = config_target(name);
	if (number < 0)
		return -EINVAL;
	error = ask_config(number, &message, sizeof message);
	return error ? error : copy_to_user(argument, &message, sizeof message);
}
