// SPDX-License-Identifier: BSD-2-Clause
// Asks for a lab and for the chunks that its page will want while the page's first chunk is still on its way.
(() => {
  const lab = /^\/labs\/([\w-]+)$/.exec(location.pathname)?.[1];
  const script = document.currentScript;
  if (lab === undefined || script === null) return;
  for (const href of script.dataset.labChunks?.split(' ') ?? []) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = href;
    document.head.append(link);
  }
  const person = new URLSearchParams(location.search).get('person');
  const labPath = `/api/labs/${lab}${person === null ? '' : `?person=${encodeURIComponent(person)}`}`;
  window.ringlabEarly = new Map(['/api/me', labPath].map((path) => [path, fetch(path)]));
  for (const response of window.ringlabEarly.values()) response.catch(() => {});
})();
