// SPDX-License-Identifier: BSD-2-Clause
//
// Proves, on the hash balancer: flows stay where they are, all outputs get their share, replies come
// back; the ring a module chooses is the one where the frame arrives.
#include "stage.h"

enum { OUTPUTS = 4, FLOWS = 800, ROUNDS = 3 };

int main(void)
{
	struct nmport_d *in = open_port("vale0:in"), *out[OUTPUTS];
	int home[FLOWS];
	unsigned numbers[1024], share[OUTPUTS] = {0};

	for (int i = 0; i < OUTPUTS; i++) {
		char name[20];

		snprintf(name, sizeof name, "vale0:%d", i + 1);
		out[i] = open_port(name);
	}
	load("hash_balancer", "vale0:");
	CHECK(vale_module("config vale0: outputs %d", OUTPUTS) == 0, "config");
	CHECK(says("config vale0: show", "outputs 4"), "show");
	memset(home, -1, sizeof home);
	for (int round = 0; round < ROUNDS; round++) {
		send_on(in, 0, 9, 1, 0, FLOWS);
		for (int i = 0; i < OUTPUTS; i++) {
			unsigned count = take(out[i], 0, numbers, 1024);

			share[i] += count;
			for (unsigned n = 0; n < count; n++) {
				CHECK(home[numbers[n]] < 0 || home[numbers[n]] == i, "flow %u moved", numbers[n]);
				home[numbers[n]] = i;
			}
		}
	}
	for (int i = 0; i < OUTPUTS; i++)
		CHECK(share[i] > ROUNDS * FLOWS / OUTPUTS * 3 / 4 && share[i] < ROUNDS * FLOWS / OUTPUTS * 5 / 4,
		      "output %d got %u of %u", i + 1, share[i], ROUNDS * FLOWS);
	for (int f = 0; f < FLOWS; f++)
		CHECK(home[f] >= 0, "flow %d went nowhere", f);
	send_on(out[2], 0, 9, 3, 0, 7);
	CHECK(arrived(in) == 7, "replies do not come back");
	CHECK(vale_module("unload vale0:") == 0, "unload");
	for (int i = 0; i < OUTPUTS; i++)
		nmport_close(out[i]);
	nmport_close(in);
	return failures ? 1 : 0;
}
