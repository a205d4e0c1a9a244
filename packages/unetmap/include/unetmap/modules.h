// SPDX-License-Identifier: BSD-2-Clause
//
// How a program gives a switch a VALE module, looks at who has one, and takes it away: NIOCCTRL requests
// more than netmap has.  vale-module is the program; a module's author wants vale_module.h.
// In-kernel netmap answers EINVAL to all of these: there, modules are the kernel's.
#ifndef _UNETMAP_MODULES_H_
#define _UNETMAP_MODULES_H_

#include <net/netmap.h>
#include <stdint.h>
#include <unetmap/vale_module.h>

#define UNETMAP_REQ_MODULE_LOAD 0x5502
#define UNETMAP_REQ_MODULE_SERVE 0x5503
#define UNETMAP_REQ_MODULE_GET 0x5504
#define UNETMAP_REQ_MODULE_UNLOAD 0x5505

#define UNETMAP_MODULE_MAX_LANES 16
#define UNETMAP_MODULE_LAST_WORDS 200

// LOAD: the module of this process rules the switch nr_name ("vale0:"), which need not be there yet,
// until it is unloaded, or the process ends in whatever way.  One a process.
// Fails with EBUSY if another rules the switch, or this process has one already; EINVAL for a name that
// is no switch's, or odd numbers; ENOMEM without room in the region.
// From then on the process cannot sync rings, and a stray write of it into the engine's own memory is a
// fault.
struct unetmap_module_load {
	char name[IFNAMSIZ];
	uint32_t lanes;	      // threads that will serve: 1..UNETMAP_MODULE_MAX_LANES
	uint32_t patience_ms; // senders wait for an answer so long, then the module is off; 0 = for ever
	uint64_t last_words;  // out: char *, UNETMAP_MODULE_LAST_WORDS bytes to say in why the process dies
};

// What a serving thread is about, for whoever asks after it crashed or hung: load each atomically, `doing` first.
struct unetmap_module_place {
	const char *doing; // "lookup", "config", "dtor", or NULL: not in the module
	const struct nm_bdg_fwd *frame; // while in lookup
	const struct netmap_vp_adapter *port;
};

// SERVE: blocks, and calls the module's functions from the calling thread, until the module has ended.
// One thread a lane.  Senders ask lane (processor modulo lanes): bind the thread to those processors.
struct unetmap_module_serve {
	uint32_t lane;
	uint32_t reserved;
	uint64_t module; // const struct vale_module *
	uint64_t place;	 // struct unetmap_module_place *
};

enum {
	UNETMAP_MODULE_RULES = 1,
	UNETMAP_MODULE_UNLOADED = 2,
	UNETMAP_MODULE_HUNG = 3, // a sender waited for longer than its patience
	UNETMAP_MODULE_DIED = 4
};

// GET: the first module at or after `index`, as UNETMAP_REQ_STATS_GET walks ports; ENOENT after the last.
// One that ended stays until another takes the switch, or it is unloaded, which forgets it.
struct unetmap_module {
	uint32_t index; // in: where to look from; out: where it is
	uint32_t state; // UNETMAP_MODULE_*
	char sw[NETMAP_REQ_IFNAMSIZ]; // "vale0"
	char name[IFNAMSIZ];
	int32_t pid;
	uint32_t patience_ms;
	uint64_t frames;  // it was asked about
	uint64_t refused; // it dropped: NM_BDG_NOPORT
	uint64_t nowhere; // it sent to a port that is not there, or back to its own
	uint64_t wild;	  // it returned what is no port, or set what is no ring
	uint32_t last_wild_port;
	uint32_t last_wild_ring;
	char last_words[UNETMAP_MODULE_LAST_WORDS];
};

// UNLOAD: takes the module off the switch nr_name; frames go by learning from then on, including
// those it was being asked about.  ENOENT if there is none.  No body.

#endif
