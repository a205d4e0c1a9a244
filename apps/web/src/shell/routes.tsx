// SPDX-License-Identifier: BSD-2-Clause
import { type ComponentType, lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { loadCode } from '../api/index.ts';
import { FailureBox } from './failure-box.tsx';
import { Progress } from './progress.tsx';

const page = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await loadCode(load) }));

const JoinPage = page(async () => (await import('../join/join-page.tsx')).JoinPage);
const InstructorPage = page(async () => (await import('../join/instructor-page.tsx')).InstructorPage);
const ReturnPage = page(async () => (await import('../join/return-page.tsx')).ReturnPage);
const CoursePage = page(async () => (await import('../course/course-page.tsx')).CoursePage);
const BoardPage = page(async () => (await import('../dashboard/board-page.tsx')).BoardPage);
const SlidesPage = page(async () => (await import('../slides/slides-page.tsx')).SlidesPage);
const ProvisioningPage = page(
  async () => (await import('../provisioning/provisioning-page.tsx')).ProvisioningPage,
);
const LiveImagePage = page(async () => (await import('../live-image/live-image-page.tsx')).LiveImagePage);
const WorkspacePage = page(async () => (await import('./workspace-page.tsx')).WorkspacePage);

/** A page shows itself to whom it likes: those that need a session send a stranger to /join themselves. */
export function Routes() {
  return (
    <FailureBox title="The page">
      <Suspense fallback={<Progress words="Loading the page" />}>
        <Switch>
          <Route path="/join" component={JoinPage} />
          <Route path="/instructor" component={InstructorPage} />
          <Route path="/return" component={ReturnPage} />
          <Route path="/labs" component={CoursePage} />
          <Route path="/labs/:slug" component={WorkspacePage} />
          <Route path="/slides/:slug" component={SlidesPage} />
          <Route path="/live-image" component={LiveImagePage} />
          <Route path="/board" component={BoardPage} />
          <Route path="/provisioning" component={ProvisioningPage} />
          <Route>
            <Redirect to="/labs" replace />
          </Route>
        </Switch>
      </Suspense>
    </FailureBox>
  );
}
