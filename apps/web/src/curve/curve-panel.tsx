// SPDX-License-Identifier: BSD-2-Clause
import './curve.css';
import { useAppState } from '../api/index.ts';
import { CurveView } from './curve-view.tsx';

export function CurvePanel() {
  const look = useAppState((state) => state.workspace?.lab.curve);
  const curve = useAppState((state) => state.workspace?.curve);
  const isMeasuring = useAppState(({ workspace }) => workspace?.run?.phase === 'running');
  return (
    <section className="panel-body curve" aria-label="Curve">
      {look ? (
        <CurveView look={look} curve={curve} isMeasuring={isMeasuring} />
      ) : (
        <p className="empty-state">This lab measures no curve.</p>
      )}
    </section>
  );
}
