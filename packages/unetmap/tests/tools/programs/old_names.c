// SPDX-License-Identifier: BSD-2-Clause
//
// What programs written for netmap take from its two headers without including anything else: printing,
// copying, the program's side of a sync loop, and what those headers include. headers.sh compiles it with
// and without NETMAP_WITH_LIBS.
#include <net/netmap_user.h>

static uint32_t as_the_loop_sees_it(void)
{
	struct nm_csb_atok program = {0, 0, 0, 0, {0}};
	struct nm_csb_ktoa loop = {7, 9, 0, {0}};
	uint32_t tail = 0, current = 0;

	nm_sync_kloop_appl_write(&program, 3, 2);
	nm_sync_kloop_appl_read(&loop, &tail, &current);
	nm_stst_barrier();
	nm_ldld_barrier();
	return program.cur * 1000 + program.head * 100 + current * 10 + tail;
}

static int copies(void)
{
	char from[64], to[64];

	memset(from, tolower('X'), sizeof from);
	nm_pkt_copy(from, to, sizeof from);
	return memcmp(from, to, sizeof from) == 0;
}

#ifdef NETMAP_WITH_LIBS
static int library_includes(void)
{
	struct pollfd nothing = {-1, POLLIN, 0};

	return signal(SIGINT, SIG_DFL) != SIG_ERR && poll(&nothing, 1, 0) == 0 && errno != EFAULT;
}

static int names_parts(void)
{
	const char *name = "a_1-0";

	return nm_is_identifier(name, name + 3) && !nm_is_identifier(name, name + 5);
}
#else
static int names_parts(void)
{
	return 1;
}

static int library_includes(void)
{
	return 1;
}
#endif

int main(void)
{
	const struct sockaddr unspecified = {AF_UNSPEC, {0}};

	ND("not a word of this, %s", "ever");
	D("a line of %d words", 5);
	for (int i = 0; i < 3; i++)
		RD(1, "at most once a second");
	return as_the_loop_sees_it() == 3279 && copies() && library_includes() && names_parts() &&
	       unspecified.sa_family == 0 ? 0 : 1;
}
