// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: what goes wrong in a module stays in its process. It crashes in every way, hangs, is killed,
// or answers nonsense: it is said so, with the reason; the switch learns again from the same batch on, so
// that every frame arrives once; and another switch with a module takes no notice.
#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "stage.h"

enum { COUNT = 20 };

static struct nmport_d *a, *b, *c, *other_a, *other_b;

static void misdeed(const char *word)
{
	CHECK(vale_module("config vale0: '%s'", word) == 0, "config %s", word);
}

static void other_switch_is_well(void)
{
	send_on(other_a, 0, 9, 1, 0, COUNT);
	CHECK(arrived(other_b) == COUNT, "the other switch suffers");
}

static void expect(const char *what, unsigned at_b, unsigned at_c)
{
	unsigned got_b, got_c;

	send_on(a, 0, 9, 1, 0, COUNT);
	got_b = arrived(b);
	got_c = arrived(c);
	CHECK(got_b == at_b && got_c == at_c, "%s: b got %u, c got %u, not %u and %u", what, got_b, got_c, at_b, at_c);
	other_switch_is_well();
}

static void start(const char *options)
{
	CHECK(vale_module("%s load %s/modules/test/wicked.so vale0: >/dev/null 2>>$UNETMAP_DIR/said",
			  options, getenv("BUILD")) == 0, "load");
	expect("well-behaved", COUNT, 0);
}

static int is_said(const char *wanted, const char *comparison, int times)
{
	char command[256];

	snprintf(command, sizeof command, "[ $(grep -c \"%s\" $UNETMAP_DIR/said) %s %d ]", wanted, comparison, times);
	return system(command) == 0;
}

// On so many lines at least, in the end.
static int said(const char *wanted, int times)
{
	for (int tries = 0; tries < 100; tries++, usleep(50 * 1000))
		if (is_said(wanted, "-ge", times))
			return 1;
	return system("cat $UNETMAP_DIR/said >&2"), 0;
}

static void signal_module(int signal)
{
	char command[256];

	snprintf(command, sizeof command, "kill -%d $(%s/bin/vale-module list | sed -n 's/^vale0: wicked .*pid \\([0-9]*\\).*/\\1/p')",
		 signal, getenv("BUILD"));
	CHECK(system(command) == 0, "kill -%d", signal);
}

static void dies_of(const char *word, const char *listed)
{
	start("--patience 60000");
	misdeed(word);
	expect(word, COUNT, COUNT);
	expect(word, COUNT, COUNT);
	CHECK(says("list", "vale0: wicked died"), "%s", word);
	CHECK(says("list", listed), "%s", word);
	CHECK(says("list >/dev/null; $BUILD/bin/nmstat --json", "{\"switch\":\"vale0\",\"name\":\"wicked\",\"state\":\"died\""),
	      "nmstat");
	CHECK(vale_module("unload vale0:") == 0, "forget it");
}

static void crashes(void)
{
	dies_of("null", "Segmentation fault in lookup, for a frame of 60 bytes from vale0:a at wicked.c:");
	CHECK(said("wicked crashed: Segmentation fault in lookup.*vale0: forwards by learning now", 1), "not told");
	dies_of("null", "(misbehave)");
	dies_of("overflow", "Segmentation fault in lookup");
	dies_of("abort", "Aborted in lookup");
	dies_of("kill", "died\n");
	dies_of("exit", "exit(3) was called in lookup");
}

static void crashes_in_config(void)
{
	start("--patience 60000");
	CHECK(vale_module("config vale0: 'crash now' 2>/dev/null") == 1, "config of a crashed module");
	CHECK(says("list", "Segmentation fault in config"), "crash in config");
	expect("after a crash in config", COUNT, COUNT);
	CHECK(vale_module("unload vale0:") == 0, "forget it");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void hangs(void)
{
	double before;

	start("--patience 300");
	misdeed("hang");
	before = seconds();
	expect("hang", COUNT, COUNT);
	CHECK(seconds() - before >= 0.3, "given up after %.3f s", seconds() - before);
	CHECK(says("list", "vale0: wicked hung"), "hang");
	CHECK(said("wicked hangs in lookup, for a frame of 60 bytes from vale0:a: no answer for 300 ms", 1), "not told");
	CHECK(vale_module("unload vale0:") == 0, "forget it");
}

static void answers_nonsense(void)
{
	start("--patience 60000");
	misdeed("port");
	expect("port 256", 0, 0);
	CHECK(said("lookup of wicked returned port 256: dropped", 1), "not told");
	misdeed("huge");
	expect("port 65537", 0, 0);
	CHECK(said("returned port 65535 or more", 1), "not told");
	misdeed("ring");
	expect("ring 16", 0, 0);
	CHECK(said("lookup of wicked set ring 16: dropped", 1), "not told");
	misdeed("absent");
	expect("port 100", 0, 0);
	misdeed("self");
	expect("its own port", 0, 0);
	CHECK(says("list", "frames 120 refused 0 nowhere 40 wild 60"), "counters");
	misdeed("last ring");
	expect("ring 15", COUNT, 0);
	CHECK(vale_module("unload vale0:") == 0, "unload");
}

// Each port that leaves, once: one that sent, those that only were there, one older than the module.
static void says_farewell(void)
{
	enum { CROWD = 60 };
	struct nmport_d *older = open_port("vale0:older"), *d;

	fcntl(older->fd, F_SETFD, FD_CLOEXEC); // the module's process comes of this one
	start("--patience 60000");
	nmport_close(older);
	d = open_port("vale0:gone");
	send_on(d, 0, 9, 4, 0, 1);
	nmport_close(d);
	for (int i = 0; i < CROWD; i++)
		nmport_close(open_port("vale0:crowd"));
	CHECK(said("farewell vale0:older", 1), "no dtor of a port older than the module");
	CHECK(said("farewell vale0:gone", 1), "no dtor of one that sent");
	CHECK(said("farewell vale0:crowd", CROWD), "no dtor of those that did not send");
	CHECK(is_said("farewell", "=", CROWD + 2), "some of them twice");
	arrived(b);
	CHECK(vale_module("unload vale0:") == 0, "unload");
}

// A module that was stopped meanwhile still hears of those that it knew.
static void hears_late(void)
{
	enum { MORE_THAN_ARE_KEPT = 200 };
	struct nmport_d *d;

	start("--patience 60000");
	d = open_port("vale0:known");
	send_on(d, 0, 9, 4, 0, 1);
	signal_module(SIGSTOP);
	nmport_close(d);
	for (int i = 0; i < MORE_THAN_ARE_KEPT; i++)
		nmport_close(open_port("vale0:many"));
	signal_module(SIGCONT);
	CHECK(said("farewell vale0:known", 1), "no dtor");
	arrived(b);
	expect("woken", COUNT, 0);
	CHECK(vale_module("unload vale0:") == 0, "unload");
}

int main(void)
{
	a = open_port("vale0:a");
	b = open_port("vale0:b");
	c = open_port("vale0:c");
	other_a = open_port("vale1:a");
	other_b = open_port("vale1:b");
	CHECK(vale_module("--patience 60000 load %s/modules/static_router.so vale1: >/dev/null 2>&1", getenv("BUILD")) == 0, "load");
	CHECK(vale_module("config vale1: 0 1") == 0, "config");
	crashes();
	crashes_in_config();
	hangs();
	answers_nonsense();
	says_farewell();
	hears_late();
	other_switch_is_well();
	CHECK(says("list", "vale1: static-router rules"), "the other one");
	CHECK(vale_module("unload vale1:") == 0, "unload");
	nmport_close(a);
	nmport_close(b);
	nmport_close(c);
	nmport_close(other_a);
	nmport_close(other_b);
	return failures ? 1 : 0;
}
