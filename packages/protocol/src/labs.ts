// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { curveLook } from './curves.ts';

/** A lab's folder name, `NN-slug`. */
export const labSlug = z.string().regex(/^\d\d-[a-z0-9-]+$/);
export const driverName = z.enum(['bubblewrap', 'docker', 'qemu', 'ssh', 'swarm']);
export type DriverName = z.infer<typeof driverName>;
export const engineName = z.enum(['unetmap', 'kernel']);
export type EngineName = z.infer<typeof engineName>;

export const topologyNode = z.object({
  id: z.string(),
  label: z.string(),
  kind: z.enum(['process', 'switch', 'pipe', 'nic', 'host']),
  /** With kind `process`: the name of the process in `processes`. */
  process: z.string().optional(),
  /** The virtual machine that it is in, if any: nodes of one machine are drawn in one frame. */
  machine: z.string().optional(),
});
export type TopologyNode = z.infer<typeof topologyNode>;

/** A directed link; its rate is that of one direction of one netmap port. */
export const topologyLink = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  /** The port whose counters say what crosses this link, as netmap names it: `vale0:gen`, `p{1`; or `kernel:veth0`, `told:memif`. */
  port: z.string(),
  direction: z.enum(['tx', 'rx']),
  label: z.string().optional(),
});
export type TopologyLink = z.infer<typeof topologyLink>;

export const topology = z.object({ nodes: z.array(topologyNode), links: z.array(topologyLink) });
export type Topology = z.infer<typeof topology>;

export const labProcess = z.object({
  name: z.string(),
  argv: z.array(z.string()).min(1),
  /** True for what the attendee wrote; the others are traffic sources, sinks and tools. */
  attendee: z.boolean(),
  /** The virtual machine that it runs in; in none if left out. */
  machine: z.string().optional(),
});
export type LabProcess = z.infer<typeof labProcess>;

export const checkInfo = z.object({
  id: z.string(),
  title: z.string(),
  /** Belongs to a task for who wants to go further: the lab is done without it. */
  optional: z.boolean().optional(),
});
export type CheckInfo = z.infer<typeof checkInfo>;

export const labStep = z.object({
  id: z.string(),
  title: z.string(),
  /** Markdown (GitHub flavored). */
  text: z.string(),
  /** The step is done when all of these checks passed in the latest check run. */
  checks: z.array(z.string()),
  /** From a nudge to nearly the answer. */
  hints: z.array(z.string()),
});
export type LabStep = z.infer<typeof labStep>;

export const labQuestion = z.object({
  id: z.string(),
  prompt: z.string(),
  choices: z.array(z.object({ text: z.string(), correct: z.boolean(), explanation: z.string() })).min(2),
});
export type LabQuestion = z.infer<typeof labQuestion>;

/** Whether the lab belongs to the one day; the others are for who goes further. */
export const isCore = z.boolean();

export const labSummary = z.object({
  slug: labSlug,
  title: z.string(),
  summary: z.string(),
  minutes: z.int(),
  core: isCore,
  open: z.boolean(),
  /** This person may read the solution: its checks passed once, or the instructor opened it. */
  solutionOpen: z.boolean(),
  /** Of this person: how many checks passed in the latest check run of this lab. */
  passed: z.int(),
  checks: z.int(),
  /** Why this lab cannot run on this server, in words; absent when it can. */
  missing: z.string().optional(),
});
export type LabSummary = z.infer<typeof labSummary>;

export const labDetail = z.object({
  slug: labSlug,
  title: z.string(),
  summary: z.string(),
  minutes: z.int(),
  core: isCore,
  goals: z.array(z.string()),
  /** Markdown before the first step. */
  intro: z.string(),
  steps: z.array(labStep),
  questions: z.array(labQuestion),
  /** Markdown after the last step; empty when there is none. */
  goingFurther: z.string(),
  /** Tasks for who is done, each with checks of its own. */
  further: z.array(labStep).optional(),
  topology,
  /** What its programs measure, if they do. */
  curve: curveLook.optional(),
  processes: z.array(labProcess),
  checks: z.array(checkInfo),
  /** The file that the editor shows first. */
  firstFile: z.string(),
});
export type LabDetail = z.infer<typeof labDetail>;
