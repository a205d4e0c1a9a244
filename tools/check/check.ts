// SPDX-License-Identifier: BSD-2-Clause

/** One kind of look at the whole repository. */
export interface Check {
  readonly name: string;
  /** What holds when it finds nothing. */
  readonly proves: string;
  run(): Promise<readonly Fault[]>;
}

export interface Fault {
  /** Relative to the repository; absent where no single file is to blame. */
  readonly path?: string;
  readonly line?: number;
  readonly message: string;
}

export function words({ path, line, message }: Fault): string {
  const place = [path, line].filter((part) => part !== undefined).join(':');
  return place === '' ? message : `${place}: ${message}`;
}
