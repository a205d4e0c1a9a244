// SPDX-License-Identifier: BSD-2-Clause
import type { Sandbox } from '@ringlab/labkit';
import type { NmringLook } from '@ringlab/netmap-bindings/layout';
import { MAX_WATCHED_PORTS, type RingOrder, type RingsLook, type SlotRef } from '@ringlab/protocol';
import { ringsLookOf } from './ring-look.ts';
import { RingWatch } from './ring-watch.ts';

interface Watched {
  readonly ports: readonly string[];
  readonly frame: SlotRef | undefined;
}

const NOTHING: RingsLook = { known: true, rings: [] };

/**
 * The rings of one workspace's sandbox, for those who look at them, and the one port whose program is held. What is
 * wanted outlives sandboxes and runs: a port may be held before it is there. Nothing runs while nobody looks.
 */
export class RingInspector<Watcher extends object> implements Disposable {
  readonly #send: (watcher: Watcher, look: RingsLook) => void;
  readonly #watchers = new Map<Watcher, Watched>();
  #sandbox: Sandbox | undefined;
  #starting: Promise<void> | undefined;
  #watch: RingWatch | undefined;
  #held: { readonly port: string; perSecond: number } | undefined;
  /** A run that is being stopped is not held: its programs are to end by themselves. */
  #mayHold = true;
  #latest = NOTHING;

  constructor(send: (watcher: Watcher, look: RingsLook) => void) {
    this.#send = send;
  }

  /** The sandbox in which programs run from now on; undefined: there is none. */
  async enter(sandbox: Sandbox | undefined): Promise<void> {
    if (this.#sandbox === sandbox) return;
    this.#end();
    this.#sandbox = sandbox;
    this.#tell(this.#idle());
    await this.#begin();
  }

  /** Replaces what this watcher looked at. */
  async watch(watcher: Watcher, ports: readonly string[], frame?: SlotRef): Promise<void> {
    this.#watchers.set(watcher, { ports, frame });
    this.#send(watcher, this.#latest);
    if (this.#watch) this.#aim(this.#watch);
    else await this.#begin();
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) {
      if (this.#watch) this.#aim(this.#watch);
      return;
    }
    // Nobody is there to let it go later.
    this.#held = undefined;
    this.#end();
  }

  steer(order: RingOrder): void {
    if (order.kind === 'hold') this.#held = { port: order.port, perSecond: 0 };
    else if (order.kind === 'go') this.#held = undefined;
    else if (order.kind === 'pace' && this.#held) this.#held.perSecond = order.perSecond;
    if (!this.#watch) this.#tell(this.#idle());
    else if (order.kind === 'step') this.#watch.command('step');
    else if (order.kind === 'pace') this.#watch.command('pace', order.perSecond);
    else this.#hold(this.#watch);
  }

  /** While programs are told to end, nobody holds them. */
  letEnd(ending: boolean): void {
    if (this.#mayHold !== ending) return;
    this.#mayHold = !ending;
    if (this.#watch) this.#hold(this.#watch);
  }

  [Symbol.dispose](): void {
    this.#end();
    this.#watchers.clear();
  }

  /** Resolves when what is held is held. */
  async #begin(): Promise<void> {
    if (!this.#sandbox || this.#watchers.size === 0 || this.#watch) return;
    // A sandbox that cannot show its rings is one that runs programs all the same.
    this.#starting ??= this.#start(this.#sandbox)
      .catch((fault) => console.error('nmring could not be started:', fault))
      .finally(() => {
        this.#starting = undefined;
      });
    await this.#starting;
  }

  async #start(sandbox: Sandbox): Promise<void> {
    const watch = await RingWatch.start(
      sandbox,
      (look) => this.#looked(watch, look),
      () => this.#ended(watch),
    );
    if (this.#sandbox !== sandbox || this.#watchers.size === 0) {
      watch[Symbol.dispose]();
      return;
    }
    this.#watch = watch;
    this.#aim(watch);
    this.#hold(watch);
  }

  #end(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }

  #ended(watch: RingWatch): void {
    if (this.#watch !== watch) return;
    this.#watch = undefined;
    this.#tell(this.#idle());
  }

  #looked(watch: RingWatch, look: NmringLook): void {
    if (this.#watch !== watch) return;
    this.#tell(ringsLookOf(look));
  }

  /** What there is to tell while nothing looks. */
  #idle(): RingsLook {
    if (!this.#held) return NOTHING;
    return { ...NOTHING, hold: { ...this.#held, call: '', phase: 'program', stops: 0 } };
  }

  #tell(look: RingsLook): void {
    this.#latest = look;
    for (const watcher of this.#watchers.keys()) this.#send(watcher, look);
  }

  #aim(watch: RingWatch): void {
    const ports = new Set([...this.#watchers.values()].reverse().flatMap((watched) => watched.ports));
    watch.command('watch', ...[...ports].slice(0, MAX_WATCHED_PORTS));
    const frame = [...this.#watchers.values()].findLast((watched) => watched.frame)?.frame;
    if (frame) watch.command('frames', `${frame.port}/${frame.dir}${frame.ring}`, frame.slot, 1);
    else watch.command('frames');
  }

  #hold(watch: RingWatch): void {
    watch.command('go');
    if (!this.#held || !this.#mayHold) return;
    watch.command('hold', this.#held.port);
    if (this.#held.perSecond > 0) watch.command('pace', this.#held.perSecond);
  }
}
