// SPDX-License-Identifier: BSD-2-Clause

export * from './abi/constants.ts';
export * from './abi/device-structures.ts';
export * from './abi/library-structures.ts';
export * from './abi/structure.ts';
export * from './capture-file.ts';
export * from './nmring.ts';
export * from './nmstat.ts';
export * from './packet/addresses.ts';
export * from './packet/build.ts';
export * from './packet/decode.ts';
export * from './packet/encode.ts';
export * from './packet/fragments.ts';
export * from './packet/packet.ts';
export * from './pcap.ts';
export * from './pcapng.ts';
export * from './pkt-gen.ts';
export * from './port-name.ts';
export * from './port-name-parser.ts';
export { failure, type Result, success } from './result.ts';
export * from './vale-ctl.ts';
