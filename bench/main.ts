// SPDX-License-Identifier: BSD-2-Clause
// `pnpm bench [NAME...]`: figures on stdout, one JSON object a line; how they are measured on stderr.
import { asLine, type Benchmark } from './measurement.ts';
import { bindingsRx } from './names/bindings-rx.ts';
import { echo } from './names/echo.ts';
import { ENGINE_ROWS, engine } from './names/engine.ts';
import { flood } from './names/flood.ts';
import { page } from './names/page.ts';
import { runLatency } from './names/run-latency.ts';
import { sandboxStart } from './names/sandbox-start.ts';

const BENCHMARKS: readonly Benchmark[] = [
  runLatency,
  echo,
  flood,
  page,
  sandboxStart,
  ...ENGINE_ROWS.map(engine),
  bindingsRx,
];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const known = BENCHMARKS.map(({ name }) => name).join(', ');
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known}.`);
  process.exit(2);
}
for (const benchmark of BENCHMARKS) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  console.error(`${benchmark.name}: ${benchmark.how}`);
  await benchmark.run((measurement) => console.log(asLine(measurement)));
}
