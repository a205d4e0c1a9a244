// SPDX-License-Identifier: BSD-2-Clause
//
// Proves: under traffic, modules come and go, by unload and by SIGKILL, and no frame is lost, doubled or
// out of place. Both the learning switch and the module send what a sends to b.
#include <pthread.h>
#include <signal.h>

#include "stage.h"

enum { BATCH = 200, CHANGES = 40, BATCHES_BEFORE_CHANGES = 50 };

static unsigned batches;
static int done;

static void let_pass(unsigned count)
{
	const unsigned from = __atomic_load_n(&batches, __ATOMIC_RELAXED);

	while (__atomic_load_n(&batches, __ATOMIC_RELAXED) - from < count)
		usleep(1000);
}

static void kill_loader(void)
{
	CHECK(system("kill -9 $($BUILD/bin/vale-module list | sed -n 's/.*rules, pid //p')") == 0, "kill");
}

static void *change(void *argument)
{
	for (int i = 0; i < CHANGES; i++) {
		let_pass(BATCHES_BEFORE_CHANGES);
		CHECK(vale_module("--patience 60000 load $BUILD/modules/test/wicked.so vale0: >/dev/null 2>&1") == 0, "load");
		let_pass(BATCHES_BEFORE_CHANGES);
		CHECK(says("list", "vale0: wicked rules"), "it does not rule");
		if (i % 2)
			kill_loader();
		else
			CHECK(vale_module("unload vale0:") == 0, "unload");
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void expect(struct nmport_d *b, unsigned first)
{
	unsigned numbers[BATCH + 1], count = take(b, 0, numbers, BATCH + 1);

	CHECK(count == BATCH, "%u of %u frames of batch %u", count, BATCH, first / BATCH);
	for (unsigned i = 0; i < BATCH; i++)
		CHECK(numbers[i] == first + i, "frame %u where %u should be", numbers[i], first + i);
}

int main(void)
{
	struct nmport_d *a = open_port("vale0:a"), *b = open_port("vale0:b"), *c = open_port("vale0:c");
	pthread_t changer;

	send_on(b, 0, 0xff, 2, 0, 1); // now the switch knows where 2 is
	CHECK(arrived(a) == 1 && arrived(c) == 1, "flood");
	pthread_create(&changer, NULL, change, NULL);
	for (unsigned number = 0; !__atomic_load_n(&done, __ATOMIC_ACQUIRE); number += BATCH) {
		send_on(a, 0, 2, 1, number, BATCH);
		expect(b, number);
		__atomic_fetch_add(&batches, 1, __ATOMIC_RELAXED);
	}
	CHECK(arrived(c) == 0, "c got what was for b");
	pthread_join(changer, NULL);
	nmport_close(a);
	nmport_close(b);
	nmport_close(c);
	return failures ? 1 : 0;
}
