// SPDX-License-Identifier: BSD-2-Clause
export { Batch, type Stretch } from './port/batch.ts';
export { NetmapError } from './port/netmap-error.ts';
export { NetmapPort, type PortOptions } from './port/port.ts';
export type { PortShape, Registration } from './port/registration.ts';
export { Ring } from './port/ring.ts';
export { Slot } from './port/slot.ts';
