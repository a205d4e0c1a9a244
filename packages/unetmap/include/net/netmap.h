// SPDX-License-Identifier: BSD-2-Clause
//
// The contract between a program and a netmap engine: what lies in the shared
// memory, and the requests a descriptor of /dev/netmap takes.  Layouts, names
// and numbers are netmap's, to the byte; tests/abi proves it.
//
// A descriptor that has registered a port maps the port's memory region:
//
//   mmap(fd) ->  +------------------+
//                | netmap_if        |  one for each registered descriptor, at nr_offset
//                |   ring_ofs[] ----+--.   tx, host tx, rx, host rx; 0 = not bound here
//                +------------------+  |   (distances from this netmap_if, in bytes)
//                | netmap_ring      |<-'
//                |   slot[] --------+--.   buf_idx names a buffer
//                +------------------+  |
//                | buffers          |<-'   ring + buf_ofs + buf_idx * nr_buf_size
//                +------------------+
//
// A ring is a circle of num_slots slots with three marks, written as follows:
//
//        head ---------- cur ------------ tail
//         |  program owns  [head .. tail)  |    engine owns [tail .. head)
//
//   head  program  first slot it has not given back; everything before it is released
//   cur   program  the wake-up mark: sleep until tail moves past it; head <= cur <= tail
//   tail  engine   first slot the program must not touch; moves only inside a sync
//
// In a tx ring the program's slots are free space, in an rx ring received frames.
// Locking: none.  A ring belongs to one thread at a time; the engine reads head
// and cur, and writes tail and slots, only inside NIOCTXSYNC, NIOCRXSYNC or poll
// of that ring's descriptors.  Wrong marks never harm anybody else: the engine
// keeps its own copies and ignores a ring until its marks make sense again.
#ifndef _NET_NETMAP_H_
#define _NET_NETMAP_H_

#include <net/if.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/types.h>

#ifndef IFNAMSIZ
#define IFNAMSIZ 16
#endif

#define NETMAP_API 14
#define NETMAP_MIN_API 14
#define NETMAP_MAX_API 15

// Flexible arrays are C's; clang says so in C++ even where __extension__ stands before them.
#if defined(__clang__) && defined(__cplusplus)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc99-extensions"
#endif

#define NM_CACHE_ALIGN 128
#define NETMAP_MAX_FRAGS 64
#define NM_BDG_NAME "vale"
#define NETMAP_DEVICE_NAME "/dev/netmap"

// Fields that only the engine writes are read-only to a C program.  The engine
// itself, which fills them in, is built with NETMAP_RO defined empty; C++ has no
// use for const members of structures that are never constructed.
#ifndef NETMAP_RO
#ifdef __cplusplus
#define NETMAP_RO
#else
#define NETMAP_RO const
#endif
#endif

// ---- shared memory ---------------------------------------------------------

struct netmap_slot {
	uint32_t buf_idx; // program may exchange it, and then sets NS_BUF_CHANGED
	uint16_t len;     // bytes of frame in this buffer
	uint16_t flags;   // NS_*
	uint64_t ptr;     // address with NS_INDIRECT; offset where offset_mask is set
};

#define NS_BUF_CHANGED 0x0001 // buf_idx is not what it was at the last sync
#define NS_REPORT 0x0002      // report completion of this slot promptly
#define NS_FORWARD 0x0004     // rx: pass the frame on to the other side (host, NIC)
#define NS_NO_LEARN 0x0008    // switch: do not learn the source address
#define NS_INDIRECT 0x0010    // switch tx: the frame is at ptr, not in buf_idx
#define NS_MOREFRAG 0x0020    // the frame goes on in the next slot
#define NS_TXMON 0x0040       // monitor: this frame was sent, not received
#define NS_PORT_SHIFT 8
#define NS_PORT_MASK (0xff << NS_PORT_SHIFT)
#define NS_RFRAGS(_slot) (((_slot)->flags >> NS_PORT_SHIFT) & 0xff)

struct netmap_ring {
	NETMAP_RO uint64_t buf_ofs;     // engine; from this ring to buffer 0, bytes
	NETMAP_RO uint32_t num_slots;   // engine
	NETMAP_RO uint32_t nr_buf_size; // engine; bytes
	NETMAP_RO uint16_t ringid;      // engine
	NETMAP_RO uint16_t dir;         // engine; 1 = tx, 0 = rx
	uint32_t head;                  // program
	uint32_t cur;                   // program
	uint32_t tail;                  // engine
	uint32_t flags;                 // program; NR_TIMESTAMP, NR_FORWARD
	struct timeval ts;              // engine; when the last sync of an rx ring was
	NETMAP_RO uint64_t offset_mask; // engine; bits of slot.ptr that are an offset
	uint64_t buf_align;             // engine
	uint8_t sem[128] __attribute__((__aligned__(NM_CACHE_ALIGN)));
	__extension__ struct netmap_slot slot[];
};

#define NR_TIMESTAMP 0x0002
#define NR_FORWARD 0x0004

struct netmap_if {
	char ni_name[IFNAMSIZ];
	NETMAP_RO uint32_t ni_version;       // engine
	NETMAP_RO uint32_t ni_flags;         // engine; NI_*
	NETMAP_RO uint32_t ni_tx_rings;      // engine; without the host's
	NETMAP_RO uint32_t ni_rx_rings;      // engine; without the host's
	uint32_t ni_bufs_head;               // both; first extra buffer, 0 = none left
	NETMAP_RO uint32_t ni_host_tx_rings; // engine
	NETMAP_RO uint32_t ni_host_rx_rings; // engine
	uint32_t ni_spare1[3];
	__extension__ NETMAP_RO ssize_t ring_ofs[];
};

#define NI_PRIV_MEM 0x1 // the region is this port's own

// ---- registration modes and flags ------------------------------------------

enum {
	NR_REG_DEFAULT = 0, // legacy requests: see nr_ringid
	NR_REG_ALL_NIC = 1,
	NR_REG_SW = 2,
	NR_REG_NIC_SW = 3,
	NR_REG_ONE_NIC = 4,
	NR_REG_PIPE_MASTER = 5,
	NR_REG_PIPE_SLAVE = 6,
	NR_REG_NULL = 7,
	NR_REG_ONE_SW = 8
};
#define NR_REG_MASK 0xf

#define NR_MONITOR_TX 0x100
#define NR_MONITOR_RX 0x200
#define NR_ZCOPY_MON 0x400
#define NR_EXCLUSIVE 0x800
#define NR_RX_RINGS_ONLY 0x2000
#define NR_TX_RINGS_ONLY 0x4000
#define NR_ACCEPT_VNET_HDR 0x8000
#define NR_DO_RX_POLL 0x10000
#define NR_NO_TX_POLL 0x20000

// ---- legacy requests: NIOCGINFO, NIOCREGIF ----------------------------------

struct nmreq {
	char nr_name[IFNAMSIZ];
	uint32_t nr_version; // NETMAP_API
	uint32_t nr_offset;  // out: netmap_if in the region
	uint32_t nr_memsize; // out: bytes to map
	uint32_t nr_tx_slots;
	uint32_t nr_rx_slots;
	uint16_t nr_tx_rings;
	uint16_t nr_rx_rings;
	uint16_t nr_ringid; // ring or pipe number, and the NETMAP_* bits below
	uint16_t nr_cmd;    // NETMAP_BDG_*
	uint16_t nr_arg1;
	uint16_t nr_arg2; // memory id
	uint32_t nr_arg3; // extra buffers
	uint32_t nr_flags;
	uint32_t spare2[1];
};

#define NETMAP_HW_RING 0x4000
#define NETMAP_SW_RING 0x2000
#define NETMAP_RING_MASK 0x0fff
#define NETMAP_NO_TX_POLL 0x1000
#define NETMAP_DO_RX_POLL 0x8000

#define NETMAP_BDG_ATTACH 1
#define NETMAP_BDG_DETACH 2
#define NETMAP_BDG_REGOPS 3
#define NETMAP_BDG_LIST 4
#define NETMAP_BDG_VNET_HDR 5
#define NETMAP_BDG_NEWIF 6
#define NETMAP_BDG_DELIF 7
#define NETMAP_PT_HOST_CREATE 8
#define NETMAP_PT_HOST_DELETE 9
#define NETMAP_BDG_POLLING_ON 10
#define NETMAP_BDG_POLLING_OFF 11
#define NETMAP_VNET_HDR_GET 12
#define NETMAP_BDG_HOST 1 // nr_arg1 of NETMAP_BDG_ATTACH: the host rings too

#define NM_IFRDATA_LEN 256

struct nm_ifreq {
	char nifr_name[IFNAMSIZ];
	char data[NM_IFRDATA_LEN];
};

#define NIOCGINFO _IOWR('i', 145, struct nmreq)
#define NIOCREGIF _IOWR('i', 146, struct nmreq)
#define NIOCTXSYNC _IO('i', 148)
#define NIOCRXSYNC _IO('i', 149)
#define NIOCCONFIG _IOWR('i', 150, struct nm_ifreq)
#define NIOCCTRL _IOWR('i', 151, struct nmreq_header)

// ---- requests: NIOCCTRL ------------------------------------------------------
// A header names the port and the request, and points to the request's body and
// to a list of options.  On failure ioctl returns -1 and sets errno; the bodies
// of a failed request hold nothing of use, the options' nro_status tells which
// of them was refused.

#define NETMAP_REQ_IFNAMSIZ 64
#define NETMAP_REQ_MAXSIZE 4096

enum {
	NETMAP_REQ_REGISTER = 1,
	NETMAP_REQ_PORT_INFO_GET = 2,
	NETMAP_REQ_VALE_ATTACH = 3,
	NETMAP_REQ_VALE_DETACH = 4,
	NETMAP_REQ_VALE_LIST = 5,
	NETMAP_REQ_PORT_HDR_SET = 6,
	NETMAP_REQ_PORT_HDR_GET = 7,
	NETMAP_REQ_VALE_NEWIF = 8,
	NETMAP_REQ_VALE_DELIF = 9,
	NETMAP_REQ_VALE_POLLING_ENABLE = 10,
	NETMAP_REQ_VALE_POLLING_DISABLE = 11,
	NETMAP_REQ_POOLS_INFO_GET = 12,
	NETMAP_REQ_SYNC_KLOOP_START = 13,
	NETMAP_REQ_SYNC_KLOOP_STOP = 14,
	NETMAP_REQ_CSB_ENABLE = 15
};

enum {
	NETMAP_REQ_OPT_EXTMEM = 1,
	NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS = 2,
	NETMAP_REQ_OPT_CSB = 3,
	NETMAP_REQ_OPT_SYNC_KLOOP_MODE = 4,
	NETMAP_REQ_OPT_OFFSETS = 5,
	NETMAP_REQ_OPT_MAX = 6
};

struct nmreq_header {
	uint16_t nr_version; // NETMAP_API
	uint16_t nr_reqtype; // NETMAP_REQ_*
	uint32_t nr_reserved;
	char nr_name[NETMAP_REQ_IFNAMSIZ];
	uint64_t nr_options; // struct nmreq_option *, or 0
	uint64_t nr_body;    // struct nmreq_... * of the request
};

struct nmreq_option {
	uint64_t nro_next;    // struct nmreq_option *, or 0
	uint32_t nro_reqtype; // NETMAP_REQ_OPT_*
	uint32_t nro_status;  // out: 0 or an errno
	uint64_t nro_size;    // bytes after this header, for options without a fixed size
};

struct nmreq_register {
	uint64_t nr_offset;  // out: netmap_if in the region
	uint64_t nr_memsize; // out: bytes to map
	uint32_t nr_tx_slots;
	uint32_t nr_rx_slots;
	uint16_t nr_tx_rings;
	uint16_t nr_rx_rings;
	uint16_t nr_host_tx_rings;
	uint16_t nr_host_rx_rings;
	uint16_t nr_mem_id; // in: region wanted, 0 = any; out: region given
	uint16_t nr_ringid; // NR_REG_ONE_*
	uint32_t nr_mode;   // NR_REG_*
	uint32_t nr_extra_bufs;
	uint64_t nr_flags; // NR_* from NR_MONITOR_TX on
};

struct nmreq_port_info_get {
	uint64_t nr_memsize;
	uint32_t nr_tx_slots;
	uint32_t nr_rx_slots;
	uint16_t nr_tx_rings;
	uint16_t nr_rx_rings;
	uint16_t nr_host_tx_rings;
	uint16_t nr_host_rx_rings;
	uint16_t nr_mem_id;
	uint16_t pad[3];
};

struct nmreq_vale_attach {
	struct nmreq_register reg;
	uint32_t port_index; // out
	uint32_t pad1;
};

struct nmreq_vale_detach {
	uint32_t port_index; // out
	uint32_t pad1;
};

// An empty nr_name walks all ports from (nr_bridge_idx, nr_port_idx) on; the
// reply names the one found.  Add 1 to nr_port_idx to go on; ENOENT ends.
struct nmreq_vale_list {
	uint16_t nr_bridge_idx;
	uint16_t pad1;
	uint32_t nr_port_idx;
};

struct nmreq_port_hdr {
	uint32_t nr_hdr_len; // 0, 10 or 12 bytes
	uint32_t pad1;
};

struct nmreq_vale_newif {
	uint32_t nr_tx_slots;
	uint32_t nr_rx_slots;
	uint16_t nr_tx_rings;
	uint16_t nr_rx_rings;
	uint16_t nr_mem_id;
	uint16_t pad1;
};

#define NETMAP_POLLING_MODE_SINGLE_CPU 1
#define NETMAP_POLLING_MODE_MULTI_CPU 2

struct nmreq_vale_polling {
	uint32_t nr_mode; // NETMAP_POLLING_MODE_*
	uint32_t nr_first_cpu_id;
	uint32_t nr_num_polling_cpus;
	uint32_t pad1;
};

struct nmreq_pools_info {
	uint64_t nr_memsize;
	uint16_t nr_mem_id;
	uint16_t pad1[3];
	uint64_t nr_if_pool_offset;
	uint32_t nr_if_pool_objtotal;
	uint32_t nr_if_pool_objsize;
	uint64_t nr_ring_pool_offset;
	uint32_t nr_ring_pool_objtotal;
	uint32_t nr_ring_pool_objsize;
	uint64_t nr_buf_pool_offset;
	uint32_t nr_buf_pool_objtotal;
	uint32_t nr_buf_pool_objsize;
};

struct nmreq_sync_kloop_start {
	uint32_t sleep_us;
	uint32_t pad1;
};

// ---- ring marks outside the rings (sync loops, passthrough) -----------------

struct nm_csb_atok { // program to engine
	uint32_t head;
	uint32_t cur;
	uint32_t appl_need_kick;
	uint32_t sync_flags;
	uint32_t pad[12];
};

struct nm_csb_ktoa { // engine to program
	uint32_t hwcur;
	uint32_t hwtail;
	uint32_t kern_need_kick;
	uint32_t pad[13];
};

// Keeps what was loaded or stored before in front of what is stored after.
static inline void
nm_stst_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

// Keeps what was loaded before in front of what is loaded or stored after.
static inline void
nm_ldld_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

// The program's side of a sync loop.  It releases slots, which it has filled or read,
// by their marks: head goes last, and the loop reads it first, so that the head which
// the loop sees is never ahead of the cur it sees.
static inline void
nm_sync_kloop_appl_write(struct nm_csb_atok *atok, uint32_t cur, uint32_t head)
{
	nm_stst_barrier();
	__atomic_store_n(&atok->cur, cur, __ATOMIC_RELAXED);
	nm_stst_barrier();
	__atomic_store_n(&atok->head, head, __ATOMIC_RELAXED);
}

// And it reads how far the loop has come, before it looks at the slots up to there.
static inline void
nm_sync_kloop_appl_read(struct nm_csb_ktoa *ktoa, uint32_t *hwtail, uint32_t *hwcur)
{
	*hwtail = __atomic_load_n(&ktoa->hwtail, __ATOMIC_RELAXED);
	nm_ldld_barrier();
	*hwcur = __atomic_load_n(&ktoa->hwcur, __ATOMIC_RELAXED);
	nm_ldld_barrier();
}

// ---- options -----------------------------------------------------------------

struct nmreq_opt_sync_kloop_eventfds {
	struct nmreq_option nro_opt;
	__extension__ struct {
		int32_t ioeventfd;
		int32_t irqfd;
	} eventfds[];
};

#define NM_OPT_SYNC_KLOOP_DIRECT_TX 1
#define NM_OPT_SYNC_KLOOP_DIRECT_RX 2

struct nmreq_opt_sync_kloop_mode {
	struct nmreq_option nro_opt;
	uint32_t mode; // NM_OPT_SYNC_KLOOP_*
};

struct nmreq_opt_extmem {
	struct nmreq_option nro_opt;
	uint64_t nro_usrptr;
	struct nmreq_pools_info nro_info;
};

struct nmreq_opt_csb {
	struct nmreq_option nro_opt;
	uint64_t csb_atok; // struct nm_csb_atok *, one for each ring
	uint64_t csb_ktoa; // struct nm_csb_ktoa *, one for each ring
};

struct nmreq_opt_offsets {
	struct nmreq_option nro_opt;
	uint64_t nro_max_offset;
	uint64_t nro_initial_offset;
	uint32_t nro_offset_bits;
	uint32_t nro_tx_align;
	uint64_t nro_min_gap;
};

#if defined(__clang__) && defined(__cplusplus)
#pragma clang diagnostic pop
#endif

#endif
