// SPDX-License-Identifier: BSD-2-Clause
//
// unetmap-passthrough: gives a port to a virtual machine, and syncs it for the programs there. It
// says on stdout which options QEMU needs, and goes on until it is told to stop; then the port goes.
#include <errno.h>
#include <fcntl.h>
#include <libnetmap.h>
#include <net/netmap_user.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unetmap/passthrough.h>
#include <unistd.h>

#include "signals/signals.h"
#include "usage/usage.h"

enum { SERVE_MS = 1000, DEFAULT_NAP_US = 1000, MAX_NAP_US = 100000, MOST_SLOTS = 4096, TIMER_SLACK_NS = 1000, TURN_NS = 100000 };

struct wish {
	const char *port, *guest_name, *link;
	uint32_t nap_us;
	uint32_t tx_slots, rx_slots;
};

static const char usage_text[] =
	"Usage: unetmap-passthrough -i PORT [-n NAME] [-l LINK] [-C TX[,RX]] [-s US]\n"
	"Gives a VALE port or an end of a pipe to a virtual machine.\n"
	"  -i PORT     vale0:a, netmap:p}1; made here, and nobody else's\n"
	"  -n NAME     what the guest calls it (default: as here)\n"
	"  -l LINK     make LINK a symbolic link to the port's memory\n"
	"  -C TX[,RX]  slots of its rings (default: 4096, as many as there can be)\n"
	"  -s US       longest sleep before the guest is looked after again (default: 1000)\n"
	"  -h, --help  this text\n";

// ---- options ----

static uint32_t
number(const char *text, uint32_t most, char option)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n < 1 || n > most) {
		fprintf(stderr, "unetmap-passthrough: -%c %s: a number from 1 to %u is needed\n", option, text, most);
		exit(2);
	}
	return n;
}

static void
read_slots(struct wish *w, char *text)
{
	char *comma = strchr(text, ',');

	if (comma)
		*comma = 0;
	w->tx_slots = w->rx_slots = number(text, MOST_SLOTS, 'C');
	if (comma)
		w->rx_slots = number(comma + 1, MOST_SLOTS, 'C');
}

static struct wish
read_options(int argc, char **argv)
{
	struct wish w = {.guest_name = "", .nap_us = DEFAULT_NAP_US, .tx_slots = MOST_SLOTS, .rx_slots = MOST_SLOTS};
	int option;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		show_usage(usage_text, 0);
	while ((option = getopt(argc, argv, "i:n:l:C:s:h")) != -1) {
		switch (option) {
		case 'i': w.port = optarg; break;
		case 'n': w.guest_name = optarg; break;
		case 'l': w.link = optarg; break;
		case 'C': read_slots(&w, optarg); break;
		case 's': w.nap_us = number(optarg, MAX_NAP_US, 's'); break;
		case 'h': show_usage(usage_text, 0);
		default: show_usage(usage_text, 2);
		}
	}
	if (!w.port || optind != argc)
		show_usage(usage_text, 2);
	return w;
}

// ---- the port ----

static const char *
reason(int error)
{
	switch (error) {
	case EBUSY:
		return "somebody has it open, or the other end of its pipe; start this first";
	case EOPNOTSUPP:
		return "only ports of switches and ends of pipes can be given to a guest";
	case EINVAL:
		return "this cannot be given to a guest, or this engine cannot do that";
	default:
		return strerror(error);
	}
}

static void __attribute__((__noreturn__))
fail(const struct wish *w)
{
	fprintf(stderr, "unetmap-passthrough: %s: %s\n", w->port, reason(errno));
	exit(1);
}

static int
request(int fd, uint16_t type, void *body)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = type, .nr_body = (uintptr_t)body};

	return ioctl(fd, NIOCCTRL, &h);
}

static int
open_port(const struct wish *w, struct unetmap_passthrough *p)
{
	struct nmport_d *d = nmport_prepare(w->port);

	if (!d)
		exit(1); // libnetmap said why
	d->reg.nr_flags |= UNETMAP_NR_PASSTHROUGH | NR_EXCLUSIVE;
	d->reg.nr_tx_slots = w->tx_slots;
	d->reg.nr_rx_slots = w->rx_slots;
	d->fd = open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC);
	if (d->fd == -1 || ioctl(d->fd, NIOCCTRL, &d->hdr) == -1 ||
	    request(d->fd, UNETMAP_REQ_PASSTHROUGH_GET, p) == -1)
		fail(w);
	return d->fd;
}

// ---- telling ----

static void
make_link(const struct wish *w, const struct unetmap_passthrough *p)
{
	if (!w->link)
		return;
	unlink(w->link);
	if (symlink(p->path, w->link) == -1) {
		fprintf(stderr, "unetmap-passthrough: %s: %s\n", w->link, strerror(errno));
		exit(1);
	}
}

// A comma ends an option's value in QEMU's command line; two are one.
static void
print_path(const char *path)
{
	for (; *path; path++)
		printf(*path == ',' ? ",," : "%c", *path);
}

static void
tell(const struct wish *w, const struct unetmap_passthrough *p)
{
	printf("-object memory-backend-file,id=pt%d,share=on,size=%llu,mem-path=", (int)getpid(),
	       (unsigned long long)p->bytes);
	print_path(w->link ? w->link : p->path);
	printf(" -device ivshmem-plain,memdev=pt%d\n", (int)getpid());
	fflush(stdout);
}

struct scheduling { // sched_setattr's, which this libc does not know
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t slice_ns, deadline_ns, period_ns;
};

// Work comes in small pieces, and a machine waits for each: asks for short turns, which kernels since 6.12 give the
// sooner. Those before do so unasked.
static void
ask_for_short_turns(void)
{
	struct scheduling s = {.size = sizeof(s)};

	if (syscall(SYS_sched_getattr, 0, &s, sizeof(s), 0) == -1 || s.policy != SCHED_OTHER)
		return;
	s.slice_ns = TURN_NS;
	syscall(SYS_sched_setattr, 0, &s, 0);
}

int
main(int argc, char **argv)
{
	const struct wish w = read_options(argc, argv);
	struct unetmap_passthrough p = {.bytes = 0};
	struct unetmap_passthrough_serve serve = {.for_ms = SERVE_MS, .nap_us = w.nap_us};
	int fd, failed = 0;

	snprintf(p.guest_name, sizeof(p.guest_name), "%s", w.guest_name);
	fd = open_port(&w, &p);
	make_link(&w, &p);
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	ask_for_short_turns();
	end_on_signals();
	tell(&w, &p);
	while (!interrupted && !failed)
		failed = request(fd, UNETMAP_REQ_PASSTHROUGH_SERVE, &serve) == -1;
	if (w.link)
		unlink(w.link);
	if (failed)
		fail(&w);
	close(fd);
	return 0;
}
