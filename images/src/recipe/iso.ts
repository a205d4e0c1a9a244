// SPDX-License-Identifier: BSD-2-Clause
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import { EPOCH_SECONDS } from './recipe.ts';

const GRUB = '/usr/lib/grub';
const LABEL = 'RINGLAB';
/** For xorriso, which also makes the disk's identity from it: YYYYMMDDhhmmsscc. */
const MADE_AT = new Date(EPOCH_SECONDS * 1000).toISOString().replace(/\D/g, '').slice(0, 16);

/** Both firmwares' GRUB find the image by its label, then read its menu from it. */
const FIND_MENU = `search --no-floppy --set=root --label ${LABEL}\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n`;
const MODULES = [
  'iso9660',
  'part_gpt',
  'part_msdos',
  'search',
  'search_label',
  'normal',
  'configfile',
  'linux',
  'echo',
  'test',
];

/** By the names that X has for them. */
const KEYBOARDS: Readonly<Record<string, string>> = {
  be: 'Belgian',
  ch: 'Swiss',
  cz: 'Czech',
  de: 'German',
  dk: 'Danish',
  es: 'Spanish',
  fr: 'French',
  gb: 'British',
  hu: 'Hungarian',
  it: 'Italian',
  jp: 'Japanese',
  no: 'Norwegian',
  pl: 'Polish',
  pt: 'Portuguese',
  se: 'Swedish',
};

const entry = (title: string, parameters: string): string => `menuentry "${title}" {
  linux /live/vmlinuz ${parameters}
  initrd /live/initrd
}
`;

/** Of GRUB, for both firmwares. `parameters`: of the kernel, in every entry. */
export const bootMenu = (parameters: string): string => `set timeout=5
${entry('Ringlab', `${parameters} quiet`)}
${entry("Ringlab, without this computer's graphics driver", `${parameters} nomodeset`)}
submenu "Ringlab, with another keyboard than the American" {
${Object.entries(KEYBOARDS)
  .map(([name, title]) => entry(title, `${parameters} quiet ringlab.keyboard=${name}`))
  .join('')}}
`;

/**
 * A disk image of a folder's files that boots from DVD and from USB, by BIOS and by UEFI. GRUB is put together by hand:
 * grub-mkrescue writes the time of day into it.
 */
export async function bootableIso(folder: string, menu: string, to: string): Promise<void> {
  const made = await mkdtemp(`${to}.grub-`);
  const env = { SOURCE_DATE_EPOCH: String(EPOCH_SECONDS) };
  try {
    await mkdir(join(folder, 'boot/grub'), { recursive: true });
    await writeFile(join(folder, 'boot/grub/grub.cfg'), menu);
    await writeFile(join(made, 'find.cfg'), FIND_MENU);
    await run(
      mkimage('i386-pc-eltorito', [...MODULES, 'biosdisk'], made, join(folder, 'boot/grub/bios.img')),
    );
    await run(
      mkimage(
        'x86_64-efi',
        [...MODULES, 'fat', 'efi_gop', 'efi_uga', 'all_video'],
        made,
        join(made, 'BOOTX64.EFI'),
      ),
    );
    await efiPartition(made, env);
    await run(xorriso(folder, join(made, 'efi.img'), to), { env });
  } finally {
    await rm(made, { recursive: true });
  }
}

function mkimage(format: string, modules: readonly string[], made: string, to: string): string[] {
  const config = ['--config', join(made, 'find.cfg'), '--prefix', '/boot/grub'];
  return ['grub-mkimage', '--format', format, ...config, '--output', to, ...modules];
}

/** The small FAT file system in which UEFI looks for its program. */
async function efiPartition(made: string, env: NodeJS.ProcessEnv): Promise<void> {
  const image = join(made, 'efi.img');
  await run(['mformat', '-C', '-i', image, '-f', '2880', '-N', '52494e47', '-v', 'EFI', '::'], { env });
  await run(['mmd', '-i', image, '::/EFI', '::/EFI/BOOT'], { env });
  await run(['touch', '-d', `@${EPOCH_SECONDS}`, join(made, 'BOOTX64.EFI')]);
  await run(['mcopy', '-m', '-i', image, join(made, 'BOOTX64.EFI'), '::/EFI/BOOT/'], { env });
}

function xorriso(folder: string, efiImage: string, to: string): string[] {
  const bios = [
    '-b',
    'boot/grub/bios.img',
    '-no-emul-boot',
    '-boot-load-size',
    '4',
    '-boot-info-table',
    '--grub2-boot-info',
  ];
  const efi = ['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'];
  const disk = [
    '--grub2-mbr',
    `${GRUB}/i386-pc/boot_hybrid.img`,
    '-partition_offset',
    '16',
    '-appended_part_as_gpt',
  ];
  return [
    ...['xorriso', '-as', 'mkisofs', '-quiet', '-r', '-iso-level', '3', '-V', LABEL, '-o', to],
    ...[`--modification-date=${MADE_AT}`, '--set_all_file_dates', 'set_to_mtime', '-c', 'boot/boot.catalog'],
    ...[...disk, '-append_partition', '2', '0xef', efiImage, ...bios, ...efi, folder],
  ];
}
