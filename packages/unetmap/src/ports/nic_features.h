// SPDX-License-Identifier: BSD-2-Clause
//
// What a device can do by XDP, and news of it: the kernel's "netdev" netlink family (since 6.3). And what
// is at the other end of a veth pair.
#ifndef UNETMAP_PORTS_NIC_FEATURES_H_
#define UNETMAP_PORTS_NIC_FEATURES_H_

#include <stdint.h>

enum { NIC_TAKES_XDP_FRAMES = 1 << 2 }; // sends what XDP programs redirect to it

// A socket that hears of changes, and the kernel's number of the family; -errno if there is none.
int nic_features_open(uint16_t *family);

// Asks for the features of a device; the answer comes as news.
void nic_features_ask(int fd, uint16_t family, int ifindex);

// True if there was news of this device: *features is what it can do now.
int nic_features_news(int fd, uint16_t family, int ifindex, uint64_t *features);

// True if the other end of this veth device, in whatever namespace, has an XDP program.
int nic_peer_has_program(int ifindex);

#endif
