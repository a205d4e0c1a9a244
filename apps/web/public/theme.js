// SPDX-License-Identifier: BSD-2-Clause
// Runs before the first paint, so that a page never flashes in the other theme.
(() => {
  const light = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem('ringlab.theme');
    } catch {
      // No storage: follow the system.
    }
    const theme = chosen === 'light' || chosen === 'dark' ? chosen : light.matches ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
  };
  apply();
  light.addEventListener('change', apply);
  addEventListener('storage', (event) => event.key === 'ringlab.theme' && apply());
})();
