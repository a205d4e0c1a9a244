#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves, with a virtual machine of stock QEMU, that its network card is plugged into a port: frames arrive both ways, by
# both kinds of socket, on a switch and on a pipe, and a machine that is killed and started again is back.
. "$(dirname "$0")/../tools/setup"
sh "$here/../../vm/image.sh" "$build" || { [ $? -eq 77 ] && [ "${CI:-}" != true ] && exit 77; fail "no guest"; }
VMS=$T BUILD=$build
. "$here/../../vm/guest.sh"

plug() {
	background "$T/$2.out" "$T/$2.err" $N "$B/unetmap-backend" -i "$1" -s "$T/$2" -k "$3"
	until_line "$T/$2.out" '-device virtio-net-pci'
	sed "s/net0/$2/g" "$T/$2.out" >"$T/$2.options"
}

boot() {
	vm_start a $(cat "$T/switch.options" "$T/pipe.options") || fail "the machine does not start"
	pids="$pids $(cat "$T/a/pid") $(cat "$T/a/reader")"
	vm_root a 'ip link set eth0 up; ip link set eth1 up' || fail "two network cards"
}

# exchange HOST-PORT CARD: 200 frames there and 200 back, of 1,000: a card loses some when netmap takes it
exchange() {
	vm_root a "unetmap-run pkt-gen -w 0 -i netmap:$2 -f rx -n 200 >/tmp/rx 2>&1 & until grep -q 'reading from' /tmp/rx; do usleep 50000; done" >/dev/null
	$N "$B/pkt-gen" -w 0 -i "$1" -f tx -n 1000 -R 1000 >"$T/tx" 2>&1
	vm_root a 'for i in $(seq 200); do grep -q ^Received /tmp/rx && break; usleep 50000; done; cat /tmp/rx' >"$T/said"
	want "$T/said" '^Received [0-9]{3,4} packets'
	background "$T/rx" "$T/rx.err" $N "$B/pkt-gen" -i "$1" -f rx -n 200
	receiver=$!
	until_line "$T/rx.err" 'reading from'
	vm_root a "unetmap-run pkt-gen -w 0 -i netmap:$2 -f tx -n 1000 -R 1000 2>&1" >"$T/said" || fail "sending from the machine"
	for _ in $(seq 200); do kill -0 $receiver 2>/dev/null || break; sleep 0.05; done
	want "$T/rx" '^Received [0-9]{3,4} packets'
}

plug vale0:vm switch stream
plug 'netmap:p}1' pipe dgram
boot
exchange vale0:host eth0
exchange 'netmap:p{1' eth1
vm_kill a
boot
exchange vale0:host eth0
exchange 'netmap:p{1' eth1
exit 0
