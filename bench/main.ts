// SPDX-License-Identifier: BSD-2-Clause
// `pnpm bench [NAME...]`: figures on stdout, one JSON object a line; how they are measured on stderr.
import { asLine, type Benchmark } from './measurement.ts';
import { bindingsRx } from './names/bindings-rx.ts';
import { echo } from './names/echo.ts';
import { ENGINE_ROWS, engine, VM_ROWS } from './names/engine.ts';
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
  ...ENGINE_ROWS.map((name) => engine(name)),
  engine('vm', VM_ROWS),
  bindingsRx,
];

/** Parts of others, which run if they are asked for by name. */
const PARTS: readonly Benchmark[] = VM_ROWS.map((name) => engine(name));

const names = process.argv.slice(2);
const unknown = names.filter(
  (name) => ![...BENCHMARKS, ...PARTS].some((benchmark) => benchmark.name === name),
);
if (unknown.length > 0) {
  const known = [...BENCHMARKS, ...PARTS].map(({ name }) => name).join(', ');
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known}.`);
  process.exit(2);
}
for (const benchmark of names.length > 0 ? [...BENCHMARKS, ...PARTS] : BENCHMARKS) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  console.error(`${benchmark.name}: ${benchmark.how}`);
  await benchmark.run((measurement) => console.log(asLine(measurement)));
}
