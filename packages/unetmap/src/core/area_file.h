// SPDX-License-Identifier: BSD-2-Clause
//
// The file behind an area. For area.c and area_map.c.
#ifndef UNETMAP_CORE_AREA_FILE_H_
#define UNETMAP_CORE_AREA_FILE_H_

#include <stdint.h>

// Opens it; `flags` as for open(). Returns the descriptor or -errno.
int area_open_file(uint16_t id, uint32_t gen, int flags);

#endif
