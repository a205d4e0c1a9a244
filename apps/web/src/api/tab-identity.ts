// SPDX-License-Identifier: BSD-2-Clause
/**
 * Who this tab is. The id lives in sessionStorage and so survives a reload; a duplicated tab gets a copy of it, so
 * each tab also holds a Web Lock of that name, and one that cannot get its lock takes a new id.
 */
const KEY = 'ringlab.tab';
const LOCK_PREFIX = 'ringlab.tab/';
const RELOAD_GRACE_MS = 250;

export interface TabIdentity {
  readonly tabId: string;
  /** Other tabs of this browser that were open when this page loaded. */
  isAlive(tabId: string): boolean;
}

export async function claimTabIdentity(): Promise<TabIdentity> {
  const kept = sessionStorage.getItem(KEY) ?? newTabId();
  // Web Locks exist on https and localhost only; without them a duplicated tab shares its id, which costs a re-attach.
  const tabId = !('locks' in navigator) || (await holdLock(kept)) ? kept : newTabId();
  if (tabId !== kept) await holdLock(tabId);
  sessionStorage.setItem(KEY, tabId);
  const alive = await livingTabs();
  return { tabId, isAlive: (other) => alive.has(other) };
}

function newTabId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Holds the lock until the tab is gone; false when another tab holds it. The page before a reload gets a moment. */
function holdLock(tabId: string): Promise<boolean> {
  return new Promise((answer) => {
    const hold = () => {
      answer(true);
      return new Promise<never>(() => {});
    };
    const signal = AbortSignal.timeout(RELOAD_GRACE_MS);
    navigator.locks.request(`${LOCK_PREFIX}${tabId}`, { signal }, hold).catch(() => answer(false));
  });
}

async function livingTabs(): Promise<ReadonlySet<string>> {
  if (!('locks' in navigator)) return new Set();
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name }) => name?.replace(LOCK_PREFIX, '') ?? ''));
}
