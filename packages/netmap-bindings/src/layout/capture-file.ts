// SPDX-License-Identifier: BSD-2-Clause

import { readPcap } from './pcap.ts';
import { type CapturedPacketNg, type CaptureInterface, readPcapng } from './pcapng.ts';
import { failure, type Result, success } from './result.ts';

/** Whatever kind of file it came in. */
export interface CaptureFile {
  readonly format: 'pcap' | 'pcapng';
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturedPacketNg[];
  readonly truncated: boolean;
}

/** Reads pcap and pcapng, and tells them apart by their first bytes. Never throws. */
export function readCaptureFile(file: Uint8Array): Result<CaptureFile> {
  const ng = readPcapng(file);
  if (ng.ok) return success({ format: 'pcapng', ...ng.value });
  const classic = readPcap(file);
  if (!classic.ok) return failure(`This is neither a pcap nor a pcapng file. ${classic.message}`);
  const { linkType, snapBytes, packets, truncated } = classic.value;
  return success({
    format: 'pcap',
    interfaces: [{ linkType, snapBytes }],
    packets: packets.map(({ seconds, nanoseconds, originalBytes, bytes }) => ({
      interface: 0,
      nanoseconds: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
      originalBytes,
      bytes,
    })),
    truncated,
  });
}
