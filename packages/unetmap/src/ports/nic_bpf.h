// SPDX-License-Identifier: BSD-2-Clause
//
// The few BPF programs that steer frames of a device in netmap mode, and the links that hold them in
// place. A link is a file descriptor: when the last process that has it is gone, the device is as it
// was. (That is why libxdp is not used: it attaches by netlink, which outlives its process.)
#ifndef UNETMAP_PORTS_NIC_BPF_H_
#define UNETMAP_PORTS_NIC_BPF_H_

#include <stdint.h>

#define NIC_HOST_MARK 0x756e6d68u // skb mark of frames that cross between a host ring and the stack
#define NIC_WIRE_MARK 0x756e6d77u // ... and of those that a port sends

enum bpf_place { AT_XDP, AT_INGRESS, AT_EGRESS };

// Memory that bpf_load_sockets_and_bursts fills frames from; both sides map it.
enum {
	BURST_FRAMES = 1024, // a power of two
	BURST_FRAME_BYTES = 2048,
	BURST_START_BYTES = 60, // length of a frame when the program gets it
	BURST_DATA_BYTES = (BURST_FRAMES + 1) * BURST_FRAME_BYTES,
};

struct burst_memory {
	uint32_t next; // the frame that the program takes next
	uint32_t count;
	uint64_t features; // of the device: NIC_TAKES_XDP_FRAMES
	uint32_t looks;	   // how often anybody asked whether the peer is one for bursts, and
	uint32_t suits;	   // the last answer
	struct {
		uint32_t ofs, len;
	} frames[BURST_FRAMES];
	char data[BURST_DATA_BYTES];
};

// These return a file descriptor or -errno.
int bpf_make_socket_map(uint32_t sockets);
int bpf_make_device_map(int ifindex);
int bpf_make_burst_memory(void);
int bpf_load_redirect_to_sockets(int map);
// The same; and when bpf_run_burst runs it, it puts frames of the burst memory out by the device map.
int bpf_load_sockets_and_bursts(int map, int devices, int memory);
int bpf_load_drop(void);
// Marks a frame and sends it out of a device, or lets the stack receive it from there.
int bpf_load_redirect_to_device(int ifindex, int as_received);
// Drops what has no mark; takes it off the rest.
int bpf_load_only_marked(void);
int bpf_attach(int program, int ifindex, enum bpf_place place);

int bpf_map_set(int map, uint32_t key, uint32_t value); // 0 or -errno

// Runs the program on so many frames. 0, or -errno; how far it came is in the burst memory.
int bpf_run_burst(int program, uint32_t frames);

#endif
