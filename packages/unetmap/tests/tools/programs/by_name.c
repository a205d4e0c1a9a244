// SPDX-License-Identifier: BSD-2-Clause
//
// What programs take from the two headers that netmap has beside netmap.h, including nothing else. headers.sh compiles it.
#ifdef LEGACY
#include <net/netmap_legacy.h>

int main(void)
{
	return sizeof(struct nmreq) != 60 || NIOCREGIF == NIOCGINFO || NETMAP_HW_RING == NETMAP_SW_RING;
}
#else
#include <net/netmap_virt.h>

int main(void)
{
	struct nm_csb_atok program = {0, 0, 0, 0, {0}};

	nm_sync_kloop_appl_write(&program, 3, 2);
	return program.cur != 3 || program.head != 2;
}
#endif
