// SPDX-License-Identifier: BSD-2-Clause
//
// Many frames out of a device in one system call and without a socket buffer each, where the device is
// one end of a veth pair whose other end has an XDP program itself. The kernel runs our XDP program on pages of its own, once a frame, and the
// program fills them from memory that it shares with us and sends them out by the device (nic_bpf.h).
#ifndef UNETMAP_PORTS_NIC_BURST_H_
#define UNETMAP_PORTS_NIC_BURST_H_

#include "ports/nic_device.h"

struct nic_burst_way {
	int program, devices, memory_map; // -1 = none
	int news; // about the device's features
	uint16_t family;
	int ifindex;
	uint32_t ofs; // during a sync: where the next frame's data goes
	struct burst_memory *memory;
};

// The XDP program that gives frames that arrive to sockets, and sends bursts: a file descriptor. Or
// -errno: there are no bursts on this device.
int nic_burst_load(struct nic_device *dev, int sockets);
// The same from what another process has loaded. The file descriptors are the device's now. 0 or -errno.
int nic_burst_join(struct nic_device *dev, int program, int devices, int memory_map, int news, uint16_t family);
void nic_burst_close(struct nic_device *dev);

// True if so many frames had better leave that way, and can now. The lock of the ring is held.
int nic_burst_suits(struct nic_queue *q, uint32_t frames);

extern const struct nic_backend nic_burst; // tx_* only; what it cannot send goes by q's socket

#endif
