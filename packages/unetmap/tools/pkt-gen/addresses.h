// SPDX-License-Identifier: BSD-2-Clause
#ifndef PKT_GEN_ADDRESSES_H
#define PKT_GEN_ADDRESSES_H

#include <netinet/in.h>
#include <stdint.h>

struct mac {
	uint8_t byte[6];
};

// Addresses and ports, lowest to highest. Of an IPv6 address only the low 32 bits range.
struct endpoint_range {
	const char *text; // as the user wrote it
	uint8_t ipv6[16]; // all of the first address, for IPv6
	uint32_t first, last; // host order
	uint16_t port_first, port_last;
};

// "IP[:PORT][-IP[:PORT]]", with IPv6 addresses in brackets where a port follows.
// Returns 0, or -1 if the text is malformed.
int endpoint_range_parse(struct endpoint_range *range, const char *text, int family);

int endpoint_range_is_single(const struct endpoint_range *range);

void endpoint_range_log(const struct endpoint_range *range, int family);

// Returns 0, or -1 if the text is no MAC address.
int mac_parse(struct mac *mac, const char *text);

#define MAC_TEXT_SIZE 18
const char *mac_text(const struct mac *mac, char text[MAC_TEXT_SIZE]);

// The hardware address of a device of this host: 0, or -1 if there is none.
int mac_of_device(struct mac *mac, const char *device);

// Its MTU, or -1 if there is no such device.
int mtu_of_device(const char *device);

#endif
