// SPDX-License-Identifier: BSD-2-Clause
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type { Refusal } from './netmap-error.ts';

/** The native part's own value for an open port. */
export type NativePort = object & { readonly __nativePort: never };

export interface Opened {
  readonly port: NativePort;
  readonly memory: ArrayBuffer;
  /** The body of the registration, as netmap answered it. */
  readonly reply: ArrayBuffer;
  /** `system` if there is a /dev/netmap, be it the kernel's or a preloaded library's; else `unetmap`. */
  readonly engine: 'system' | 'unetmap';
}

/** See src/native/addon.c. */
export interface Native {
  /** Rejects with a `Refusal`. Empty texts say nothing; `onReady` comes after `ask` gave 0. */
  open(
    library: string,
    region: string,
    fallback: string,
    name: string,
    request: Uint8Array,
    onReady: (events: number) => void,
  ): Promise<Opened>;
  /** 0, or errno. */
  sync(port: NativePort, request: number): number;
  /** The poll events that are ready, or 0 if the port now sleeps for them. */
  ask(port: NativePort, events: number): number;
  close(port: NativePort, memory: ArrayBuffer): void;
}

const ADDON = '../../build/netmap.node';
let loaded: Native | undefined;

/** Throws a `Refusal`: only whoever opens a port needs the native part. */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

function load(): Native {
  try {
    return createRequire(import.meta.url)(ADDON) as Native;
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const detail = `the native part is not built for this machine; run node build.mjs in the folder of netmap-bindings, which needs a C compiler (${said})`;
    throw { errno: constants.errno.ENOENT, code: 'ENOENT', call: 'load', detail } satisfies Refusal;
  }
}
