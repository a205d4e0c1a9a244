// SPDX-License-Identifier: BSD-2-Clause

/** How a machine is emulated, which also decides what its snapshot fits. */
export type Accelerator = 'kvm' | 'tcg';

/** A device beyond those that every machine has: words for QEMU's command line. */
export type DeviceArguments = readonly string[];

export interface MachineShape {
  readonly accelerator: Accelerator;
  readonly memoryMib: number;
  readonly processors: number;
  readonly devices: DeviceArguments;
}

/** Descriptors that QEMU inherits: its user can open none of these paths. */
const FD = { root: 3, kernel: 4, initramfs: 5, state: 6 } as const;

/** The door that the guest's init answers: an sshd for whoever connects. */
const PORT = 'ringlab.ssh';
/** Translated code; what does not fit is translated again. */
const TRANSLATION_MIB = 192;
const CONSOLE_BYTES = 65_536;
/**
 * Where there can never be a second processor, TCG leaves out the barriers of locked instructions, though QEMU's devices run beside
 * the only one: what was just put into a virtio queue lies there unseen when both sides look at the same moment. The kernel is
 * told how many there are, and goes by that.
 */
const LEAST_POSSIBLE = 2;

export const KERNEL_LINE =
  'console=ttyS0 quiet panic=-1 no_timer_check tsc=reliable mitigations=off nokaslr cryptomgr.notests';

/** Everything that makes two machines the same to a snapshot: no path, no number of a sandbox. */
export function shapeArguments({ accelerator, memoryMib, processors, devices }: MachineShape): string[] {
  const emulation =
    accelerator === 'kvm'
      ? ['-accel', 'kvm', '-cpu', 'host']
      : ['-accel', `tcg,thread=multi,tb-size=${TRANSLATION_MIB}`, '-cpu', 'max'];
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-machine', 'pc'],
    ...emulation,
    ...['-smp', `${processors},maxcpus=${Math.max(LEAST_POSSIBLE, processors)}`, '-m', String(memoryMib)],
    ...['-chardev', `ringbuf,id=console,size=${CONSOLE_BYTES}`, '-device', 'isa-serial,chardev=console'],
    ...['-device', 'virtio-serial-pci', '-device', `virtserialport,chardev=ssh,name=${PORT}`],
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-blk-pci,drive=root,serial=root'],
    ...['-append', `${KERNEL_LINE} nr_cpus=${processors}`, ...devices],
  ];
}

/**
 * The rest. No network device, and nothing that could start another program. One that continues waits for the server first:
 * the sshd of its snapshot has somebody connected.
 */
export function machineArguments(shape: MachineShape, folder: string, resumed: boolean): string[] {
  const deny = ['obsolete', 'elevateprivileges', 'spawn', 'resourcecontrol'].map((what) => `${what}=deny`);
  return [
    ...['-name', 'ringlab', '-sandbox', ['on', ...deny].join(',')],
    ...[
      '-chardev',
      `socket,id=qmp,path=${folder}/qmp,server=on,wait=off`,
      '-mon',
      'chardev=qmp,mode=control',
    ],
    ...['-chardev', `socket,id=ssh,path=${folder}/ssh,server=on,wait=${resumed ? 'on' : 'off'}`],
    ...['-add-fd', `set=1,fd=${FD.root}`, '-blockdev', ROOT_DISK],
    ...['-kernel', fdPath(FD.kernel), '-initrd', fdPath(FD.initramfs)],
    ...shapeArguments(shape),
    ...(resumed ? ['-incoming', `fd:${FD.state}`] : givenKeys(folder)),
  ];
}

const ROOT_DISK =
  'driver=raw,node-name=root,read-only=on,file.driver=file,file.filename=/dev/fdset/1,file.locking=off';

function fdPath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** Read by the guest when it starts; one that continues has read them. */
function givenKeys(folder: string): string[] {
  return ['authorized_keys', 'host_key'].flatMap((name) => [
    '-fw_cfg',
    `name=opt/ringlab/${name},file=${folder}/${name}`,
  ]);
}
