// SPDX-License-Identifier: BSD-2-Clause
//
// A module that misbehaves as its configuration says. Well-behaved, it sends everything to port 1.
#include <signal.h>
#include <unetmap/vale_module.h>

enum { STACK_EATER_BYTES = 4096 };

static char misdeed[NM_IFRDATA_LEN];
static volatile int *volatile nowhere; // NULL

static int
eat_stack(int depth)
{
	volatile char room[STACK_EATER_BYTES];

	room[depth % STACK_EATER_BYTES] = (char)depth;
	return depth < 0 ? 0 : eat_stack(depth + 1) + room[0];
}

static int
is(const char *word)
{
	return strcmp(misdeed, word) == 0;
}

static uint32_t
misbehave(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na)
{
	if (is("null"))
		*nowhere = 1; // the crash
	if (is("overflow"))
		return (uint32_t)eat_stack(0);
	if (is("abort"))
		abort();
	if (is("kill"))
		raise(SIGKILL);
	if (is("exit"))
		exit(3);
	while (is("hang"))
		;
	if (is("port"))
		return 256;
	if (is("huge"))
		return 0x10001;
	if (is("ring"))
		*ring_nr = 16;
	if (is("absent"))
		return 100;
	if (is("self"))
		return (uint32_t)na->bdg_port;
	if (is("last ring"))
		*ring_nr = 15;
	return 1;
}

static uint32_t
wicked(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na, void *private_data)
{
	return misdeed[0] ? misbehave(ft, ring_nr, na) : 1;
}

static int
configure(struct nm_ifreq *message)
{
	if (strcmp(message->data, "crash now") == 0)
		*nowhere = 1;
	memcpy(misdeed, message->data, sizeof misdeed);
	return 0;
}

static void
farewell(const struct netmap_vp_adapter *na)
{
	vale_module_say("farewell %s", na->up.name);
}

static struct netmap_bdg_ops ops = {.lookup = wicked, .config = configure, .dtor = farewell, .name = "wicked"};
VALE_MODULE(ops, NULL, NULL, NULL)
