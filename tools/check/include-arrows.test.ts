// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { badIncludes } from './include-arrows.ts';

const FILES = [
  'include/net/netmap.h',
  'src/core/barriers.h',
  'src/ports/port.h',
  'src/control/request.h',
  'src/client/table.h',
  'src/libnetmap/parse.h',
  'tools/pkt-gen/options.h',
];

test.each([
  ['src/core/area.c', '#include "ports/port.h"', /core includes nothing above/],
  ['src/ports/vale.c', '#include "control/request.h"', /src\/ports may include/],
  ['src/control/a.c', '# include "../client/table.h"', /src\/control may include/],
  ['src/client/a.c', '#include "libnetmap/parse.h"', /not src\/libnetmap/],
  ['src/libnetmap/a.c', '#include "core/barriers.h"', /not src\/core/],
  ['tools/nmstat.c', '#include <core/barriers.h>', /only the public headers/],
  ['include/libnetmap.h', '#include "core/barriers.h"', /not src\/core/],
])('%s may not say %s', (path, text, says) => {
  expect(badIncludes(path, text, FILES)).toMatchObject([{ line: 1, message: expect.stringMatching(says) }]);
});

test.each([
  ['src/client/a.c', '#include "control/request.h"'],
  ['src/ports/vale.c', '#include "core/barriers.h"'],
  ['src/core/area.c', '#include "barriers.h"\n#include <stdio.h>'],
  ['tools/pkt-gen/main.c', '#include <net/netmap.h>\n#include "options.h"'],
])('%s may say %s', (path, text) => {
  expect(badIncludes(path, text, FILES)).toEqual([]);
});
