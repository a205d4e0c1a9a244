// SPDX-License-Identifier: BSD-2-Clause
import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Vite's name for it, too, so that tests load the same way. */
const VERSION = 't';

/**
 * Where to import a lab's module from: another address each time that the file changed, as modules are kept by address.
 * What it imports by a relative path is found anew in the same way.
 */
export function moduleAddress(path: string): string {
  return versioned(pathToFileURL(path).href);
}

function versioned(address: string): string {
  const url = new URL(address);
  url.searchParams.set(VERSION, String(Math.round(statSync(fileURLToPath(url)).mtimeMs)));
  return url.href;
}

function isLabModule(address: string | undefined): boolean {
  return address?.startsWith('file:') === true && new URL(address).searchParams.has(VERSION);
}

// A lab outside of the repository has no node_modules in which it could find labkit.
registerHooks({
  resolve(specifier, context, next) {
    if (!isLabModule(context.parentURL)) return next(specifier, context);
    if (specifier === '@ringlab/labkit') return next(specifier, { ...context, parentURL: import.meta.url });
    const found = next(specifier, context);
    return specifier.startsWith('.') ? { ...found, url: versioned(found.url) } : found;
  },
});
