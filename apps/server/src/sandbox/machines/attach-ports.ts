// SPDX-License-Identifier: BSD-2-Clause

import { quoted } from '../over-ssh/link.ts';
import type { Made } from '../qemu/maker.ts';
import { Qmp } from '../qemu/qmp.ts';
import type { ServedPort } from './port-tool.ts';

/** Programs' user in the guest. */
const USER = 1000;

/** Plugs the ports into a machine that runs, and has its kernel give them to the sandbox inside. Rejects with SandboxError. */
export async function attachPorts({ machine, link }: Made, ports: readonly ServedPort[]): Promise<void> {
  using qmp = await Qmp.open(machine.slot.file('qmp'));
  for (const { device } of ports) await qmp.ask('device_add', device);
  await link.must('Giving the machine its ports', script(ports));
}

/** For the guest's root: waits until the kernel has seen every device, and gives it away. */
function script(ports: readonly ServedPort[]): string {
  const memories = ports.filter(({ port }) => port.by === 'passthrough').length;
  return [
    WAITING,
    ...(memories > 0 ? [`memories ${memories}`] : []),
    ...ports.flatMap(({ port, device }) =>
      port.by === 'backend' ? [`card ${quoted([device.mac ?? '', port.interface, port.address ?? ''])}`] : [],
    ),
  ].join('\n');
}

/**
 * A network card moves into the network namespace of the sandbox inside, which its first process is in. The shell reads
 * what it can by itself: where a machine is emulated, each program that it starts takes some 60 ms.
 */
const WAITING = `
set -e
looks=0
again() {
  looks=$((looks + 1))
  [ $looks -lt 400 ] || { echo "its kernel does not see all of them" >&2; exit 1; }
  sleep 0.05
}
find_memories() {
  found=
  count=0
  for device in /sys/bus/pci/devices/*; do
    read -r kind <"$device/modalias"
    case $kind in *v00001AF4d00001110*)
      found="$found $device/resource2"
      count=$((count + 1))
    esac
  done
}
memories() {
  find_memories
  until [ $count -ge "$1" ]; do again; find_memories; done
  chown ${USER} $found
}
find_card() {
  for found in /sys/class/net/*; do
    read -r address <"$found/address" && [ "$address" != "$1" ] || return 0
  done
  return 1
}
find_inside() {
  for inside in /proc/[0-9]*; do
    read -r name <"$inside/comm" && [ "$name" = ringlab-agent ] && break
  done
  inside=\${inside#/proc/}
}
card() {
  until find_card "$1"; do again; done
  find_inside
  ip link set "\${found##*/}" netns "$inside" name "$2"
  printf '%s\n' "link set $2 addrgenmode none" \${3:+"address add $3 dev $2"} "link set $2 up" |
    nsenter -t "$inside" -n ip -batch -
}`;
