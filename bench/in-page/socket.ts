// SPDX-License-Identifier: BSD-2-Clause
import type { Page } from '@playwright/test';
import type { ServerMessage } from '@ringlab/protocol';

/** What the probe leaves in the page. */
interface Heard {
  /** Bytes of binary frames: what terminals printed. */
  binaryBytes: number;
  /** About runs and rates, with the time they came, ms since navigation. */
  readonly messages: { readonly atMs: number; readonly message: ServerMessage }[];
  /** The size that the page gave a terminal last. */
  terminalSize: { readonly cols: number; readonly rows: number } | undefined;
}

declare global {
  var benchSocket: Heard;
}

/** From now on every page notes what comes over its WebSockets. */
export async function listenToSocket(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heard: Heard = { binaryBytes: 0, messages: [], terminalSize: undefined };
    const note = (data: unknown): void => {
      if (data instanceof ArrayBuffer) heard.binaryBytes += data.byteLength;
      if (typeof data !== 'string' || !/^\{"type":"(run|rates)"/.test(data)) return;
      heard.messages.push({ atMs: performance.now(), message: JSON.parse(data) });
    };
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        this.addEventListener('message', ({ data }) => note(data));
      }

      override send(data: Parameters<WebSocket['send']>[0]): void {
        if (typeof data === 'string' && data.startsWith('{"type":"terminal.resize"'))
          heard.terminalSize = JSON.parse(data);
        super.send(data);
      }
    };
    globalThis.benchSocket = heard;
  });
}
