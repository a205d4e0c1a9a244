// SPDX-License-Identifier: BSD-2-Clause
//
// libnetmap: ports of netmap for programs that need more than nm_open gives.
//
// A port is opened in steps, each with its undo; nmport_open does them all:
//
//   nmport_new ---- nmport_parse ---- [extmem, offset] ---- nmport_register ---- nmport_mmap
//   nmport_delete   nmport_undo_parse                       nmport_undo_register nmport_undo_mmap
//   '------- nmport_prepare -------'                        '-------- nmport_open_desc --------'
//   '--------------------------------- nmport_open ------------------------------------------'
//
// Calls that return int give 0, or -1 with errno set and a sentence passed to
// the context's error function; calls that return a pointer give NULL in that case.
// A failed step leaves the port as it was before.  A port belongs to one thread at a
// time; ports of one context may be opened by several threads only after
// nmctx_set_threadsafe.
//
// PORT:   netmap:NAME | vale[SWITCH]:[NAME]      SWITCH: letters, digits, underscore
//         then {ID or }ID      one end of pipe ID (such a word)
//         then -N | ^[N] | *   one ring | host rings (or one) | all rings and the host's
//         then /FLAGS          x exclusive, t r monitor tx rx, z zero-copy monitor,
//                              T R tx or rx rings only
//         then @N              in memory region N (flags may follow)
//         then @OPTION:KEY=VALUE,... or @OPTION=VALUE for the key marked *
//           conf    rings slots host-rings tx-rings rx-rings tx-slots rx-slots
//                   host-tx-rings host-rx-rings
//           share   port*: in the memory region of that port
//           extmem  file* if-num if-size ring-num ring-size buf-num buf-size
//           offset  initial* max bits mingap; only after nmport_enable_option("offset")
#ifndef LIBNETMAP_H_
#define LIBNETMAP_H_

#include <net/netmap_user.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct nmctx;
struct nmem_d;
struct nmport_cleanup_d;
struct nmport_d;

// ---- context: memory, messages, locking, mapped regions ----------------------

typedef void (*nmctx_error_cb)(struct nmctx *ctx, const char *message);
typedef void *(*nmctx_malloc_cb)(struct nmctx *ctx, size_t size);
typedef void (*nmctx_free_cb)(struct nmctx *ctx, void *memory);
typedef void (*nmctx_lock_cb)(struct nmctx *ctx, int lock);

struct nmctx {
	int verbose;
	nmctx_error_cb error;   // default: a line on stderr
	nmctx_malloc_cb malloc; // default: malloc
	nmctx_free_cb free;
	nmctx_lock_cb lock;       // NULL: no locking
	struct nmem_d *mem_descs; // regions mapped by ports of this context
};

struct nmctx *nmctx_get(void);
void nmctx_set_default(struct nmctx *ctx);
void nmctx_set_threadsafe(void);
void nmctx_ferror(struct nmctx *ctx, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));
void *nmctx_malloc(struct nmctx *ctx, size_t size);
void nmctx_free(struct nmctx *ctx, void *memory);
void nmctx_lock(struct nmctx *ctx);
void nmctx_unlock(struct nmctx *ctx);

// One mapped region; ports of one region and one context share it.
struct nmem_d {
	uint16_t mem_id;
	int refcount;
	void *mem;
	size_t size;
	int is_extmem; // the program's own memory: never unmapped
	struct nmem_d *next;
	struct nmem_d *prev;
};

// ---- ports ---------------------------------------------------------------------

struct nmport_d {
	struct nmreq_header hdr;
	struct nmreq_register reg;
	struct nmem_d *mem; // NULL until mapped
	struct nmctx *ctx;
	int register_done;
	int mmap_done;
	struct nmreq_opt_extmem *extmem;
	int fd; // -1 until registered
	struct netmap_if *nifp;
	uint16_t first_tx_ring;
	uint16_t last_tx_ring;
	uint16_t first_rx_ring;
	uint16_t last_rx_ring;
	uint16_t cur_tx_ring;
	uint16_t cur_rx_ring;
	struct nmport_cleanup_d *clist;
};

struct nmport_d *nmport_open(const char *portspec);
void nmport_close(struct nmport_d *d);

// Queues a frame of size bytes, without a system call: size, or 0 if all bound
// tx rings are full.  It leaves with the next sync.
int nmport_inject(struct nmport_d *d, const void *buf, size_t size);

struct nmport_d *nmport_prepare(const char *portspec);
void nmport_undo_prepare(struct nmport_d *d);
int nmport_open_desc(struct nmport_d *d);
void nmport_undo_open_desc(struct nmport_d *d);

struct nmport_d *nmport_new(void);
struct nmport_d *nmport_new_with_ctx(struct nmctx *ctx);
void nmport_delete(struct nmport_d *d);
int nmport_parse(struct nmport_d *d, const char *portspec);
void nmport_undo_parse(struct nmport_d *d);
int nmport_register(struct nmport_d *d);
void nmport_undo_register(struct nmport_d *d);
int nmport_mmap(struct nmport_d *d);
void nmport_undo_mmap(struct nmport_d *d);

// A new port, not registered, with the name and register request of d (after
// registration: with d's region) but none of its options.
struct nmport_d *nmport_clone(struct nmport_d *d);

// The region is to lie in size bytes at base, or in a file that is mapped for it;
// nmport_extmem_getinfo gives the pools to fill in before nmport_register.
int nmport_extmem(struct nmport_d *d, void *base, size_t size);
int nmport_extmem_from_file(struct nmport_d *d, const char *path);
struct nmreq_pools_info *nmport_extmem_getinfo(struct nmport_d *d);

// Frames start up to maxoff bytes into their buffers (bits of slot.ptr hold the
// offset, 0 = 64), initial bytes at first, with mingap bytes kept free behind them.
int nmport_offset(struct nmport_d *d, uint64_t initial, uint64_t maxoff, uint64_t bits,
	uint64_t mingap);

// Options by name; "offset" is disabled at first.  A disabled option makes
// nmport_parse fail with EOPNOTSUPP; an unknown name here gives -1 and EOPNOTSUPP.
int nmport_disable_option(const char *name);
int nmport_enable_option(const char *name);

// ---- requests --------------------------------------------------------------------

void nmreq_header_init(struct nmreq_header *hdr, uint16_t reqtype, void *body);

// Decoders take text from *spec on, fill their structure and leave *spec behind what
// they took; on failure *spec and the structure are unchanged, errno is EINVAL.
int nmreq_header_decode(const char **spec, struct nmreq_header *hdr, struct nmctx *ctx);
int nmreq_register_decode(const char **spec, struct nmreq_register *reg, struct nmctx *ctx);

// Region of the port named at *spec (asks the engine), or -1.
int32_t nmreq_get_mem_id(const char **spec, struct nmctx *ctx);

void nmreq_push_option(struct nmreq_header *hdr, struct nmreq_option *option);
void nmreq_remove_option(struct nmreq_header *hdr, struct nmreq_option *option);
struct nmreq_option *nmreq_find_option(struct nmreq_header *hdr, uint32_t reqtype);
void nmreq_free_options(struct nmreq_header *hdr);
const char *nmreq_option_name(uint32_t reqtype);

#define nmreq_foreach_option(hdr, option)                                            \
	for ((option) = (struct nmreq_option *)(uintptr_t)(hdr)->nr_options; (option); \
		(option) = (struct nmreq_option *)(uintptr_t)(option)->nro_next)

// ---- the option part of a port name ------------------------------------------------

#define NMREQ_OPT_MAXKEYS 16

struct nmreq_parse_ctx;
typedef int (*nmreq_opt_parser_cb)(struct nmreq_parse_ctx *parse);

struct nmreq_opt_key {
	const char *key;
	int id; // index into nmreq_parse_ctx.keys
	unsigned int flags;
#define NMREQ_OPTK_ALLOWEMPTY 1U // KEY alone is enough
#define NMREQ_OPTK_MUSTSET 2U
#define NMREQ_OPTK_DEFAULT 4U // a value without KEY= is this key's
};

struct nmreq_opt_parser {
	const char *prefix; // name of the option
	nmreq_opt_parser_cb parse;
	int default_key; // id, or -1
	int nr_keys;
	unsigned int flags;
#define NMREQ_OPTF_DISABLED 1U
#define NMREQ_OPTF_ALLOWEMPTY 2U // the option may come without any key
	struct nmreq_opt_parser *next;
	struct nmreq_opt_key keys[NMREQ_OPT_MAXKEYS];
} __attribute__((__aligned__(16)));

struct nmreq_parse_ctx {
	struct nmctx *ctx;
	void *token;                         // what nmreq_options_decode was given
	const char *keys[NMREQ_OPT_MAXKEYS]; // values by id; NULL = not set
};

// Decodes "@name:key=value,...@name:..." and calls the parser of each option found.
// EINVAL for text that no parser knows, EOPNOTSUPP for a disabled option, or what
// a parser's callback left in errno.
int nmreq_options_decode(const char *options, struct nmreq_opt_parser *parsers, void *token,
	struct nmctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
