// SPDX-License-Identifier: BSD-2-Clause
//
// VALE modules: a function of yours decides where a switch sends each frame. One source form: the same
// .c becomes a shared object for unetmap (run by vale-module) and a Linux kernel module for in-kernel
// netmap; packages/unetmap/modules has both recipes, and examples.
//
//	#include <unetmap/vale_module.h>
//
//	static uint32_t
//	first_port(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na, void *private_data)
//	{
//		return na->bdg_port == 0 ? NM_BDG_BROADCAST : 0;
//	}
//	static struct netmap_bdg_ops ops = {.lookup = first_port, .name = "first"};
//	VALE_MODULE(ops, NULL, NULL, NULL)
//
// lookup   returns the number of a port on the switch (vale-ctl lists them), NM_BDG_BROADCAST for
//          all but the sender, or NM_BDG_NOPORT to drop the frame.  *ring_nr is the ring it was
//          sent on, and may be changed to the ring it shall arrive on (0..15; taken modulo the
//          receiver's rings).  A port that is not there, and the sender's own, drop it too.
//          ft is the frame's first slot: ft_frags slots in all; see vale_module_bytes below.
//          In the kernel, lookups of several senders run at the same time; here one after the other.
// config   gets the message of an ioctl(NIOCCONFIG), `vale-module config`: a name and 256 bytes, which it
//          may change; they go back to the caller.  0 or a positive errno.  May be NULL.
// dtor     a port has left the switch.  May be NULL.
// name     at most 15 characters.
#ifndef _UNETMAP_VALE_MODULE_H_
#define _UNETMAP_VALE_MODULE_H_

#ifdef __KERNEL__
#include <linux/module.h>
#include <linux/slab.h>

#include <bsd_glue.h>
#include <net/netmap.h>
#include <dev/netmap/netmap_kern.h>
#include <dev/netmap/netmap_bdg.h>

// start: before anything else, 0 or a positive errno; stop: after everything else; both may be NULL.
#define VALE_MODULE(bdg_ops, private, start, stop)                                             \
	static char *vale_module_switch = "vale0:";                                            \
	module_param_named(vale, vale_module_switch, charp, 0444);                             \
	MODULE_PARM_DESC(vale, "the switch to rule, which must have a port");                  \
	static int __init vale_module_init(void)                                               \
	{                                                                                      \
		int (*begin)(void) = (start);                                                  \
		void (*end)(void) = (stop);                                                    \
		int error = begin ? begin() : 0;                                               \
                                                                                               \
		if (error)                                                                     \
			return -error;                                                         \
		error = netmap_bdg_regops(vale_module_switch, &(bdg_ops), (private), NULL);    \
		if (error && end)                                                              \
			end();                                                                 \
		return -error;                                                                 \
	}                                                                                      \
	static void __exit vale_module_exit(void)                                              \
	{                                                                                      \
		void (*end)(void) = (stop);                                                    \
                                                                                               \
		netmap_bdg_regops(vale_module_switch, NULL, NULL, NULL);                       \
		if (end)                                                                       \
			end();                                                                 \
	}                                                                                      \
	module_init(vale_module_init);                                                         \
	module_exit(vale_module_exit);                                                         \
	MODULE_LICENSE("Dual BSD/GPL");

#define vale_module_say(format, ...) pr_info(format "\n", ##__VA_ARGS__)
#define vale_module_alloc(bytes) kvzalloc(bytes, GFP_KERNEL)
#define vale_module_free(memory) kvfree(memory)
#define vale_module_copyin(from, to, bytes) copyin(from, to, bytes)

#else
#include <arpa/inet.h>
#include <errno.h>
#include <net/netmap.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NM_BDG_MAXPORTS 254
#define NM_BDG_BROADCAST NM_BDG_MAXPORTS
#define NM_BDG_NOPORT (NM_BDG_MAXPORTS + 1)

// Of a slot. What netmap's has besides is its own.
struct nm_bdg_fwd {
	void *ft_buf;
	uint8_t ft_frags;   // slots of the frame; on its first slot only
	uint16_t ft_offset; // where the Ethernet header begins: behind a virtio-net header
	uint16_t ft_flags;  // NS_INDIRECT, NS_MOREFRAG
	uint16_t ft_len;
	uint16_t ft_next;
};

// Of a port, likewise. All but last_smac is to be read only.
struct netmap_adapter {
	char name[64]; // "vale0:a"
	uint32_t num_tx_rings, num_rx_rings;
	uint32_t virt_hdr_len;
};

struct netmap_vp_adapter {
	struct netmap_adapter up;
	int bdg_port;
	uint64_t last_smac; // the module's, to use as it likes
};

typedef uint32_t (*bdg_lookup_fn_t)(struct nm_bdg_fwd *ft, uint8_t *ring_nr,
	struct netmap_vp_adapter *na, void *private_data);
typedef int (*bdg_config_fn_t)(struct nm_ifreq *message);
typedef void (*bdg_dtor_fn_t)(const struct netmap_vp_adapter *na);

struct netmap_bdg_ops {
	bdg_lookup_fn_t lookup;
	bdg_config_fn_t config;
	bdg_dtor_fn_t dtor;
	char name[IFNAMSIZ];
};

// What vale-module looks for in the shared object.
#define VALE_MODULE_SYMBOL "unetmap_vale_module"
#define VALE_MODULE_MAGIC 0x656c6176u
#define VALE_MODULE_ABI 1u

struct vale_module {
	uint32_t magic;
	uint32_t abi; // of everything above
	struct netmap_bdg_ops *ops;
	void *private_data;
	int (*start)(void);
	void (*stop)(void);
};

#define VALE_MODULE(bdg_ops, private, start, stop)                                                  \
	extern __attribute__((visibility("default"))) const struct vale_module unetmap_vale_module; \
	const struct vale_module unetmap_vale_module = {VALE_MODULE_MAGIC, VALE_MODULE_ABI,         \
		&(bdg_ops), (private), (start), (stop)};

#define vale_module_say(format, ...) fprintf(stderr, format "\n", ##__VA_ARGS__)
#define vale_module_alloc(bytes) calloc(1, bytes)
#define vale_module_free(memory) free(memory)
#define vale_module_copyin(from, to, bytes) (memcpy(to, from, bytes), 0)

#ifdef __cplusplus
}
#endif
#endif // __KERNEL__

// The first `bytes` bytes of the frame, from its Ethernet header on, or NULL if its first slot does not
// have as many. `room` has space for them: it is used if they cannot be read where they are.
static inline const uint8_t *
vale_module_bytes(const struct nm_bdg_fwd *ft, void *room, unsigned int bytes)
{
	const uint8_t *frame = (const uint8_t *)ft->ft_buf + ft->ft_offset;

	if (ft->ft_len < ft->ft_offset + bytes)
		return NULL;
	if (!(ft->ft_flags & NS_INDIRECT))
		return frame;
	return vale_module_copyin(frame, room, bytes) ? NULL : (const uint8_t *)room;
}

#endif
