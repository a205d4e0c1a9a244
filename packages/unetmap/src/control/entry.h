// SPDX-License-Identifier: BSD-2-Clause
//
// Around every change of ports and areas: the control lock, after having cleaned up what processes
// that have ended left behind.
#ifndef UNETMAP_CONTROL_ENTRY_H_
#define UNETMAP_CONTROL_ENTRY_H_

void control_enter(void);
void control_leave(void);

#endif
