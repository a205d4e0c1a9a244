// SPDX-License-Identifier: BSD-2-Clause
// Serves the bare pages from a process of their own, as Ringlab's server is one. Prints its address when it is ready.
import { BarePage } from './server.ts';

const page = await BarePage.serve();
console.log(page.url);
