// SPDX-License-Identifier: BSD-2-Clause
/* Says something to everybody on a switch, again and again. */
#define NETMAP_WITH_LIBS
#include <errno.h>
#include <net/netmap_user.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "frame.h"

#define GREETING "hello, netmap"
#define PACKETS_PER_SECOND 100

static volatile sig_atomic_t stopped;

static void
on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

static void
say(struct nm_desc *d)
{
	uint8_t frame[HEADERS + LONGEST_TEXT];
	size_t len = build_frame(frame, GREETING);

	nm_inject(d, frame, len);
	ioctl(d->fd, NIOCTXSYNC, NULL);
}

static void
wait_a_moment(void)
{
	long ns = 1000000000L / PACKETS_PER_SECOND;
	struct timespec pause = { .tv_sec = ns / 1000000000L, .tv_nsec = ns % 1000000000L };

	nanosleep(&pause, NULL);
}

int
main(int argc, char **argv)
{
	const char *port = argc > 1 ? argv[1] : "vale0:hello";
	struct nm_desc *d;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	d = nm_open(port, NULL, 0, NULL);
	if (d == NULL) {
		fprintf(stderr, "cannot open %s: %s\n", port, strerror(errno));
		return 1;
	}
	printf("%s is open; saying \"%s\"\n", port, GREETING);
	while (!stopped) {
		say(d);
		wait_a_moment();
	}
	nm_close(d);
	return 0;
}
