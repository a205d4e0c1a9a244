// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel's side of a NIC port: sockets on the device, and what takes the device away from its
// stack. All of it is kernel objects that this process has open, so the kernel gives the device back
// whatever ends the process. Ring indices that more than one process may continue from live in
// memory that comes with each socket (struct nic_shared, and the socket's own mapped rings).
//
//   frames from the wire --> queue[n] --> rx ring n        tx ring n --> queue[n] --> the wire
//   what the stack sends --> host     --> host rx ring     host tx ring --> host  --> the stack
#ifndef UNETMAP_PORTS_NIC_DEVICE_H_
#define UNETMAP_PORTS_NIC_DEVICE_H_

#include <stdint.h>

#include "core/segment.h"

enum {
	NIC_LINKS = 5, // BPF links of one device
	NIC_RX_FRAMES = 2048, // what one queue holds between two syncs, a power of two
	NIC_TX_FRAMES = 1024,
	NIC_LARGE_FRAME_BYTES = 4096,
};

struct nic_shared {
	uint32_t tx_primed; // AF_XDP: tx frames used so far, before the first comes back
	uint64_t rx_lost;   // AF_XDP: of the kernel's count, what we have counted
	uint32_t rx_at;     // AF_PACKET: the next frames to be read and written
	uint32_t tx_at;
};

struct nic_index { // one of AF_XDP's four rings
	uint32_t *producer, *consumer;
	void *entries;
	uint32_t mask;
};

struct nic_queue {
	int fd; // -1 = none
	uint32_t frame_bytes;
	int memory_fd; // of the following, -1 = none
	char *map; // frames
	uint64_t map_bytes;
	struct nic_shared *shared;
	char *scratch; // one frame (tap, AF_PACKET with VLAN tags)
	struct nic_index rx, tx, fill, done;
	uint32_t rx_at, rx_end, tx_at, tx_room, done_at, done_end; // during a sync, under the ring's lock
	uint32_t primed;
	struct nic_burst_way *burst; // NULL = none (nic_burst.h)
};

struct nic_device {
	uint32_t gen; // of the port
	uint32_t holder; // the client that has said that it has it
	int card;	 // where others find it (nic_share.h), or -errno
	int ifindex;
	char name[16];
	uint32_t mtu;
	int is_veth;
	const struct nic_backend *backend;
	uint16_t queue_count;
	int xdp_map; // AF_XDP: which socket gets what arrives at which hardware queue
	int links[NIC_LINKS];
	int link_count;
	int broken; // the device has gone
	struct nic_queue queues[MAX_RINGS];
	struct nic_queue host; // fd -1: there is no way to the stack
	struct nic_queue more_hosts[MAX_RINGS]; // the same way for other host tx rings (nic_host_queue)
	uint8_t host_way;      // UNETMAP_HOST_*
};

// One way of reaching a device. Between *_begin and *_end the lock of the ring is held; a frame put
// out is on its way, and a frame read is given back, by *_end only.
struct nic_backend {
	uint16_t id; // UNETMAP_NIC_*
	// Takes the device from its stack. 0, or -errno with what it has opened left to nic_device_close.
	int (*take)(struct nic_device *dev);
	int (*open)(struct nic_device *dev, uint16_t n);
	// Another process has opened it; fd, memory_fd and frame_bytes are set. 0 or -errno.
	int (*join)(struct nic_queue *q);
	void (*close)(struct nic_queue *q);
	void (*rx_begin)(struct nic_queue *q);
	char *(*rx_next)(struct nic_queue *q, uint32_t *len); // NULL = no more
	void (*rx_end)(struct nic_queue *q);
	// Frames that the kernel dropped since the last time because we had not read. After rx_begin.
	uint64_t (*rx_lost)(struct nic_queue *q);
	void (*tx_begin)(struct nic_queue *q);
	char *(*tx_next)(struct nic_queue *q); // where to write the next frame; NULL = no room
	void (*tx_put)(struct nic_queue *q, uint32_t len);
	void (*tx_end)(struct nic_queue *q);
	// A better way to send so many frames, or NULL. May be NULL.
	const struct nic_backend *(*for_many)(struct nic_queue *q, uint32_t frames);
};

extern const struct nic_backend nic_xdp, nic_packet, nic_tap;

// What a device is like, without touching it. 0 or -errno: -EINVAL for one that cannot be a port.
struct nic_shape {
	int ifindex;
	uint32_t mtu;
	int is_veth;
	uint16_t rings[2]; // by enum ring_dir
};
int nic_shape(const char *name, struct nic_shape *shape);

// This process's hold of the device of a port, made if need be, or NULL (*error, if given, says why:
// -EBUSY if another process has it and cannot share; -EAGAIN if one had it, and the kernel has yet to let go of
// what that has open). A child that fork made shares its parent's. This
// process must have a client mark. Any thread, any lock.
struct nic_device *nic_device(struct port *port, int *error);
struct nic_device *nic_device_held(const struct port *port);

// Lets go of the devices of ports that are no more.
void nic_device_drop_stale(void);

// Lets go of the devices of ports that only other processes still have descriptors of. A descriptor that is
// still a user of its port after it was closed has a mapping.
void nic_device_let_go(uint16_t closed, int (*has_descriptor)(uint16_t port));

// Around fork: the child has what its parent has.
void nic_device_before_fork(void);
void nic_device_after_fork(void);

// Closes all that is open, for another try.
void nic_device_clear(struct nic_device *dev);

// Memory for frames that other processes may come to share: a nic_shared, then `bytes`. nic_map_memory is
// for what another process has made.
int nic_make_memory(struct nic_queue *q, uint64_t bytes);
int nic_map_memory(struct nic_queue *q, uint64_t bytes);
void nic_drop_memory(struct nic_queue *q);

// nic_host.c: the way to the stack. What it sends goes to dev->host, what is written there it gets.
int nic_host_open(struct nic_device *dev);
// -EINVAL, and says so, if the port's host rings lead nowhere.
int nic_host_check(const struct port *port);
// The queue of the host ring of that number.
struct nic_queue *nic_host_queue(struct nic_device *dev, int ring);
// One frame to the stack at once, past the host tx ring.
void nic_host_send(struct nic_device *dev, const char *data, uint32_t len);

#endif
