#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: vale-ctl prints what netmap's prints, and nmstat sees the same ports, counts
# what crosses them, and keeps none of them alive.
. "$(dirname "$0")/setup"

$N "$B/nmstat" --json >"$T/out" || fail "nmstat without ports"
want "$T/out" '^\{"ts_us":[0-9]+,"engine":"unetmap","ports":\[\]\}$'

background "$T/rx.out" "$T/rx.err" $N "$B/pkt-gen" -i vale0:b -f rx -T 100
rx=$!
until_line "$T/rx.err" 'reading from'
$N "$B/vale-ctl" >"$T/out"
[ $? = 1 ] || fail "listing all has status 1"
[ "$(cat "$T/out")" = "vale0:b bridge_idx 0 port_idx 0" ] || fail "list: $(cat "$T/out")"
$N "$B/vale-ctl" -g vale0:b >"$T/out" || fail "-g"
printf '%s\n' 'memsize:    42369024' 'tx_slots:   1024' 'rx_slots:   1024' 'tx_rings:   1' \
	'rx_rings    1' >"$T/wanted"
head -5 "$T/out" | cmp -s - "$T/wanted" || fail "-g prints $(cat "$T/out")"
want "$T/out" '^mem_id:     [0-9]+$'
$N "$B/vale-ctl" -l vale0:b >"$T/out" || fail "-l"
printf '%s\n' 'bridge_idx: 0' 'port_idx:   0' | cmp -s - "$T/out" || fail "-l prints $(cat "$T/out")"
$N "$B/vale-ctl" -a vale0:nosuch 2>"$T/err" && fail "nosuch is no device"
want "$T/err" '^failed to attach vale0:nosuch: Invalid argument$'
$N "$B/vale-ctl" -g nosuch 2>"$T/err" && fail "nosuch is no port"
want "$T/err" '^failed to obtain info for nosuch: No such device or address$'

for action in '-n vi0 -C 512,512,2,2' '-a vale0:vi0' '-d vale0:vi0' '-r vi0'; do
	$N "$B/vale-ctl" $action >"$T/out" 2>&1 || fail "$action: $(cat "$T/out")"
	[ -s "$T/out" ] && fail "$action is silent, not: $(cat "$T/out")"
done

background "$T/watch.out" "$T/watch.err" $N "$B/nmstat" --json --watch=20
watch=$!
until_line "$T/watch.out" vale0:b
$N "$B/pkt-gen" -i vale0:a -f tx -n 1000 -R 10000 >"$T/tx.out" 2>&1 || fail "tx"
until_line "$T/watch.out" '"name":"vale0:b","kind":"vale","mem_id":[0-9]+,"users":1,.*"dir":"rx","ring":0,"slots":1024,.*"packets":1000,"bytes":60000,"drops":0'
want "$T/watch.out" '"name":"vale0:a",.*"dir":"tx","ring":0,"slots":1024,'
stop $rx
sleep 0.2
$N "$B/nmstat" --json >"$T/out"
want "$T/out" '"ports":\[\]'
stop $watch TERM

$N "$B/nmstat" >"$T/out" || fail "nmstat's table"
want "$T/out" '^no ports$'
"$B/nmstat" --watch=x 2>"$T/err" && fail "x is no period"
want "$T/err" 'not milliseconds'
exit 0
