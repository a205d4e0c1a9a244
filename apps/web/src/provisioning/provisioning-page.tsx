// SPDX-License-Identifier: BSD-2-Clause
import './provisioning.css';
import type { DriverName, Provisioning } from '@ringlab/protocol';
import { Play, Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, Redirect } from 'wouter';
import { actions, errorWords, useAppState } from '../api/index.ts';
import { Checklist } from './checklist.tsx';
import { Verdict } from './verdict.tsx';

export function ProvisioningPage() {
  const session = useAppState((state) => state.session);
  const role = useAppState((state) => state.me?.person.role);
  if (session === 'signed-out') return <Redirect to="/instructor" replace />;
  if (role === 'attendee') return <Redirect to="/labs" replace />;
  return <main className="page">{role === 'instructor' && <LiveProvisioning />}</main>;
}

function LiveProvisioning() {
  const provisioning = useAppState((state) => state.provisioning);
  const connection = useAppState((state) => state.connection);
  const [problem, setProblem] = useState<string>();
  const attempt = (work: Promise<void>) =>
    void work.then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(errorWords(error)),
    );
  useEffect(() => {
    actions.openProvisioning().catch((error: unknown) => setProblem(errorWords(error)));
    return () => void actions.closeProvisioning().catch(() => undefined);
  }, []);
  return (
    <>
      {connection === 'offline' && (
        <p className="notice warn">The server does not answer; this is how it was.</p>
      )}
      {problem !== undefined && <p className="notice bad">{problem}</p>}
      {provisioning === undefined ? (
        <p className="progress" role="status">
          Waiting for the checklist
        </p>
      ) : (
        <ProvisioningView provisioning={provisioning} attempt={attempt} />
      )}
    </>
  );
}

interface ProvisioningViewProps {
  readonly provisioning: Provisioning;
  readonly attempt: (work: Promise<void>) => void;
}

function ProvisioningView({ provisioning, attempt }: ProvisioningViewProps) {
  const here = useAppState((state) => state.sandbox?.driver);
  const [picked, setPicked] = useState<DriverName>();
  const driver = picked ?? provisioning.driver ?? here;
  const isWorking = provisioning.phase === 'working';
  return (
    <>
      <header className="page-bar">
        <span className="page-name provisioning-question">Is this machine ready for the course?</span>
        <DriverChoice lines={provisioning.lines} picked={driver} disabled={isWorking} onPick={setPicked} />
        {isWorking ? (
          <button type="button" className="button danger" onClick={() => attempt(actions.stopProvisioning())}>
            <Square size={13} aria-hidden="true" /> Stop
          </button>
        ) : (
          <button
            type="button"
            className="button primary"
            onClick={() => attempt(actions.startProvisioning(driver))}
          >
            <Play size={13} aria-hidden="true" />
            {provisioning.phase === 'never' ? 'Find out' : 'Try again'}
          </button>
        )}
        <Link href="/board">Board</Link>
      </header>
      <div className="provisioning-sheet">
        <Verdict provisioning={provisioning} />
        <Checklist lines={provisioning.lines} driver={provisioning.driver} />
      </div>
    </>
  );
}

interface DriverChoiceProps {
  readonly lines: Provisioning['lines'];
  readonly picked: DriverName | undefined;
  readonly disabled: boolean;
  readonly onPick: (driver: DriverName) => void;
}

function DriverChoice({ lines, picked, disabled, onPick }: DriverChoiceProps) {
  const drivers = lines.filter(({ part }) => part === 'drivers').map(({ title }) => title as DriverName);
  return (
    <fieldset className="provisioning-drivers" disabled={disabled}>
      <legend>Sandboxes by</legend>
      {drivers.map((driver) => (
        <label key={driver}>
          <input type="radio" name="driver" checked={driver === picked} onChange={() => onPick(driver)} />
          <span>{driver}</span>
        </label>
      ))}
    </fieldset>
  );
}
