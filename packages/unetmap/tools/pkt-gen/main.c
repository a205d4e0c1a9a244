// SPDX-License-Identifier: BSD-2-Clause
//
// pkt-gen: sends or receives packets on a netmap port as fast as it goes, or at a rate,
// and says how fast that was.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include "worker.h"

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
	if (o->vnet_header_bytes)
		reg->nr_flags |= NR_ACCEPT_VNET_HDR;
}

static struct nmport_d *
open_port(const struct options *o)
{
	struct nmport_d *d = nmport_prepare(o->port);

	if (!d)
		return NULL;
	ask_for_geometry(o, &d->reg);
	if (nmport_open_desc(d) == 0)
		return d;
	nmport_delete(d);
	return NULL;
}

static void
set_vnet_header(const struct options *o, const struct nmport_d *d)
{
	struct nmreq_port_hdr body = {.nr_hdr_len = o->vnet_header_bytes};
	struct nmreq_header hdr;

	nmreq_header_init(&hdr, NETMAP_REQ_PORT_HDR_SET, &body);
	memcpy(hdr.nr_name, d->hdr.nr_name, sizeof(hdr.nr_name));
	if (ioctl(d->fd, NIOCCTRL, &hdr) == -1)
		D("cannot set the port's virtio-net header to %u bytes: %s", o->vnet_header_bytes,
			strerror(errno));
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
	if (o->cpus == 0 || o->cpus > have)
		o->cpus = o->first_cpu >= 0 ? have : o->cpus > have ? have : 1;
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

static void
introduce(const struct options *o, const struct nmport_d *d)
{
	static const char *const verbs[] = {"Sending on", "Receiving from", "Working on", "Working on",
		"Sending on", "Receiving from"};
	char src_mac[MAC_TEXT_SIZE], dst_mac[MAC_TEXT_SIZE];
	unsigned int queues = is_sender(o->job) ? d->reg.nr_tx_rings : d->reg.nr_rx_rings;

	printf("%s %s: %u queues, %d threads and %d cpus.\n", verbs[o->job], o->port, queues,
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
check_threads(const struct options *o, const struct nmport_d *d)
{
	int rings = is_sender(o->job) ? d->reg.nr_tx_rings : d->reg.nr_rx_rings;

	if (o->threads <= rings)
		return;
	fprintf(stderr, "pkt-gen: -p %d: %s has %d rings for this job (see @conf:rings=)\n", o->threads,
		o->port, rings);
	usage(1);
}

int
main(int argc, char **argv)
{
	struct options o;
	struct nmport_d *d;

	options_parse(&o, argc, argv);
	d = open_port(&o);
	if (!d) {
		D("Unable to open %s: %s", o.port, strerror(errno));
		usage(1);
	}
	check_threads(&o, d);
	if (o.vnet_header_bytes)
		set_vnet_header(&o, d);
	complete_options(&o, d);
	endpoint_range_log(&o.src, o.family);
	endpoint_range_log(&o.dst, o.family);
	introduce(&o, d);
	run_workers(&o, d);
	nmport_close(d);
	return 0;
}
