// SPDX-License-Identifier: BSD-2-Clause
import './workspace-page.css';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { Redirect, useParams, useSearchParams } from 'wouter';
import { actions, appState, errorWords, navigation, useAppState, useNavigation } from '../api/index.ts';
import { Dialogs } from './dialogs/dialogs.tsx';
import { Dock } from './dock/dock.tsx';
import { WorkspaceHeader } from './header/workspace-header.tsx';
import { listenForKeys } from './keys.ts';
import { recallOpenFiles, rememberOpenFiles } from './open-files.ts';
import { useProblem } from './problem.ts';
import { Progress } from './progress.tsx';
import { ReadOnlyBanner } from './read-only-banner.tsx';

/** One lab's workspace: the asker's own, or, with `?person=ID`, one that an instructor looks at. */
export function WorkspacePage() {
  const { slug = '' } = useParams();
  const [search] = useSearchParams();
  const personId = search.get('person') ?? undefined;
  useOpenWorkspace(slug, personId);
  useEffect(listenForKeys, []);
  return (
    <div className="workspace-page">
      <WorkspaceHeader slug={slug} />
      <ReadOnlyBanner />
      <ProblemStrip />
      <main className="workspace-main">
        <WorkspaceBody slug={slug} />
      </main>
      <Dialogs />
    </div>
  );
}

function useOpenWorkspace(lab: string, personId: string | undefined): void {
  useEffect(() => {
    actions
      .openWorkspace(personId === undefined ? { lab } : { lab, personId })
      .then(() => {
        openFiles(lab);
        arriveFromSlide(lab);
      })
      // The page shows `workspaceError` in the workspace's place.
      .catch(() => {});
    const unsubscribe = useNavigation.subscribe(({ openPaths, activePath }) => {
      if (appState().workspace?.lab.slug === lab) rememberOpenFiles(lab, { openPaths, activePath });
    });
    return () => {
      unsubscribe();
      void actions.closeWorkspace();
    };
  }, [lab, personId]);
}

/** A slide opens a lab at a step, `?step=send`, and may run it, `&run`; once, not again when the page is loaded anew. */
function arriveFromSlide(lab: string): void {
  const asked = new URLSearchParams(location.search);
  const workspace = appState().workspace;
  if (workspace?.lab.slug !== lab || workspace.readOnly) return;
  const step = asked.get('step');
  if (step !== null) navigation.showStep(step);
  if (asked.has('run'))
    actions.startRun().catch((error) => useProblem.setState({ words: errorWords(error) }));
  if (asked.has('step') || asked.has('run')) history.replaceState(null, '', location.pathname);
}

function openFiles(lab: string): void {
  const workspace = appState().workspace;
  if (workspace?.lab.slug !== lab) return;
  const known = new Set(workspace.files.map(({ path }) => path));
  const kept = recallOpenFiles(lab);
  const openPaths = kept?.openPaths.filter((path) => known.has(path)) ?? [];
  const active = openPaths.find((path) => path === kept?.activePath) ?? openPaths[0];
  const { firstFile } = workspace.lab;
  navigation.start(active === undefined ? [firstFile] : openPaths, active ?? firstFile);
}

function WorkspaceBody({ slug }: { readonly slug: string }) {
  const open = useAppState(({ workspace }) => workspace !== undefined);
  const signedOut = useAppState(({ session }) => session === 'signed-out');
  const problem = useAppState((state) => state.workspaceError);
  if (signedOut) return <Redirect to={`/join?back=${encodeURIComponent(`/labs/${slug}`)}`} replace />;
  if (open) return <Dock lab={slug} />;
  if (problem === undefined) return <Progress words="Opening the lab" />;
  return (
    <div className="empty-state">
      <p>{problem}</p>
      <a href="/labs">All labs</a>
    </div>
  );
}

const NOTHING_RUNS = 'Nothing can be run here now. What you write is saved all the same.';

function ProblemStrip() {
  const words = useProblem((state) => state.words);
  const sandbox = useAppState((state) => state.sandbox);
  const shown = words ?? (sandbox?.usable === false ? `${NOTHING_RUNS}\n${sandbox.message}` : undefined);
  if (shown === undefined) return null;
  return (
    <p className="notice bad workspace-strip" role="alert">
      {shown}
      {words !== undefined && (
        <button
          type="button"
          className="icon-button"
          aria-label="Put this message away"
          onClick={() => useProblem.setState({ words: undefined })}
        >
          <X size={14} />
        </button>
      )}
    </p>
  );
}
