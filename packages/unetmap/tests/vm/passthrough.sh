#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves, with two virtual machines of stock QEMU, that ports given to them are used there by the same programs, by an
# ordinary user: host to guest and back over a switch, guest to guest over a pipe that loses nothing. Then
# one of them is killed, and what synced its port: both ports are free, and the other machine goes on.
. "$(dirname "$0")/../tools/setup"
sh "$here/../../vm/image.sh" "$build" || { [ $? -eq 77 ] && [ "${CI:-}" != true ] && exit 77; fail "no guest"; }
VMS=$T BUILD=$build
. "$here/../../vm/guest.sh"

give() {
	background "$1.out" "$1.err" $N "$B/unetmap-passthrough" -i "$2" -l "$1"
	until_line "$1.out" '-device ivshmem-plain'
}

boot() {
	name=$1
	shift
	# shellcheck disable=SC2068
	vm_start "$name" $@ || fail "$name does not start"
	pids="$pids $(cat "$T/$name/pid") $(cat "$T/$name/reader")"
}

give "$T/g" vale0:g
switch_syncer=$!
give "$T/p1" 'netmap:p}1'
pipe_syncer=$!
give "$T/p2" 'netmap:p{1'
boot a $(cat "$T/g.out" "$T/p1.out")
boot b $(cat "$T/p2.out")

# ---- host and guest, over the switch: not more than its rings hold ----

background "$T/out" "$T/err" $N "$B/pkt-gen" -i vale0:h -f rx -n 1000
receiver=$!
until_line "$T/err" 'waiting for initial packets'
vm_do a 'id -un; unetmap-run pkt-gen -i vale0:g -f tx -n 1000 -R 30000 2>&1' >"$T/said" || fail "pkt-gen in the guest"
want "$T/said" '^user'
want "$T/said" '^Sent 1000 packets'
wait $receiver
want "$T/out" '^Received 1000 packets'
vm_do a 'unetmap-run pkt-gen -i vale0:g -f rx -n 1000 >/tmp/rx 2>&1 & until grep -q waiting /tmp/rx; do usleep 50000; done'
$N "$B/pkt-gen" -i vale0:h -f tx -n 1000 -R 30000 >/dev/null 2>&1
vm_do a 'for i in $(seq 100); do grep -q ^Received /tmp/rx && break; usleep 50000; done; cat /tmp/rx' >"$T/said"
want "$T/said" '^Received 1000 packets'

# ---- guest and guest, over the pipe; a program there may sleep, and is seen by nmstat there ----

vm_do b 'unetmap-run pkt-gen -i "netmap:p{1" -f rx -n 100000 >/tmp/rx 2>&1 & until grep -q waiting /tmp/rx; do usleep 50000; done; unetmap-run nmstat' >"$T/said"
want "$T/said" 'p\{1 *passthrough'
vm_do a 'unetmap-run pkt-gen -i "netmap:p}1" -f tx -n 100000 2>&1' >"$T/said" || fail "pkt-gen on the pipe"
want "$T/said" '^Sent 100000 packets'
vm_do b 'for i in $(seq 200); do grep -q ^Received /tmp/rx && break; usleep 50000; done; cat /tmp/rx' >"$T/said"
want "$T/said" '^Received 100000 packets'

# ---- deaths ----

vm_kill a
$N "$B/nmstat" >"$T/out"
want "$T/out" '^vale0:g '
kill -KILL $switch_syncer $pipe_syncer
wait $switch_syncer $pipe_syncer 2>/dev/null
$N "$B/nmstat" >"$T/out"
grep -q '^vale0:g' "$T/out" && fail "the port of a killed machine is still there"
vm_do b 'timeout -s INT 3 unetmap-run pkt-gen -i "netmap:p{1" -f tx -n 100 2>&1' >"$T/said"
want "$T/said" '^Sent 100 packets'
vm_stop b
exit 0
