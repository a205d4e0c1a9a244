// SPDX-License-Identifier: BSD-2-Clause
import './checks.css';
import type { CheckResult, CheckRunState } from '@ringlab/protocol';
import { ArrowRight } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useAppState } from '../api/index.ts';
import { checkWords, isStale } from './check-progress.ts';
import { CheckRow } from './check-row.tsx';
import { ClosingRing } from './closing-ring.tsx';
import { nextLab } from './next-lab.ts';

export function ChecksPanel() {
  const check = useAppState((state) => state.workspace?.check);
  const infos = useAppState((state) => state.workspace?.lab.checks);
  if (infos === undefined) return <section className="panel-body checks" aria-label="Checks" />;
  const results = check?.results ?? infos.map((info): CheckResult => ({ ...info, state: 'waiting' }));
  return (
    <section className="panel-body checks" aria-label="Checks">
      {check === undefined ? <Teaching count={infos.filter(isRequired).length} /> : <Summary check={check} />}
      {check?.message !== undefined && <p className="notice bad checks-message">{check.message}</p>}
      <CheckList label="Checks" checkRunId={check?.checkRunId} results={results.filter(isRequired)} />
      <FurtherChecks checkRunId={check?.checkRunId} results={results.filter(isOptional)} />
    </section>
  );
}

const isOptional = ({ optional }: { readonly optional?: boolean | undefined }) => optional === true;
const isRequired = (check: { readonly optional?: boolean | undefined }) => !isOptional(check);

interface CheckListProps {
  readonly results: readonly CheckResult[];
  readonly checkRunId: string | undefined;
}

function CheckList({ label, results, checkRunId }: CheckListProps & { readonly label: string }) {
  return (
    <ol className="checks-list" aria-label={label}>
      {results.map((result) => (
        <CheckRow key={`${checkRunId} ${result.id}`} result={result} />
      ))}
    </ol>
  );
}

/** Of tasks for who is done: the lab passes without them. */
function FurtherChecks(props: CheckListProps) {
  if (props.results.length === 0) return null;
  return (
    <section className="checks-further">
      <h2>Going further</h2>
      <p className="dim">The lab is done without these. They are tried when everything above passes.</p>
      <CheckList label="Checks of tasks for going further" {...props} />
    </section>
  );
}

function Summary({ check }: { readonly check: CheckRunState }) {
  const files = useAppState((state) => state.workspace?.files);
  const isNews = useSeenRunning(check);
  const state = check.phase !== 'ended' ? 'running' : check.passed ? 'passed' : 'failed';
  return (
    <div className="checks-summary" data-state={state} data-news={isNews} role="status">
      <ClosingRing
        states={check.results.filter(isRequired).map((result) => result.state)}
        isPassed={check.passed}
        isNews={isNews}
      />
      <div>
        <p className="checks-words">{checkWords(check)}</p>
        <p className="dim">
          {files && isStale(check, files) ? 'The code has changed since; check again.' : secondLine(check)}
        </p>
        {state === 'passed' && <NextLab />}
      </div>
    </div>
  );
}

/** Only for who works here: whoever looks at another's work has a path of their own. */
function NextLab() {
  const labs = useAppState((state) => state.labs);
  const slug = useAppState(({ workspace }) =>
    workspace?.readOnly === false ? workspace.lab.slug : undefined,
  );
  const next = slug === undefined ? undefined : nextLab(labs, slug);
  if (next === undefined) return null;
  return (
    <Link href={`/labs/${next.slug}`} className="checks-next">
      Go on with {next.title}
      <ArrowRight size={14} aria-hidden="true" />
    </Link>
  );
}

/** Joy belongs to the moment: a result that was there when the page came up is no news. */
function useSeenRunning(check: CheckRunState): boolean {
  const seen = useRef<string>(undefined);
  useEffect(() => {
    if (check.phase !== 'ended') seen.current = check.checkRunId;
  }, [check]);
  return seen.current === check.checkRunId;
}

function secondLine(check: CheckRunState): string {
  if (check.phase !== 'ended') return 'Your program runs in a fresh sandbox and gets known packets.';
  if (check.passed) return 'This lab is done.';
  return check.message === undefined ? 'Each red line says what was sent and what came.' : '';
}

function Teaching({ count }: { readonly count: number }) {
  return (
    <header className="checks-teaching">
      <p>
        <kbd className="kbd">Ctrl+Shift+Enter</kbd> builds your program in a fresh sandbox, sends it known
        packets, looks at what comes out, and judges{' '}
        {count === 1 ? 'this sentence' : `these ${count} sentences`}.
      </p>
    </header>
  );
}
