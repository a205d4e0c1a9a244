// SPDX-License-Identifier: BSD-2-Clause
import type { RateSample, TopologyLink } from '@ringlab/protocol';
import { averageRate, type LinkRate, linkRate } from '../traffic/link-rate.ts';
import { quantityText } from '../units/quantity.ts';
import { dropTicks, loadOf, speedOf } from './link-load.ts';

/** The distance between two drawn packets, in px; also the period of their dash pattern. */
export const PACKET_SPACING = 16;

export interface LinkParts {
  readonly group: SVGGElement;
  readonly packets: SVGPathElement;
  readonly rate: HTMLElement;
  readonly drops: HTMLElement;
}

/** Draws a link's rate straight into its elements: ten times a second, without React. */
export class LinkPainter {
  readonly #link: TopologyLink;
  readonly #parts: LinkParts;
  readonly #motion: Animation | undefined;

  constructor(link: TopologyLink, parts: LinkParts, reducedMotion: boolean) {
    this.#link = link;
    this.#parts = parts;
    if (!reducedMotion) this.#motion = moving(parts.packets);
    this.paint([]);
  }

  /** The newest samples, oldest first, of one run; none when nothing runs. Packets move unless `still`. */
  paint(samples: readonly RateSample[], still = false): void {
    const rates = samples.map((sample) => linkRate(sample, this.#link));
    const rate = rates.at(-1) && averageRate(rates.filter((each) => each !== undefined));
    this.#parts.group.dataset.state = rate === undefined ? 'closed' : rate.pps > 0 ? 'busy' : 'silent';
    this.#parts.group.style.setProperty('--load', loadOf(rate?.pps ?? 0).toFixed(3));
    this.#move(still ? 0 : speedOf(rate?.pps ?? 0));
    this.#write(rate);
  }

  dispose(): void {
    this.#motion?.cancel();
  }

  #move(speedPxPerSecond: number): void {
    if (this.#motion === undefined) return;
    if (speedPxPerSecond === 0) this.#motion.pause();
    else {
      this.#motion.updatePlaybackRate(speedPxPerSecond / PACKET_SPACING);
      if (this.#motion.playState !== 'running') this.#motion.play();
    }
  }

  #write(rate: LinkRate | undefined): void {
    const { group, rate: rateLabel, drops } = this.#parts;
    const ticks = dropTicks(rate?.dropPps ?? 0);
    group.dataset.ticks = ticks.toString();
    rateLabel.textContent = rate === undefined ? this.#link.port : quantityText(rate.pps, 'pps');
    rateLabel.dataset.state = rate === undefined ? 'closed' : 'open';
    drops.textContent = ticks > 0 ? `${quantityText(rate?.dropPps ?? 0, 'pps')} lost` : '';
  }
}

/** One period a second; the playback rate makes the speed. */
function moving(packets: SVGPathElement): Animation {
  const frames = [{ strokeDashoffset: `${PACKET_SPACING}` }, { strokeDashoffset: '0' }];
  const animation = packets.animate(frames, { duration: 1000, iterations: Number.POSITIVE_INFINITY });
  animation.pause();
  return animation;
}
