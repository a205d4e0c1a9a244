// SPDX-License-Identifier: BSD-2-Clause
// Of the cases that were recorded on in-kernel netmap, each is asked from TypeScript or named here, with why not.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { caseNames } from './testing/golden.ts';

const C_ONLY: Readonly<Record<string, string>> = {
  'it asks with NIOCREGIF, NIOCGINFO or requests and options of NIOCCTRL that NetmapPort never makes':
    'default.extra-bufs.legacy default.ginfo default.options.extmem default.options.misuse default.options.status default.pools-info default.port-info-get default.regif.outputs name.ctrl.bad-requests name.ctrl.length-limits name.ctrl.modes name.ctrl.no-such-device name.ctrl.prefix-not-stripped name.ctrl.ring-index-range name.ctrl.unterminated name.ctrl.vale-basic name.ctrl.version name.regif.basic name.regif.modes name.regif.version null.register vale.ctl.attach-errors vale.ctl.list vale.ctl.newif-attach vale.ctl.newif-life vale.port-hdr vale.flags-port-override zz.persistent.attach-then-open',
  "it is about a descriptor's own calls: open, mmap, dup, fork, passing it on":
    'life.child-keeps-port life.child-open-close life.close-keeps-mapping life.dup life.fd-passing life.fork-shared-fd life.mmap-before-register life.open-modes life.register-after-failure life.remap ring.sync.unregistered',
  'it is about what poll, select and epoll answer, of which NetmapPort shows only `ready`':
    'poll.cur-at-tail poll.do-rx-poll poll.epoll poll.epoll-modes poll.epoll-wake poll.initial poll.pipe-no-peer poll.pipe-peer-closed poll.ppoll-pselect poll.rx-refresh poll.select poll.signal poll.timeout poll.two-fds poll.two-waiters poll.tx-cur-at-tail poll.tx-flush poll.vale-always-writable poll.wake-by-process poll.wake-pipe-writer ring.invalid-head.poll',
  "it is about the functions of netmap's header library and of libnetmap":
    'default.nmopen.flags default.nmopen.no-mmap default.nmopen.parent-memory lib.nmport.clone lib.nmport.open-inject lib.nmport.pipe lib.nmport.prepare lib.nmport.stepwise name.flags.ring-only name.nmopen.descriptor name.nmopen.netmap name.nmopen.vale ring.lib.dispatch-counts ring.lib.inject-nextpkt',
  'it needs processes or threads that do one thing at one moment, or die in it':
    'conc.crossed-streams conc.threads conc.two-senders-fit conc.two-senders-flood life.kill9-pipe life.kill9-vale life.two-processes-one-port pipe.two-process-stream',
  'it writes an address of its process into a slot': 'ring.indirect.vale',
  'it needs a network device': 'nic.veth.geometry nic.veth.vale-attach',
  'it could be asked from TypeScript, and only the C program asks it so far':
    'default.pipe.custom-geometry default.ring-offsets default.slots.initial life.two-fds-two-rings name.busy.pipe pipe.both-closed pipe.id-is-text pipe.on-vale-name pipe.send-extra-buffer ring.bytes-past-len ring.forward.pipe-to-pipe-swap ring.forward.two-switches ring.morefrag.pipe ring.morefrag.vale-unfinished ring.rx.invalid-head ring.timestamp ring.tx.invalid-head ring.tx.many-empty-syncs',
};

const FOLDER = new URL('.', import.meta.url);
const asked = readdirSync(FOLDER)
  .filter((file) => /^golden-.*\.test\.ts$/.test(file))
  .flatMap(
    (file) => readFileSync(new URL(file, FOLDER), 'utf8').match(/(?<=^ {2}')[\w.-]+(?=': async)/gm) ?? [],
  );

describe('cases recorded on in-kernel netmap', () => {
  test('each is asked here, or named with why not', () => {
    const named = Object.values(C_ONLY).flatMap((names) => names.split(' '));
    expect(asked.length).toBeGreaterThan(50);
    expect([...asked, ...named].sort()).toEqual([...caseNames].sort());
  });
});
