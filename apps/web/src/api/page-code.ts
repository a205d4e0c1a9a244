// SPDX-License-Identifier: BSD-2-Clause
import { store } from './store.ts';

/** A part of the page itself did not come. */
export class CodeMissing extends Error {
  override readonly name = 'CodeMissing';

  constructor(cause: unknown) {
    super('The server did not send its code.', { cause });
  }
}

let isWaiting = false;

/**
 * Loads a part of the page when it is needed. What a browser could not fetch it does not fetch again, so that only a
 * new page helps: it is loaded as soon as the server is back. Nothing is lost; what was not saved is kept as a draft.
 * @throws CodeMissing
 */
export async function loadCode<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    loadPageWithServer();
    throw new CodeMissing(cause);
  }
}

/** Not before the connection was lost and came back: a server that has no such file would be asked for ever. */
function loadPageWithServer(): void {
  if (isWaiting) return;
  isWaiting = true;
  store.subscribe((now, before) => {
    if (now.connection === 'online' && before.connection !== 'online') location.reload();
  });
}
