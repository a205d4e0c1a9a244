// SPDX-License-Identifier: BSD-2-Clause
//
// How frames are steered where BPF is not to be had (a user namespace, a kernel before 6.6): tables of
// nftables that are owned by their socket, so that the kernel removes them with the last process that has
// it. What arrives out of a tap as if a device had received it is a filter of that tap's, and goes with it.
#ifndef UNETMAP_PORTS_NIC_TABLES_H_
#define UNETMAP_PORTS_NIC_TABLES_H_

// These return a file descriptor that holds it in place, or -errno: -EEXIST if another process has done the
// same.

// What arrives at the device is dropped, but for what has our mark; that is taken off.
int nic_tables_only_marked(const char *device);

// What the stack sends by the device goes to the tap, marked, and nothing else does; NIC_WIRE_MARK goes by the
// device. What is written into the tap is marked and goes to the device `back_index`.
int nic_tables_join(const char *device, const char *tap, int tap_index, int back_index);

// What is sent by the device `from` is received by `to`. 0 or -errno.
int nic_filter_turn(int from, int to);

#endif
