// SPDX-License-Identifier: BSD-2-Clause
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const COMPRESSIBLE = /\.(js|css|html|svg|json|ttf)$/;
const SMALLEST_WORTH_COMPRESSING_BYTES = 1024;
const server = process.env.RINGLAB_URL ?? 'http://127.0.0.1:8080';

/** Writes `.br` and `.gz` beside each asset, so that the server sends files and compresses nothing itself. */
function precompress(): Plugin {
  let outDir = '';
  return {
    name: 'ringlab:precompress',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const paths = await readdir(outDir, { recursive: true });
      await Promise.all(
        paths.filter((path) => COMPRESSIBLE.test(path)).map((path) => compress(join(outDir, path))),
      );
    },
  };
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  if (content.byteLength < SMALLEST_WORTH_COMPRESSING_BYTES) return;
  // Quality 9 is within 4 % of 11 here and saves most of the build's time.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 };
  const [brotli, gzipped] = await Promise.all([
    promisify(brotliCompress)(content, { params }),
    promisify(gzip)(content, { level: 7 }),
  ]);
  await Promise.all([writeFile(`${path}.br`, brotli), writeFile(`${path}.gz`, gzipped)]);
}

const LAB_CHUNKS = /^(?:workspace-page|monaco|terminals-panel|topology-panel|rate-panel)$/;

/** Tells `early.js`, which is not built, under which names the chunks of a lab's page went out. */
function nameLabChunks(): Plugin {
  return {
    name: 'ringlab:name-lab-chunks',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const files = Object.values(bundle).filter(
          (output) => output.type === 'chunk' && LAB_CHUNKS.test(output.name),
        );
        if (files.length === 0) throw new Error('No chunk has the name of one of the lab page.');
        const names = files.map(({ fileName }) => `/${fileName}`).join(' ');
        return html.replace('src="/early.js"', `src="/early.js" data-lab-chunks="${names}"`);
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), nameLabChunks(), precompress()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': server,
      '/ws': { target: server, ws: true },
    },
  },
});
