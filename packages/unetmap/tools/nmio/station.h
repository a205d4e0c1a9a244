// SPDX-License-Identifier: BSD-2-Clause
#ifndef NMIO_STATION_H
#define NMIO_STATION_H

#include <libnetmap.h>
#include <stdio.h>

#include "pcap/pcap.h"

// One port, with a file that is sent into it, a file that what it receives goes to, or
// both.
struct station {
	const char *name;
	struct nmport_d *port;

	int sends;
	struct pcap_reader reader;
	char reader_error[PCAP_ERROR_SIZE];
	struct pcap_frame frame; // read, and not yet in a ring, if holds_frame
	int holds_frame;
	int read_all;
	uint64_t sent_packets, sent_bytes;

	int captures;
	const char *capture_path;
	FILE *capture_file;
	uint64_t captured_packets, captured_bytes;
};

// All return 0 (or a number of packets), or -1 after a sentence on stderr.
int station_open(struct station *s);
int station_read_from(struct station *s, const char *path);
int station_write_to(struct station *s, const char *path);
int station_close(struct station *s);

// Moves up to `limit` packets of about `slots` slots (the last one may go beyond) from the file
// into the rings and publishes them.
int station_send(struct station *s, uint32_t limit, uint32_t slots);

// Has the file a packet left that is not in a ring yet?
int station_has_more(const struct station *s);

// Are there sent packets that nobody has taken yet? Syncs.
int station_pending(struct station *s);

// Moves up to `limit` received packets into the file.
int station_capture(struct station *s, uint64_t limit);

#endif
