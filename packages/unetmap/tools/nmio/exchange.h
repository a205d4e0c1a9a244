// SPDX-License-Identifier: BSD-2-Clause
#ifndef NMIO_EXCHANGE_H
#define NMIO_EXCHANGE_H

#include "station.h"

#define STATIONS_MAX 32

struct exchange {
	struct station stations[STATIONS_MAX];
	int count;
	uint64_t rate_pps; // of each sender; 0 = as fast as it goes
	uint32_t burst;
	uint64_t capture_limit; // of all captures together; 0 = none
	int64_t idle_ms;        // end when nothing moved for so long; -1 = never
	int64_t taken_ms;       // how long receivers may leave sent packets in a pipe
	int quiet;
};

// The station of a port, a new one if there is none yet; NULL after a sentence.
struct station *exchange_station(struct exchange *x, const char *port);

// Opens all ports, sends all files, captures until the end.  Exit status: 0, 1 after an
// error, 3 if receivers did not take everything in time.
int exchange_run(struct exchange *x);

#endif
