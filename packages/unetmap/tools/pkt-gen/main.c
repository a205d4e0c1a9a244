// SPDX-License-Identifier: BSD-2-Clause
//
// pkt-gen: sends or receives packets on a netmap port as fast as it goes, or at a rate,
// and says how fast that was.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include "worker.h"

#define ETHER_BYTES 18 // in front of what an MTU counts, with a VLAN tag

static void
ask_for_geometry(const struct options *o, struct nmreq_register *reg)
{
	if (o->tx_slots)
		reg->nr_tx_slots = o->tx_slots;
	if (o->rx_slots)
		reg->nr_rx_slots = o->rx_slots;
	if (o->tx_rings)
		reg->nr_tx_rings = (uint16_t)o->tx_rings;
	if (o->rx_rings)
		reg->nr_rx_rings = (uint16_t)o->rx_rings;
	reg->nr_flags |= NR_ACCEPT_VNET_HDR;
}

// Of several threads the first one uses the port that is opened here, and each has one ring.
static void
ask_for_one_ring(struct nmreq_register *reg)
{
	if (reg->nr_mode == NR_REG_ALL_NIC || reg->nr_mode == NR_REG_NIC_SW)
		reg->nr_mode = NR_REG_ONE_NIC;
	else if (reg->nr_mode == NR_REG_SW)
		reg->nr_mode = NR_REG_ONE_SW;
	reg->nr_ringid = 0;
}

// *mode is what the port's name asks for.
static struct nmport_d *
open_port(const struct options *o, uint32_t *mode)
{
	struct nmport_d *d = nmport_prepare(o->port);

	if (!d)
		return NULL;
	*mode = d->reg.nr_mode;
	ask_for_geometry(o, &d->reg);
	if (o->threads > 1)
		ask_for_one_ring(&d->reg);
	if (nmport_open_desc(d) == 0)
		return d;
	nmport_delete(d);
	return NULL;
}

static int
ask_vnet_header(const struct nmport_d *d, uint16_t type, struct nmreq_port_hdr *body)
{
	struct nmreq_header hdr;

	nmreq_header_init(&hdr, type, body);
	memcpy(hdr.nr_name, d->hdr.nr_name, sizeof(hdr.nr_name));
	return ioctl(d->fd, NIOCCTRL, &hdr);
}

// Without -H, frames have the header that the port has already.
static void
agree_on_vnet_header(struct options *o, const struct nmport_d *d)
{
	struct nmreq_port_hdr body = {.nr_hdr_len = o->vnet_header_bytes};

	if (o->vnet_header_bytes) {
		if (ask_vnet_header(d, NETMAP_REQ_PORT_HDR_SET, &body) == -1)
			D("cannot set the port's virtio-net header to %u bytes: %s", o->vnet_header_bytes,
				strerror(errno));
	} else if (ask_vnet_header(d, NETMAP_REQ_PORT_HDR_GET, &body) == 0 && body.nr_hdr_len) {
		o->vnet_header_bytes = body.nr_hdr_len;
		D("Port requires virtio-net header, length = %u", o->vnet_header_bytes);
	}
}

static void
complete_options(struct options *o, const struct nmport_d *d)
{
	int have = (int)sysconf(_SC_NPROCESSORS_ONLN);
	int pingpong = o->job == JOB_PING || o->job == JOB_PONG;

	D("interface is %s", o->port);
	if (o->burst == 0) {
		o->burst = pingpong ? 1 : 512;
		D("using default burst size: %u", o->burst);
	}
	if (o->cpus == 0)
		o->cpus = o->first_cpu >= 0 ? have : 1;
	D("running on %d cpus (have %d)", o->cpus, have);
	if (o->count && (o->job == JOB_TXSEQ || o->job == JOB_RXSEQ)) {
		D("Ignoring -n argument");
		o->count = 0;
	}
	if (o->rate_pps && o->burst > o->rate_pps / 300)
		o->burst = o->rate_pps < 600 ? 1 : (uint32_t)(o->rate_pps / 300);
	if (!o->src_mac_given && strncmp(o->port, "netmap:", 7) == 0)
		mac_of_device(&o->src_mac, d->hdr.nr_name);
}

static unsigned int
queues(const struct options *o, const struct nmport_d *d)
{
	const struct nmreq_register *reg = &d->reg;

	return is_sender(o->job) ? reg->nr_tx_rings + reg->nr_host_tx_rings
				 : reg->nr_rx_rings + reg->nr_host_rx_rings;
}

static void
introduce(const struct options *o, const struct nmport_d *d)
{
	static const char *const verbs[] = {"Sending on", "Receiving from", "Working on", "Working on",
		"Sending on", "Receiving from"};
	char src_mac[MAC_TEXT_SIZE], dst_mac[MAC_TEXT_SIZE];

	printf("%s %s: %u queues, %d threads and %d cpus.\n", verbs[o->job], o->port, queues(o, d),
		o->threads, o->cpus);
	if (is_sender(o->job))
		printf("%s -> %s (%s -> %s)\n", o->src.text, o->dst.text, mac_text(&o->src_mac, src_mac),
			mac_text(&o->dst_mac, dst_mac));
	fflush(stdout);
	if (is_sender(o->job))
		D("Sending %u packets every %12.9f s", o->burst,
			o->rate_pps ? (double)o->burst / (double)o->rate_pps : 0);
}

static void
describe_rings(const struct nmport_d *d)
{
	const struct nmreq_register *reg = &d->reg;

	D("nifp at offset %llu ntxqs %d nrxqs %d memid %d", (unsigned long long)reg->nr_offset,
		reg->nr_tx_rings, reg->nr_rx_rings, reg->nr_mem_id);
	for (uint32_t i = d->first_tx_ring; i <= d->last_tx_ring; i++)
		D("   TX%u slots %u", i, NETMAP_TXRING(d->nifp, i)->num_slots);
	for (uint32_t i = d->first_rx_ring; i <= d->last_rx_ring; i++)
		D("   RX%u slots %u", i, NETMAP_RXRING(d->nifp, i)->num_slots);
}

static unsigned int
rings_for_threads(const struct options *o, const struct nmport_d *d, uint32_t mode)
{
	const struct nmreq_register *reg = &d->reg;
	unsigned int host = is_sender(o->job) ? reg->nr_host_tx_rings : reg->nr_host_rx_rings;

	switch (mode) {
	case NR_REG_ALL_NIC: return queues(o, d) - host;
	case NR_REG_NIC_SW: return queues(o, d);
	case NR_REG_SW: return host;
	default: return 1;
	}
}

static void
check_threads(const struct options *o, const struct nmport_d *d, uint32_t mode)
{
	unsigned int rings = rings_for_threads(o, d, mode);

	if (o->threads == 1 || (unsigned int)o->threads <= rings)
		return;
	fprintf(stderr, "pkt-gen: -p %d: %s has %u rings for this job (see @conf:rings=)\n", o->threads,
		o->port, rings);
	usage(1);
}

static void
check_rings(const struct options *o, const struct nmport_d *d)
{
	int sends = o->job != JOB_RX && o->job != JOB_RXSEQ, receives = !is_sender(o->job);

	if ((!sends || d->first_tx_ring <= d->last_tx_ring) &&
		(!receives || d->first_rx_ring <= d->last_rx_ring))
		return;
	fprintf(stderr, "pkt-gen: %s has no rings to do this with\n", o->port);
	exit(1);
}

// A device does not send what its MTU forbids.
static void
check_frame_bytes(const struct options *o, const struct nmport_d *d)
{
	int mtu = strncmp(o->port, "netmap:", 7) == 0 ? mtu_of_device(d->hdr.nr_name) : -1;

	if (!is_sender(o->job) || mtu == -1 || o->frame_bytes <= (uint32_t)mtu + ETHER_BYTES)
		return;
	fprintf(stderr, "pkt-gen: -l %u: %s has an MTU of %d bytes\n", o->frame_bytes, o->port, mtu);
	exit(1);
}

int
main(int argc, char **argv)
{
	struct options o;
	struct nmport_d *d;
	uint32_t mode;
	int status;

	options_parse(&o, argc, argv);
	d = open_port(&o, &mode);
	if (!d) {
		D("Unable to open %s: %s", o.port, strerror(errno));
		usage(1);
	}
	check_rings(&o, d);
	check_threads(&o, d, mode);
	check_frame_bytes(&o, d);
	agree_on_vnet_header(&o, d);
	complete_options(&o, d);
	endpoint_range_log(&o.src, o.family);
	endpoint_range_log(&o.dst, o.family);
	if (o.verbose)
		describe_rings(d);
	introduce(&o, d);
	status = run_workers(&o, d, mode) == 0 ? 0 : 1;
	nmport_close(d);
	return status;
}
