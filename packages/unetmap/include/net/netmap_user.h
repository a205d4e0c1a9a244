// SPDX-License-Identifier: BSD-2-Clause
//
// How a program walks the memory that netmap.h describes, copies frames and
// prints a line, and, if NETMAP_WITH_LIBS is defined before the include, a small
// library around one port: nm_open, nm_mmap, nm_close, nm_inject, nm_dispatch, nm_nextpkt.
// Larger programs use libnetmap.h, which this header does not need.
#ifndef _NET_NETMAP_USER_H_
#define _NET_NETMAP_USER_H_

// Programs rely on getting these from here, whether or not this header needs them.
#include <ctype.h>
#include <net/netmap.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

#define _NETMAP_OFFSET(type, ptr, offset) ((type)(void *)((char *)(ptr) + (offset)))

#define NETMAP_IF(_base, _ofs) _NETMAP_OFFSET(struct netmap_if *, _base, _ofs)

#define NETMAP_TXRING(nifp, index) \
	_NETMAP_OFFSET(struct netmap_ring *, nifp, (nifp)->ring_ofs[index])

#define NETMAP_RXRING(nifp, index)                   \
	_NETMAP_OFFSET(struct netmap_ring *, nifp,   \
		(nifp)->ring_ofs[(index) + (nifp)->ni_tx_rings + (nifp)->ni_host_tx_rings])

#define NETMAP_BUF(ring, index) \
	((char *)(ring) + (ring)->buf_ofs + (size_t)(index) * (ring)->nr_buf_size)

#define NETMAP_BUF_IDX(ring, buf) \
	(((char *)(buf) - ((char *)(ring) + (ring)->buf_ofs)) / (ring)->nr_buf_size)

#define NETMAP_ROFFSET(ring, slot) ((slot)->ptr & (ring)->offset_mask)

#define NETMAP_WOFFSET(ring, slot, offset)                           \
	do {                                                         \
		(slot)->ptr = ((slot)->ptr & ~(ring)->offset_mask) | \
			((offset) & (ring)->offset_mask);            \
	} while (0)

#define NETMAP_BUF_OFFSET(ring, slot) \
	(NETMAP_BUF(ring, (slot)->buf_idx) + NETMAP_ROFFSET(ring, slot))

static inline uint32_t
nm_ring_next(struct netmap_ring *ring, uint32_t i)
{
	return unlikely(i + 1 == ring->num_slots) ? 0 : i + 1;
}

// Are there slots that were sent but are not free again?  Sync until there are none
// before closing a port whose last frames matter.
static inline int
nm_tx_pending(struct netmap_ring *ring)
{
	return nm_ring_next(ring, ring->tail) != ring->head;
}

// Slots the program owns: free ones on tx, received ones on rx.
static inline uint32_t
nm_ring_space(struct netmap_ring *ring)
{
	uint32_t tail = ring->tail, head = ring->head;

	return tail >= head ? tail - head : tail + ring->num_slots - head;
}

static inline int
nm_ring_empty(struct netmap_ring *ring)
{
	return ring->head == ring->tail;
}

// ---- copying and printing ----------------------------------------------------

static inline void
nm_pkt_copy(const void *src, void *dst, int len)
{
	memcpy(dst, src, (size_t)len);
}

// One line on stderr: seconds modulo 1000, function, source line, and the text.
__attribute__((__format__(__printf__, 3, 4), __unused__)) static void
nm_log_line(const char *function, int line, const char *format, ...)
{
	struct timeval now;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	gettimeofday(&now, NULL);
	fprintf(stderr, "%03d.%06d %s [%d] %s\n", (int)(now.tv_sec % 1000), (int)now.tv_usec,
		function, line, text);
}

#ifndef D
#define D(...) nm_log_line(__func__, __LINE__, __VA_ARGS__)
#endif
#ifndef ND
#define ND(...) \
	do {    \
	} while (0)
#endif
#ifndef RD // at most `lps` lines a second
#define RD(lps, ...)                                        \
	do {                                                \
		static time_t rd_second_;                   \
		static int rd_lines_;                       \
		struct timeval rd_now_;                     \
		gettimeofday(&rd_now_, NULL);               \
		if (rd_second_ != rd_now_.tv_sec) {         \
			rd_second_ = rd_now_.tv_sec;        \
			rd_lines_ = 0;                      \
		}                                           \
		if (rd_lines_++ < (lps)) D(__VA_ARGS__);    \
	} while (0)
#endif

#endif

// The library has a guard of its own, so that the order of includes does not matter.
#if defined(NETMAP_WITH_LIBS) && !defined(_NET_NETMAP_USER_LIBS_)
#define _NET_NETMAP_USER_LIBS_

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct nm_desc;

struct nm_pkthdr {
	struct timeval ts;
	uint32_t caplen;
	uint32_t len;
	uint64_t flags; // NM_MORE_PKTS
	struct nm_desc *d;
	struct netmap_slot *slot; // first slot of the frame
	uint8_t *buf;
};

#define NM_MORE_PKTS 1 // nm_dispatch calls again right after this frame

struct nm_stat {
	uint32_t ps_recv;
	uint32_t ps_drop;
	uint32_t ps_ifdrop;
};

#define NM_ERRBUF_SIZE 512
#define MAXERRMSG 80

// One port, as nm_open leaves it.  The program reads all of it and may move
// cur_tx_ring and cur_rx_ring; the rest is nm_open's and nm_mmap's to write.
struct nm_desc {
	struct nm_desc *self; // this descriptor, while it is a live one
	int fd;
	void *mem;
	uint64_t memsize;
	int done_mmap; // this descriptor owns the mapping
	struct netmap_if *nifp;
	uint16_t first_tx_ring, last_tx_ring, cur_tx_ring;
	uint16_t first_rx_ring, last_rx_ring, cur_rx_ring;
	struct nmreq req;
	struct nm_pkthdr hdr;
	struct netmap_ring *some_ring; // any ring of the region, for NETMAP_BUF
	void *buf_start;
	void *buf_end;
	int snaplen;
	int promisc;
	int to_ms;
	char *errbuf;
	uint32_t if_flags;
	uint32_t if_reqcap;
	uint32_t if_curcap;
	struct nm_stat st;
	char msg[NM_ERRBUF_SIZE];
};

// Flags of nm_open; NETMAP_NO_TX_POLL and NETMAP_DO_RX_POLL may be among them.
enum {
	NM_OPEN_NO_MMAP = 0x040000,
	NM_OPEN_IFNAME = 0x080000, // name, ring and flags from the parent
	NM_OPEN_ARG1 = 0x100000,   // nr_arg1 from the parent, and so on
	NM_OPEN_ARG2 = 0x200000,
	NM_OPEN_ARG3 = 0x400000,
	NM_OPEN_RING_CFG = 0x800000 // numbers of rings and slots from the parent
};

#define P2NMD(p) ((const struct nm_desc *)(p))
#define IS_NETMAP_DESC(d) ((d) && P2NMD(d)->self == P2NMD(d))
#define NETMAP_FD(d) (P2NMD(d)->fd)

typedef void (*nm_cb_t)(unsigned char *user, const struct nm_pkthdr *hdr, const unsigned char *buf);

// ---- port names ---------------------------------------------------------------
// netmap:NAME or vale[SWITCH]:[NAME], then at most one of -N ^ * {N }N, then any
// of /FLAGS of xztrRT and @MEMORY.

static inline int
nm_name_char(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static inline const char *
nm_skip_name_chars(const char *s)
{
	while (nm_name_char(*s))
		s++;
	return s;
}

// Whether what begins at s and ends before e can be a part of a port's name.
static inline int
nm_is_identifier(const char *s, const char *e)
{
	while (s != e && nm_name_char(*s))
		s++;
	return s == e;
}

// End of the port's bare name, or NULL if it is malformed.
static inline const char *
nm_parse_bare_name(const char *name)
{
	if (*name != 'v')
		return name + strcspn(name, "-*^{}/@");
	name = nm_skip_name_chars(name + 4);
	if (*name != ':')
		return NULL;
	return nm_skip_name_chars(name + 1);
}

// A number, from min to max, at s, which must not be the end of the name. Returns
// the first character after it, or NULL.
static inline const char *
nm_parse_number(const char *s, long min, long max, long *number)
{
	char *end;

	if (*s == '\0')
		return NULL;
	*number = strtol(s, &end, 10);
	return *number < min || *number > max ? NULL : end;
}

static inline uint32_t
nm_ring_suffix_mode(int c)
{
	switch (c) {
	case '-': return NR_REG_ONE_NIC;
	case '^': return NR_REG_SW;
	case '*': return NR_REG_NIC_SW;
	case '{': return NR_REG_PIPE_MASTER;
	case '}': return NR_REG_PIPE_SLAVE;
	default: return NR_REG_ALL_NIC;
	}
}

static inline const char *
nm_parse_ring_suffix(const char *s, struct nmreq *req)
{
	uint32_t mode = nm_ring_suffix_mode(*s);
	long ring = 0;

	req->nr_flags |= mode;
	if (mode == NR_REG_ALL_NIC)
		return s;
	if (mode == NR_REG_SW || mode == NR_REG_NIC_SW)
		return s + 1;
	s = nm_parse_number(s + 1, 0, NETMAP_RING_MASK - 1, &ring);
	req->nr_ringid |= (uint16_t)ring;
	return s;
}

static inline uint32_t
nm_letter_flag(int c)
{
	switch (c) {
	case 'x': return NR_EXCLUSIVE;
	case 'z': return NR_ZCOPY_MON;
	case 't': return NR_MONITOR_TX;
	case 'r': return NR_MONITOR_RX;
	case 'R': return NR_RX_RINGS_ONLY;
	case 'T': return NR_TX_RINGS_ONLY;
	default: return 0;
	}
}

static inline const char *
nm_parse_flag_letters(const char *s, struct nmreq *req)
{
	if (*s == '\0')
		return NULL;
	for (; *s != '\0' && *s != '@'; s++) {
		if (nm_letter_flag(*s) == 0)
			return NULL;
		req->nr_flags |= nm_letter_flag(*s);
	}
	return s;
}

// A memory id that the name does not give is none, whatever nr_arg2 was.
static inline const char *
nm_parse_memory(const char *s, struct nmreq *req)
{
	long memory = 0;

	s = req->nr_arg2 != 0 ? NULL : nm_parse_number(s, 1, LONG_MAX, &memory);
	req->nr_arg2 = (uint16_t)memory;
	return s;
}

static inline const char *
nm_parse_options(const char *s, struct nmreq *req)
{
	req->nr_arg2 = 0;
	while (s && *s != '\0') {
		if (*s == '/')
			s = nm_parse_flag_letters(s + 1, req);
		else
			s = *s == '@' ? nm_parse_memory(s + 1, req) : NULL;
	}
	return s;
}

// Fills nr_name, nr_ringid, nr_flags and nr_arg2.  Returns 0, or -1 with the
// reason in err (of MAXERRMSG bytes, or NULL) and errno EINVAL, or ERANGE for a number
// that is none.
static inline int
nm_parse(const char *name, struct nm_desc *d, char *err)
{
	const char *bare = strncmp(name, "netmap:", 7) == 0 ? name + 7 : name;
	const char *end = bare == name ? nm_parse_bare_name(bare) : bare + strcspn(bare, "-*^{}/@");
	struct nmreq req = d->req;
	const char *s = NULL;

	errno = 0;
	if (end && (size_t)(end - bare) < sizeof(req.nr_name)) {
		memset(req.nr_name, 0, sizeof(req.nr_name));
		memcpy(req.nr_name, bare, (size_t)(end - bare));
		s = nm_parse_ring_suffix(end, &req);
	}
	if (s && nm_parse_options(s, &req)) {
		d->req = req;
		return 0;
	}
	if (errno == 0)
		errno = EINVAL;
	if (err)
		snprintf(err, MAXERRMSG, "malformed port name '%.40s'", name);
	return -1;
}

// ---- open, map, close -----------------------------------------------------------

// Returns 0, or EINVAL if d is no live descriptor.
static inline int
nm_close(struct nm_desc *d)
{
	if (!IS_NETMAP_DESC(d))
		return EINVAL;
	d->self = NULL;
	if (d->done_mmap && d->mem)
		munmap(d->mem, d->memsize);
	if (d->fd != -1)
		close(d->fd);
	free(d);
	return 0;
}

static inline void
nm_find_some_ring(struct nm_desc *d)
{
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, d->first_rx_ring);

	if ((void *)ring == (void *)d->nifp) // no rx ring is bound
		ring = NETMAP_TXRING(d->nifp, d->first_tx_ring);
	d->some_ring = ring;
	d->buf_start = NETMAP_BUF(ring, 0);
	d->buf_end = (char *)d->mem + d->memsize;
}

// Maps the region, or takes over the parent's mapping if the region is the same
// one; the parent must then outlive d.  Returns 0, or EINVAL, or -1 with errno.
static inline int
nm_mmap(struct nm_desc *d, const struct nm_desc *parent)
{
	void *mem;

	if (!IS_NETMAP_DESC(d))
		return EINVAL;
	if (d->mem)
		return 0;
	if (IS_NETMAP_DESC(parent) && parent->mem && parent->req.nr_arg2 == d->req.nr_arg2) {
		d->mem = parent->mem;
		d->memsize = parent->memsize;
	} else {
		mem = mmap(NULL, d->req.nr_memsize, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, 0);
		if (mem == MAP_FAILED)
			return -1;
		d->mem = mem;
		d->memsize = d->req.nr_memsize;
		d->done_mmap = 1;
	}
	d->nifp = NETMAP_IF(d->mem, d->req.nr_offset);
	nm_find_some_ring(d);
	return 0;
}

enum { NM_DEFAULT_ARG1 = 4 };

// What is not taken from the parent is not taken from the caller's request either.
static inline void
nm_import_from_parent(struct nmreq *req, const struct nmreq *from, uint64_t flags)
{
	if (flags == 0)
		return;
	req->nr_arg1 = flags & NM_OPEN_ARG1 ? from->nr_arg1 : (uint16_t)NM_DEFAULT_ARG1;
	if (flags & NM_OPEN_ARG2)
		req->nr_arg2 = from->nr_arg2;
	req->nr_arg3 = flags & NM_OPEN_ARG3 ? from->nr_arg3 : 0;
	if (flags & NM_OPEN_RING_CFG) {
		req->nr_tx_slots = from->nr_tx_slots;
		req->nr_rx_slots = from->nr_rx_slots;
		req->nr_tx_rings = from->nr_tx_rings;
		req->nr_rx_rings = from->nr_rx_rings;
	}
	if (flags & NM_OPEN_IFNAME) {
		memcpy(req->nr_name, from->nr_name, sizeof(req->nr_name));
		req->nr_ringid = from->nr_ringid;
		req->nr_flags = from->nr_flags;
	}
}

static inline void
nm_bind_range(struct nm_desc *d, uint16_t tx_first, uint16_t tx_last, uint16_t rx_first,
	uint16_t rx_last)
{
	d->first_tx_ring = d->cur_tx_ring = tx_first;
	d->last_tx_ring = tx_last;
	d->first_rx_ring = d->cur_rx_ring = rx_first;
	d->last_rx_ring = rx_last;
}

// Which rings the registration just made covers.  The host's come after the NIC's.
static inline void
nm_bind_rings(struct nm_desc *d)
{
	uint16_t one = d->req.nr_ringid & NETMAP_RING_MASK;
	uint16_t tx = d->req.nr_tx_rings, rx = d->req.nr_rx_rings;

	switch (d->req.nr_flags & NR_REG_MASK) {
	case NR_REG_SW: nm_bind_range(d, tx, tx, rx, rx); break;
	case NR_REG_NIC_SW: nm_bind_range(d, 0, tx, 0, rx); break;
	case NR_REG_ALL_NIC: nm_bind_range(d, 0, (uint16_t)(tx - 1), 0, (uint16_t)(rx - 1)); break;
	case NR_REG_ONE_NIC: nm_bind_range(d, one, one, one, one); break;
	default: nm_bind_range(d, 0, 0, 0, 0); break;
	}
}

static inline int
nm_register(struct nm_desc *d, uint64_t flags)
{
	d->req.nr_version = NETMAP_API;
	d->req.nr_ringid |= flags & (NETMAP_NO_TX_POLL | NETMAP_DO_RX_POLL);
	if (ioctl(d->fd, NIOCREGIF, &d->req) == -1)
		return -1;
	nm_bind_rings(d);
	return 0;
}

static inline int
nm_fill_request(struct nm_desc *d, const char *name, const struct nmreq *req, uint64_t flags,
	const struct nm_desc *parent)
{
	if (req)
		d->req = *req;
	d->req.nr_ringid &= NETMAP_RING_MASK;
	if (!(flags & NM_OPEN_IFNAME) && nm_parse(name, d, d->msg) == -1)
		return -1;
	if (IS_NETMAP_DESC(parent))
		nm_import_from_parent(&d->req, &parent->req, flags);
	return 0;
}

// Opens and registers a port and maps its region.  req (or NULL) gives numbers of
// rings and slots, memory id and extra buffers to ask for; parent (or NULL) is an
// open port whose mapping is shared if both are in one region.  On failure returns
// NULL and sets errno: 0 if the name is of no netmap kind at all, EINVAL if
// it is malformed, else what the engine said.
static inline struct nm_desc *
nm_open(const char *name, const struct nmreq *req, uint64_t flags, const struct nm_desc *parent)
{
	struct nm_desc *d;
	int error, map = !(flags & NM_OPEN_NO_MMAP) || IS_NETMAP_DESC(parent);

	if (strncmp(name, "netmap:", 7) != 0 && strncmp(name, NM_BDG_NAME, 4) != 0) {
		errno = 0;
		return NULL;
	}
	d = (struct nm_desc *)calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->self = d;
	d->fd = -1;
	if (nm_fill_request(d, name, req, flags, parent) == 0 &&
		(d->fd = open(NETMAP_DEVICE_NAME, O_RDWR)) != -1 && nm_register(d, flags) == 0 &&
		(!map || nm_mmap(d, parent) == 0))
		return d;
	error = errno;
	nm_close(d);
	errno = error;
	return NULL;
}

// ---- send and receive -----------------------------------------------------------

// Puts one frame of size bytes, in as many slots as it needs, into ring: size, or 0
// if there is not enough room.
static inline int
nm_inject_ring(struct netmap_ring *ring, const char *buf, size_t size)
{
	size_t part, need = size ? (size + ring->nr_buf_size - 1) / ring->nr_buf_size : 1, left = size;
	struct netmap_slot *slot;
	uint32_t head = ring->head;

	if (nm_ring_space(ring) < need)
		return 0;
	for (; need > 0; need--, head = nm_ring_next(ring, head)) {
		slot = &ring->slot[head];
		part = left < ring->nr_buf_size ? left : ring->nr_buf_size;
		nm_pkt_copy(buf, NETMAP_BUF(ring, slot->buf_idx), (int)part);
		slot->len = (uint16_t)part;
		slot->flags = need > 1 ? NS_MOREFRAG : 0;
		buf += part;
		left -= part;
	}
	ring->head = ring->cur = head;
	return (int)size;
}

// Queues one frame on the first bound tx ring with room, without a system call;
// it leaves with the next sync.  Returns size, or 0 if all rings are full.
static inline int
nm_inject(struct nm_desc *d, const void *buf, size_t size)
{
	int i, rings = d->last_tx_ring - d->first_tx_ring + 1;
	uint16_t at = d->cur_tx_ring;

	for (i = 0; i < rings; i++, at++) {
		if (at > d->last_tx_ring)
			at = d->first_tx_ring;
		if (nm_inject_ring(NETMAP_TXRING(d->nifp, at), (const char *)buf, size)) {
			d->cur_tx_ring = at;
			return (int)size;
		}
	}
	return 0;
}

// The next bound rx ring, from cur_rx_ring on, that holds something, or NULL.
static inline struct netmap_ring *
nm_next_rx_ring(struct nm_desc *d)
{
	int i, rings = d->last_rx_ring - d->first_rx_ring + 1;
	uint16_t at = d->cur_rx_ring;
	struct netmap_ring *ring;

	for (i = 0; i < rings; i++, at++) {
		if (at > d->last_rx_ring)
			at = d->first_rx_ring;
		ring = NETMAP_RXRING(d->nifp, at);
		if (nm_ring_empty(ring))
			continue;
		d->cur_rx_ring = at;
		return ring;
	}
	return NULL;
}

// Takes the next received slot without a system call: its bytes, valid until the
// next sync, or NULL.  A frame of several slots comes slot by slot
// (hdr->slot->flags has NS_MOREFRAG).
static inline unsigned char *
nm_nextpkt(struct nm_desc *d, struct nm_pkthdr *hdr)
{
	struct netmap_ring *ring = nm_next_rx_ring(d);
	struct netmap_slot *slot;

	if (!ring)
		return NULL;
	slot = &ring->slot[ring->head];
	hdr->ts = ring->ts;
	hdr->len = hdr->caplen = slot->len;
	hdr->flags = 0;
	hdr->d = d;
	hdr->slot = slot;
	hdr->buf = (uint8_t *)NETMAP_BUF_OFFSET(ring, slot);
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
	return hdr->buf;
}

// How far the frame that starts in first goes on from ring->head: the slot after its
// end; *size is raised by the bytes found.
static inline uint32_t
nm_frame_end(struct netmap_ring *ring, const struct netmap_slot *first, uint32_t *size)
{
	const struct netmap_slot *slot = first;
	uint32_t at = ring->head;

	while ((slot->flags & NS_MOREFRAG) && at != ring->tail) {
		slot = &ring->slot[at];
		*size += slot->len;
		at = nm_ring_next(ring, at);
	}
	return at;
}

// Joins the frame that starts in hdr with the slots that follow it in the ring.
// Returns the new memory (to be freed), or NULL if there is none: hdr is as it was.
static inline uint8_t *
nm_join_fragments(struct nm_desc *d, struct nm_pkthdr *hdr)
{
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, d->cur_rx_ring);
	uint32_t size = hdr->len, end = nm_frame_end(ring, hdr->slot, &size), filled = hdr->len;
	uint8_t *joined = (uint8_t *)malloc(size);
	struct netmap_slot *slot;

	if (!joined)
		return NULL;
	memcpy(joined, hdr->buf, filled);
	for (; ring->head != end; ring->head = nm_ring_next(ring, ring->head)) {
		slot = &ring->slot[ring->head];
		memcpy(joined + filled, NETMAP_BUF_OFFSET(ring, slot), slot->len);
		filled += slot->len;
	}
	ring->cur = end;
	hdr->len = hdr->caplen = size;
	hdr->buf = joined;
	return joined;
}

// Calls callback for up to count received frames (0 or less: for all), joined if
// they fill several slots.  No system call: sync or poll first.  Returns how many.
static inline int
nm_dispatch(struct nm_desc *d, int count, nm_cb_t callback, unsigned char *user)
{
	uint8_t *joined;
	int done = 0;

	while ((count <= 0 || done < count) && nm_nextpkt(d, &d->hdr)) {
		joined = (d->hdr.slot->flags & NS_MOREFRAG) ? nm_join_fragments(d, &d->hdr) : NULL;
		done++;
		if (done != count && nm_next_rx_ring(d))
			d->hdr.flags = NM_MORE_PKTS;
		callback(user, &d->hdr, d->hdr.buf);
		free(joined);
	}
	return done;
}

#endif
