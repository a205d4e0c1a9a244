// SPDX-License-Identifier: BSD-2-Clause
import {
  fetchDeck,
  fetchDecks,
  fetchLiveImage,
  postInstructor,
  postJoin,
  postLeave,
  postReturn,
  postReturnLink,
} from './http.ts';
import { request } from './server-link.ts';
import {
  closeBoard,
  closeProvisioning,
  closeWorkspace,
  currentWorkspace,
  openBoard,
  openProvisioning,
  openWorkspace,
  signedIn,
  signedOut,
} from './session.ts';

import type { Actions, AppState } from './state.ts';
import { store, updateWorkspace } from './store.ts';
import { withTerminal } from './workspace-session.ts';

const lab = () => currentWorkspace().ref.lab;

export const actions: Actions = {
  join: async (code, name) => signedIn(await postJoin(code, name)),
  signInAsInstructor: async (token) => signedIn(await postInstructor(token)),
  returnAs: async (token) => signedIn(await postReturn(token)),
  returnLink: (personId) => postReturnLink(personId),
  liveImage: () => fetchLiveImage(),
  async leave() {
    await saveAllIfOpen();
    await postLeave();
    signedOut();
  },
  openWorkspace,
  closeWorkspace: async () => closeWorkspace(),

  editFile: (path, content) => currentWorkspace().files.edit(path, content),
  saveFile: async (path) => currentWorkspace().files.save(path),
  saveAll: async () => currentWorkspace().files.saveAll(),
  async createFile(path) {
    const { version } = await request('file.save', { lab: lab(), path, content: '', baseVersion: 0 });
    currentWorkspace().files.accept({ path, content: '', version, editable: true, starter: false });
  },
  async deleteFile(path) {
    await currentWorkspace().files.save(path);
    await request('file.delete', { lab: lab(), path });
    currentWorkspace().files.remove(path);
  },
  async resetFile(path) {
    // What is unsaved becomes a version first: a reset keeps everything.
    await currentWorkspace().files.save(path);
    currentWorkspace().files.replace([await request('file.reset', { lab: lab(), path })]);
  },
  async resetLab() {
    await currentWorkspace().files.saveAll();
    const { files } = await request('lab.reset', { lab: lab() });
    const { files: queue } = currentWorkspace();
    queue.load(files);
    queue.replace(files);
  },
  fileVersions: async (path) =>
    (await request('file.versions', { workspace: currentWorkspace().ref, path })).versions,
  fileVersion: async (path, version) =>
    (await request('file.version', { workspace: currentWorkspace().ref, path, version })).content,
  resolveConflict: async (path, content) => currentWorkspace().files.resolveConflict(path, content),

  solution: async () => (await request('solution.read', { lab: lab() })).files,

  async startRun() {
    await Promise.all([currentWorkspace().files.saveAll(), endRun()]);
    const run = await request('run.start', { lab: lab() });
    updateWorkspace(() => ({ run }));
  },
  stopRun: async () => void (await request('run.stop', { lab: lab() })),
  async startCheck() {
    await currentWorkspace().files.saveAll();
    const check = await request('check.start', { lab: lab() });
    updateWorkspace(() => ({ check }));
  },
  stopCheck: async () => void (await request('check.stop', { lab: lab() })),

  async openShell(cols, rows, machine) {
    const terminal = await request('terminal.open', { lab: lab(), cols, rows, ...(machine && { machine }) });
    updateWorkspace(({ terminals }) => ({ terminals: withTerminal(terminals, terminal) }));
    return terminal;
  },
  closeTerminal: async (terminalId) => void (await request('terminal.close', { terminalId })),

  watchRings: (ports, frame) => currentWorkspace().watchRings(ports, frame),
  steerRings: async (order) => void (await request('rings.steer', { lab: lab(), order })),

  decks: async () => (await fetchDecks()).decks,
  deck: fetchDeck,

  openBoard,
  closeBoard,
  openProvisioning,
  closeProvisioning,
  startProvisioning: async (driver) =>
    void (await request('provisioning.start', driver === undefined ? {} : { driver })),
  stopProvisioning: async () => void (await request('provisioning.stop', {})),
  setLabOpen: async (slug, open) => void (await request('labs.set-open', { lab: slug, open })),
  setSolutionOpen: async (slug, open) => void (await request('labs.set-solution-open', { lab: slug, open })),
};

/** A lab has one run at a time: to run it again is to stop it first. */
async function endRun(): Promise<void> {
  if (!isRunning(store.getState())) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = store.subscribe((state) => {
    if (!isRunning(state)) resolve();
  });
  try {
    await request('run.stop', { lab: lab() });
    await promise;
  } finally {
    unsubscribe();
  }
}

function isRunning({ workspace }: AppState): boolean {
  return workspace?.run !== undefined && workspace.run.phase !== 'ended';
}

async function saveAllIfOpen(): Promise<void> {
  try {
    await currentWorkspace().files.saveAll();
  } catch {
    // No workspace, or a conflict: unsaved text stays in this browser and is there at the next visit.
  }
}
