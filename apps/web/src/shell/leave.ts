// SPDX-License-Identifier: BSD-2-Clause
import { navigate } from 'wouter/use-browser-location';
import { actions } from '../api/index.ts';
import { attempt } from './problem.ts';

/** Who comes next at this machine starts at the door, not in the lab that was left. */
export function leave(): void {
  attempt(async () => {
    await actions.leave();
    navigate('/join', { replace: true });
  });
}
