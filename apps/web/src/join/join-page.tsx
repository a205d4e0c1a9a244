// SPDX-License-Identifier: BSD-2-Clause
import './join.css';
import { joinBody } from '@ringlab/protocol';
import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { actions, errorWords, useAppState } from '../api/index.ts';
import { Welcome } from './welcome.tsx';

/** Where a stranger was sent here from; a lab, or the list of them. */
function placeAfter(): string {
  const back = new URLSearchParams(location.search).get('back');
  return back !== null && /^\/labs\/[\w-]+$/.test(back) ? back : '/labs';
}

export function JoinPage() {
  const code = new URLSearchParams(location.search).get('code') ?? '';
  const me = useAppState((state) => state.me);
  return (
    <Welcome title="The netmap framework for NFV applications">
      {me !== undefined && (
        <p className="notice join-already">
          You are here as <b>{me.person.name}</b>. <Link href={placeAfter()}>Go on</Link>, or join as somebody
          else:
        </p>
      )}
      <JoinForm code={code} />
    </Welcome>
  );
}

/** The page is there for its form: typing goes into the first field that is still empty. */
const focus = (field: HTMLInputElement | null) => field?.focus();

function JoinForm({ code }: { readonly code: string }) {
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<string>();
  const [isJoining, setIsJoining] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = joinBody.safeParse(Object.fromEntries(new FormData(event.currentTarget)));
    if (!typed.success) return setProblem(typed.error.issues[0]?.message);
    setIsJoining(true);
    setProblem(undefined);
    try {
      await actions.join(typed.data.code, typed.data.name);
      navigate(placeAfter());
    } catch (error) {
      setProblem(errorWords(error));
      setIsJoining(false);
    }
  };

  return (
    <form className="join-form" onSubmit={(event) => void submit(event)} noValidate>
      <label>
        Course code
        <input
          className="field mono"
          name="code"
          defaultValue={code}
          ref={code === '' ? focus : null}
          autoComplete="off"
          spellCheck={false}
        />
        <small className="dim">Your instructor shows it; a link that you were given has it filled in.</small>
      </label>
      <label>
        Your name
        <input
          className="field"
          name="name"
          ref={code === '' ? null : focus}
          autoComplete="name"
          maxLength={40}
        />
        <small className="dim">
          The instructor sees it beside your labs, and can give you a link back to them in another browser.
        </small>
      </label>
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="button primary" disabled={isJoining}>
        {isJoining ? 'Joining the course' : 'Join the course'}
      </button>
    </form>
  );
}
