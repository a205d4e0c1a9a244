// SPDX-License-Identifier: BSD-2-Clause
import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Stop } from '../../../tools/prepare/stop.mjs';
import type { Image } from '../image/image.ts';
import { GIB } from '../recipe/recipe.ts';
import type { Workshop } from '../workshop.ts';
import { type Saying, startMachine } from './machine.ts';
import { lightShareOf, type Picture, shareOf } from './picture.ts';
import { Screen } from './screen.ts';

/** Debian, Ringlab, a lab and a browser, all emulated, on a machine that does other things, too. */
const WHOLE_MS = 3_600_000;
/** What a person would do next, as long as it has not been heard. */
const KEYS_EVERY_MS = 20_000;
const LOOK_EVERY_MS = 5000;

/** An old laptop's, without AVX: what QEMU emulates of that is slow, and not always right. */
const PROCESSOR = 'Nehalem';
const STICK_BYTES = 6 * GIB;
const UEFI = '/usr/share/ovmf/OVMF.fd';

/** In this order, from one stick: the second finds what the first kept. */
const STARTS = [
  { name: 'BIOS', firmware: [], finds: false },
  { name: 'UEFI', firmware: ['-bios', UEFI], finds: true },
] as const;
type Start = (typeof STARTS)[number];

/** What the first page and the product are painted on (`welcome.html`, `tokens.css`), and how much of a screen they leave. */
const GROUND = ['#0d1014', '#14181e'];
const GROUND_SHARE = 0.4;
/** Words take several times this of either, and the mouse's arrow a tenth. */
const WORDS_SHARE = 0.001;

const report = z.object({
  isUp: z.boolean(),
  work: z.string(),
  found: z.boolean(),
  lab: z.boolean(),
  browser: z.boolean(),
  joined: z.boolean(),
});

/** Tells somebody who waits what goes on. */
export type Show = (detail: string) => void;

/** Writes the image to a stick, starts a laptop from it by each firmware, and waits for what it says and shows of itself. */
export async function verifyLive(image: Image, { work }: Workshop, show: Show): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringlab-verify-'));
  try {
    const stick = join(folder, 'stick');
    await copyFile(image.path('ringlab.iso'), stick);
    await truncate(stick, STICK_BYTES);
    const words: string[] = [];
    for (const start of STARTS) {
      const showOf = (detail: string) => show(`${start.name}: ${detail}`);
      words.push(await tryStart(folder, start, join(work, `live-${start.name}`), showOf));
    }
    return `${words.join(', ')}; each time Ringlab answered, a lab's solution passed in a sandbox and somebody joined in the browser on the screen (${work}/live-*.png); what the first kept on the stick the second found`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `pictures`: how the paths of what the screen shows begin. */
async function tryStart(folder: string, start: Start, pictures: string, show: Show): Promise<string> {
  const monitor = join(folder, `monitor-${start.name}`);
  await using machine = startMachine(laptop(join(folder, 'stick'), start, monitor));
  show('starts');
  const { sinceStartMs } = await machine.says(/^health true/m, WHOLE_MS);
  show('runs a lab, and opens its browser');
  using screen = await Screen.open(monitor);
  await shown(screen, `${pictures}-welcome`);
  show('joins the course');
  judge(start, await typedUntil(screen, machine.says(/^report (\{.*\})\r?$/m, WHOLE_MS)));
  await shown(screen, `${pictures}-course`);
  return `started by ${start.name} in ${(sinceStartMs / 1000).toFixed(0)} s`;
}

function laptop(stick: string, { firmware }: Start, monitor: string): string[] {
  return [
    ...['-machine', 'q35', '-cpu', PROCESSOR, '-smp', '2', '-m', '4096', '-vga', 'std', ...firmware],
    ...['-drive', `file=${stick},format=raw,if=none,id=stick`],
    ...['-device', 'qemu-xhci', '-device', 'usb-storage,drive=stick,removable=on', '-device', 'usb-tablet'],
    // The image reports through this port, which must be there while it boots.
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=said,name=ringlab.verify'],
    ...['-chardev', `socket,id=monitor,path=${monitor},server=on,wait=off`],
    ...['-mon', 'chardev=monitor,mode=readline'],
  ];
}

/** Waits until the screen is painted as our pages are, and says something, and keeps a picture of it. */
async function shown(screen: Screen, picture: string): Promise<void> {
  const untilMs = Date.now() + WHOLE_MS;
  let isPainted = false;
  while (!isPainted && Date.now() < untilMs) {
    isPainted = isPage(await screen.picture(`${picture}.ppm`));
    if (!isPainted) await sleep(LOOK_EVERY_MS);
  }
  await screen.keep(`${picture}.png`);
  await rm(`${picture}.ppm`);
  if (!isPainted)
    throw new Stop(`The live image's browser does not show Ringlab; its screen is in ${picture}.png`);
}

function isPage(picture: Picture): boolean {
  return shareOf(picture, GROUND) > GROUND_SHARE && lightShareOf(picture) > WORDS_SHARE;
}

/** Presses the first page's button, and gives a name to the course's, until the machine has heard of it. */
async function typedUntil(screen: Screen, reported: Promise<Saying>): Promise<RegExpExecArray> {
  const end = new AbortController();
  const over = reported.finally(() => end.abort()).catch(() => {});
  while (!end.signal.aborted) {
    await screen.press([...'ada', 'ret']);
    await Promise.race([over, sleep(KEYS_EVERY_MS)]);
  }
  return (await reported).match;
}

/** Stops unless the machine's report, and so all that it tried, is as it should be. */
function judge({ name, finds }: Start, { input, 1: json = '' }: RegExpExecArray): void {
  const found = report.parse(JSON.parse(json));
  const expected: typeof found = {
    isUp: true,
    work: 'stick',
    found: finds,
    lab: true,
    browser: true,
    joined: true,
  };
  for (const what of report.keyof().options)
    if (found[what] !== expected[what])
      throw new Stop(
        `Started by ${name}, the live image is not as it should be (${what}: ${found[what]}):\n${input}`,
      );
}
