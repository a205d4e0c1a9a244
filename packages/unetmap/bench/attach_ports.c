// SPDX-License-Identifier: BSD-2-Clause
//
// attach_ports SWITCH COUNT: makes the switch have COUNT ports, counting "a" and "b" and its own, which
// all have sent a frame; prints the address that "b" sent from, and keeps them until it is killed.
#define _GNU_SOURCE
#include <libnetmap.h>
#include <net/netmap_user.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void attach(const char *sw, const char *port, int number)
{
	uint8_t frame[60] = {2, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, number >> 8, number & 0xff, 0x88, 0xb5};
	char name[64];
	struct nmport_d *d;

	snprintf(name, sizeof name, "%s:%s", sw, port);
	d = nmport_open(name);
	if (!d || nmport_inject(d, frame, sizeof frame) != sizeof frame || ioctl(d->fd, NIOCTXSYNC, NULL)) {
		perror(name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	char port[16];

	if (argc != 3)
		return 1;
	attach(argv[1], "a", 1);
	attach(argv[1], "b", 2);
	for (int i = 3; i <= atoi(argv[2]); i++) {
		snprintf(port, sizeof port, "idle%d", i);
		attach(argv[1], port, i);
	}
	puts("02:00:00:00:00:02");
	fflush(stdout);
	for (;;)
		pause();
}
