// SPDX-License-Identifier: BSD-2-Clause
//
// Requests: one function each, in one table (request.c). A function sees copies: the program's
// memory is read and written by request.c alone.
#ifndef UNETMAP_CONTROL_REQUEST_H_
#define UNETMAP_CONTROL_REQUEST_H_

#include <net/netmap.h>
#include <stdint.h>

#include "control/options.h"
#include "core/segment.h"

struct request {
	uint16_t desc; // on which it came
	char name[PORT_NAME_BYTES + 1];
	void *body; // in and out; written back if the function returns 0
	struct options *options;
};

// The kernel's NIOCCTRL, NIOCREGIF, NIOCGINFO. `argument` is the program's pointer.
int request_handle(uint16_t desc, uint64_t argument);
int legacy_register(uint16_t desc, uint64_t argument);
int legacy_info(uint16_t desc, uint64_t argument);

// The functions: 0 or -errno; with the control lock held.
int request_register(struct request *r);
int request_port_info(struct request *r);
int request_pools_info(struct request *r);
int request_vale_attach(struct request *r);
int request_vale_detach(struct request *r);
int request_vale_list(struct request *r);
int request_vale_newif(struct request *r);
int request_vale_delif(struct request *r);
int request_vale_polling_enable(struct request *r);
int request_vale_polling_disable(struct request *r);
int request_port_hdr_set(struct request *r);
int request_port_hdr_get(struct request *r);
int request_stats(struct request *r);
int request_csb_enable(struct request *r);
int request_ring_get(struct request *r);
int request_hold(struct request *r);

// These two without the lock: they wait.
int request_kloop_start(struct request *r);
int request_kloop_stop(struct request *r);

int request_module_load(struct request *r);
int request_module_serve(struct request *r); // without the control lock
int request_module_get(struct request *r);
int request_module_unload(struct request *r);

int request_passthrough_get(struct request *r);
int request_passthrough_serve(struct request *r); // without the control lock

// NIOCCONFIG: a message for the module of a switch.
int module_config(uint64_t argument);

#endif
