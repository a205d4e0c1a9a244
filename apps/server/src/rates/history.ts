// SPDX-License-Identifier: BSD-2-Clause
import type { DirectionRate, PortRate, RateSample } from '@ringlab/protocol';

const FULL_RATE_MS = 60_000;
const KEPT_MS = 600_000;
const COARSE_MS = 1000;

/** Ten minutes of rates: the last one as they came, those before as one mean a second. */
export class RateHistory {
  #recent: RateSample[] = [];
  #coarse: RateSample[] = [];

  add({ runId, tMs, ports }: RateSample): void {
    this.#recent.push({ runId, tMs, ports: ports.map(withoutRings) });
    this.#condense(tMs);
    while ((this.#coarse[0]?.tMs ?? tMs) < tMs - KEPT_MS) this.#coarse.shift();
  }

  /** Oldest first. */
  samples(): RateSample[] {
    return [...this.#coarse, ...this.#recent];
  }

  /** Makes one sample of the oldest second when all of it is a minute old. */
  #condense(nowMs: number): void {
    const first = this.#recent[0];
    if (!first || first.tMs > nowMs - FULL_RATE_MS - COARSE_MS) return;
    const end = this.#recent.findIndex(
      ({ tMs, runId }) => tMs >= first.tMs + COARSE_MS || runId !== first.runId,
    );
    const second = this.#recent.splice(0, end < 0 ? this.#recent.length : end);
    this.#coarse.push(mean(second));
  }
}

function withoutRings({ port, tx, rx }: PortRate): PortRate {
  return { port, tx, rx };
}

/** Stands at the last sample's time; a port counts in those samples where it was. */
function mean(samples: readonly RateSample[]): RateSample {
  const last = samples.at(-1) ?? { runId: '', tMs: 0, ports: [] };
  const ports = last.ports.map(({ port }) => {
    const there = samples.flatMap((sample) => sample.ports.filter((candidate) => candidate.port === port));
    return {
      port,
      tx: meanDirection(there.map(({ tx }) => tx)),
      rx: meanDirection(there.map(({ rx }) => rx)),
    };
  });
  return { runId: last.runId, tMs: last.tMs, ports };
}

function meanDirection(rates: readonly DirectionRate[]): DirectionRate {
  const of = (pick: (rate: DirectionRate) => number) =>
    rates.reduce((sum, rate) => sum + pick(rate), 0) / rates.length;
  return {
    pps: of(({ pps }) => pps),
    bps: of(({ bps }) => bps),
    dropPps: of(({ dropPps }) => dropPps),
    packets: rates.at(-1)?.packets ?? 0,
    syncsPerSecond: of(({ syncsPerSecond }) => syncsPerSecond),
  };
}
