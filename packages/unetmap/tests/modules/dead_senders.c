// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: senders killed while they ask a module, at any moment, block nobody: others' frames arrive, all
// of them, once and in order, and the module goes on.
#include <signal.h>
#include <time.h>

#include "stage.h"

enum { KILLS = 100, BATCH = 50, LONGEST_LIFE_US = 8000, LONGEST_SYNC_MS = 1000 };

static void send_until_killed(void)
{
	struct nmport_d *d = open_port("vale0:victim");

	for (;;)
		send_on(d, 0, 9, 3, 0, 500);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// a sends to c, which nobody else does: the victims' frames go to port 1.
static void exchange(struct nmport_d *a, struct nmport_d *c, unsigned first)
{
	unsigned numbers[BATCH + 1], count;
	long before = now_ms();

	send_on(a, 0, 9, 1, first, BATCH);
	CHECK(now_ms() - before < LONGEST_SYNC_MS, "a sync took %ld ms", now_ms() - before);
	count = take(c, 0, numbers, BATCH + 1);
	CHECK(count == BATCH, "%u of %u frames", count, BATCH);
	for (unsigned i = 0; i < BATCH; i++)
		CHECK(numbers[i] == first + i, "frame %u where %u should be", numbers[i], first + i);
}

int main(void)
{
	struct nmport_d *a = open_port("vale0:a"), *b = open_port("vale0:b"), *c = open_port("vale0:c");
	unsigned number = 0;

	CHECK(vale_module("--patience 60000 load $BUILD/modules/static_router.so vale0: >/dev/null 2>&1") == 0, "load");
	CHECK(vale_module("config vale0: 0 2") == 0 && vale_module("config vale0: 3 1") == 0, "config");
	srand(1);
	for (int i = 0; i < KILLS; i++) {
		long life_us = rand() % LONGEST_LIFE_US;
		pid_t victim = fork();

		if (victim == 0)
			send_until_killed();
		usleep(life_us);
		exchange(a, c, number);
		kill(victim, SIGKILL);
		exchange(a, c, number + BATCH);
		CHECK(waitpid(victim, NULL, 0) == victim, "waitpid");
		exchange(a, c, number + 2 * BATCH);
		number += 3 * BATCH;
		arrived(b);
	}
	CHECK(says("list", "vale0: static-router rules"), "the module has gone");
	CHECK(vale_module("unload vale0:") == 0, "unload");
	nmport_close(a);
	nmport_close(b);
	nmport_close(c);
	return failures ? 1 : 0;
}
