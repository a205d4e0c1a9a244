// SPDX-License-Identifier: BSD-2-Clause

/** Packets as values, so that a lab's checks need nothing but labkit. */
export * as packets from '@ringlab/netmap-bindings/layout';
export { type BuildOptions, type BuildResult, buildLab } from './build.ts';
export { buffersIn } from './checks/buffers.ts';
export { type Check, defineChecks } from './checks/check.ts';
export { compareFrames, type FrameHints } from './checks/compare.ts';
export type { CheckContext, Exchanged, ExchangePlan, Frame } from './checks/context.ts';
export type { Counters } from './checks/counters.ts';
export { describeFrame } from './checks/describe.ts';
export { frameBytes } from './checks/exchange.ts';
export { CheckFailure } from './checks/failure.ts';
export { LONGEST_NMSTAT_CHARACTERS, lines } from './checks/lines.ts';
export type { Program } from './checks/program.ts';
export { buildReference } from './checks/reference.ts';
export { type CheckRunOptions, runChecks } from './checks/run-checks.ts';
export { type Busiest, busiestPort, untilFull } from './checks/stillness.ts';
export { strangeFrames } from './checks/strange.ts';
export {
  judgeTraffic,
  numberedPacket,
  sendInBackground,
  sendThrough,
  type Traffic,
} from './checks/through.ts';
export { type Failure, failed, firstFailure, passed, passedWith, type Verdict } from './checks/verdict.ts';
export { unlessAborted, within } from './checks/wait.ts';
export { lastWords, requireRunning } from './checks/words.ts';
export { loadDecks } from './decks.ts';
export { parseDiagnostics, withCharacterColumns } from './diagnostics.ts';
export { describeFault, type LabFault, LabFaults } from './faults.ts';
export { findLabs } from './find-labs.ts';
export type {
  Lab,
  LabAnswers,
  LabBuild,
  LabFile,
  LabHint,
  LabMutant,
  LabNeeds,
  LabRunProcess,
} from './lab.ts';
export { loadLab, loadLabAnswers, loadLabs } from './loader.ts';
export { matrixText } from './matrix.ts';
export { type LabTemplate, newLab } from './new-lab.ts';
export {
  type CpuPlan,
  cpuPerPacketNs,
  type Identity,
  type IdentityPlan,
  probeIdentity,
} from './probes/probes.ts';
export * from './sandbox.ts';
export { labSchemaText } from './schema.ts';
export { forChecks, LONGEST_TRY_MS, type VerifyOptions, verifyLab } from './verify.ts';
export { textProblems } from './verify-text.ts';
