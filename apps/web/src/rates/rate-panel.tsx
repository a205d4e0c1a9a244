// SPDX-License-Identifier: BSD-2-Clause
import 'uplot/dist/uPlot.min.css';
import './rates.css';
import type { LabDetail } from '@ringlab/protocol';
import { useAppState } from '../api/index.ts';
import { RateView } from './rate-view.tsx';

export function RatePanel() {
  const lab = useAppState((state) => state.workspace?.lab);
  const reader = useAppState((state) => state.workspace?.ref.personId);
  return (
    <section className="panel-body rates" aria-label="Rate">
      {lab && <Rates key={`${lab.slug} ${reader}`} lab={lab} />}
    </section>
  );
}

function Rates({ lab }: { readonly lab: LabDetail }) {
  if (lab.topology.links.length === 0)
    return <p className="empty-state">This lab has no links to measure.</p>;
  return <RateView topology={lab.topology} />;
}
