// SPDX-License-Identifier: BSD-2-Clause
//
// The few BPF programs that steer frames of a device in netmap mode, and the links that hold them in
// place. A link is a file descriptor: when the last process that has it is gone, the device is as it
// was. (That is why libxdp is not used: it attaches by netlink, which outlives its process.)
#ifndef UNETMAP_PORTS_NIC_BPF_H_
#define UNETMAP_PORTS_NIC_BPF_H_

#include <stdint.h>

#define NIC_HOST_MARK 0x756e6d68u // skb mark of frames that cross between a host ring and the stack

enum bpf_place { AT_XDP, AT_INGRESS, AT_EGRESS };

// These return a file descriptor or -errno.
int bpf_make_socket_map(uint32_t sockets);
int bpf_load_redirect_to_sockets(int map);
int bpf_load_drop(void);
// Marks a frame and sends it out of a device, or lets the stack receive it from there.
int bpf_load_redirect_to_device(int ifindex, int as_received);
// Drops what has no mark; takes it off the rest.
int bpf_load_only_marked(void);
int bpf_attach(int program, int ifindex, enum bpf_place place);

int bpf_map_set(int map, uint32_t key, uint32_t value); // 0 or -errno

#endif
