// SPDX-License-Identifier: BSD-2-Clause
//
// Goes where the frame says: to the port of byte 12, ring of byte 13. Adds 1 to byte 14, and writes into
// bytes 15 and 16 how many slots the frame has and how long the first is.
#include <unetmap/vale_module.h>

enum { HEAD_BYTES = 17 };

static uint32_t
peek(struct nm_bdg_fwd *ft, uint8_t *ring_nr, struct netmap_vp_adapter *na, void *private_data)
{
	uint8_t *frame = (uint8_t *)ft->ft_buf + ft->ft_offset;

	if (ft->ft_len < ft->ft_offset + HEAD_BYTES)
		return NM_BDG_NOPORT;
	*ring_nr = frame[13];
	frame[14]++;
	frame[15] = ft->ft_frags;
	frame[16] = (uint8_t)ft->ft_len;
	return frame[12];
}

static struct netmap_bdg_ops ops = {.lookup = peek, .name = "peeker"};
VALE_MODULE(ops, NULL, NULL, NULL)
