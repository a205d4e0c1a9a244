// SPDX-License-Identifier: BSD-2-Clause
//
// For whoever keeps a network device on a switch (unetmap-attach): it opens the device by its own name,
// and on the switch a port named after it, which for everybody else is EINVAL, as with netmap.
#ifndef _UNETMAP_ATTACHMENT_H_
#define _UNETMAP_ATTACHMENT_H_

#define UNETMAP_NR_ATTACHMENT (1ull << 62) // in nr_flags

#endif
