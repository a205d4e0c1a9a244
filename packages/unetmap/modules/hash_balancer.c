// SPDX-License-Identifier: BSD-2-Clause
//
// Spreads what port 0 sends over the ports from 1 on, by flow: IPv4 frames of one source, destination,
// protocol and pair of ports go the same way, and so do those with the two sides exchanged. Frames that
// are no IPv4, and later fragments, go by their addresses. What other ports send goes to port 0.
//
//	vale-module config vale0: outputs 4      ports 1 to 4 (2 at first)
//	vale-module config vale0: show
#include <unetmap/vale_module.h>

enum { ETHERNET_BYTES = 14, IPV4_BYTES = 20, LOOK_AT_BYTES = 128, ETHERTYPE_IPV4 = 0x0800, PROTO_TCP = 6, PROTO_UDP = 17 };

static unsigned int outputs = 2;

static uint32_t
read16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t
read32(const uint8_t *p)
{
	return read16(p) << 16 | read16(p + 2);
}

static uint32_t
stir(uint32_t h)
{
	h ^= h >> 16;
	h *= 0x7feb352du;
	h ^= h >> 15;
	h *= 0x846ca68bu;
	return h ^ h >> 16;
}

// Of what both directions of a flow have in common.
static uint32_t
hash_ipv4(const uint8_t *ip, unsigned int bytes)
{
	const unsigned int header = (ip[0] & 15) * 4u;
	const int has_ports = (ip[9] == PROTO_TCP || ip[9] == PROTO_UDP) && header >= IPV4_BYTES &&
		(read16(ip + 6) & 0x3fff) == 0 && bytes >= header + 4;
	uint32_t h = stir(read32(ip + 12)) + stir(read32(ip + 16)) + ip[9];

	return has_ports ? h + stir(~read16(ip + header)) + stir(~read16(ip + header + 2)) : h;
}

static uint32_t
hash_frame(const uint8_t *frame, unsigned int bytes)
{
	if (bytes >= ETHERNET_BYTES + IPV4_BYTES && read16(frame + 12) == ETHERTYPE_IPV4)
		return hash_ipv4(frame + ETHERNET_BYTES, bytes - ETHERNET_BYTES);
	return stir(read32(frame + 2)) + stir(read32(frame + 8));
}

static uint32_t
balance(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na, void *private_data)
{
	const unsigned int there = ft->ft_len - ft->ft_offset;
	const unsigned int bytes = there < LOOK_AT_BYTES ? there : LOOK_AT_BYTES;
	uint8_t room[LOOK_AT_BYTES];
	const uint8_t *frame = vale_module_bytes(ft, room, bytes);

	if (na->bdg_port != 0)
		return 0;
	if (!frame || bytes < ETHERNET_BYTES)
		return NM_BDG_NOPORT;
	return 1 + (uint32_t)((uint64_t)stir(hash_frame(frame, bytes)) * outputs >> 32);
}

static int
configure(struct nm_ifreq *message)
{
	unsigned int n;

	message->data[NM_IFRDATA_LEN - 1] = '\0';
	if (strcmp(message->data, "show") == 0) {
		snprintf(message->data, NM_IFRDATA_LEN, "outputs %u", outputs);
		return 0;
	}
	if (sscanf(message->data, "outputs %u", &n) != 1 || n < 1 || n >= NM_BDG_MAXPORTS)
		return EINVAL;
	outputs = n;
	return 0;
}

static struct netmap_bdg_ops ops = {.lookup = balance, .config = configure, .name = "hash-balancer"};
VALE_MODULE(ops, NULL, NULL, NULL)
