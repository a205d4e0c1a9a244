// SPDX-License-Identifier: BSD-2-Clause
import './tokens.css';
import './shell/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startSession } from './api/session.ts';
import { Routes } from './shell/routes.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');

startSession();
createRoot(root).render(
  <StrictMode>
    <Routes />
  </StrictMode>,
);
