// SPDX-License-Identifier: BSD-2-Clause
import ssh2 from 'ssh2';

/** As OpenSSH writes them. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** Both sides of a login. */
export interface LoginKeys {
  readonly host: KeyPair;
  readonly login: KeyPair;
}

export function newLoginKeys(): LoginKeys {
  return { host: newKeyPair(), login: newKeyPair() };
}

/** One in 256 that ssh2 makes is a byte too short, and nobody can read it. */
export function newKeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** Whether the key that a host showed is the one that was pinned; `pinned` is a line as of known_hosts or a .pub file. */
export function isKey(shown: Buffer, pinned: string): boolean {
  return pinned.split(/\s+/).includes(shown.toString('base64'));
}
