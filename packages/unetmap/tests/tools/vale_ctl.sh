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

# says WANTED ARGUMENTS...: vale-ctl prints just this and ends well.
says() {
	printf '%b' "$1" >"$T/wanted"
	shift
	$N "$B/vale-ctl" "$@" >"$T/out" 2>&1 || fail "$*: $(cat "$T/out")"
	cmp -s "$T/wanted" "$T/out" || fail "$* says: $(cat "$T/out")"
}
# refuses WANTED ARGUMENTS...: with status 1, and this line.
refuses() {
	wanted=$1
	shift
	$N "$B/vale-ctl" "$@" >"$T/out" 2>&1
	[ $? = 1 ] || fail "$* must have status 1: $(cat "$T/out")"
	want "$T/out" "$wanted"
}
says '' -n one -C 128
says 'tx_slots:   256\nrx_slots:   64\ntx_rings:   2\nrx_ring:    2\nmem_id:     1\n' -n two -C 256,64,2 -m 1 -v
says '' -n three -m netmap:two
$N "$B/vale-ctl" -g one | sed -n 2,3p | tr -s ' \n' ' ' >"$T/out"
want "$T/out" '^tx_slots: 128 rx_slots: 128 $'
$N "$B/vale-ctl" -g three >"$T/out"
want "$T/out" '^mem_id:     1$'
says 'port_index: 0\n' -a vale5:one -v
says 'port_index: 1\n' -a vale5:two -v
says 'bridge_idx: 1\nport_idx:   1\n' -l vale5:two
refuses '^failed to attach vale5:one: Device or resource busy$' -a vale5:one
refuses '^failed to remove one: Device or resource busy$' -r one
refuses '^failed to enable polling on vale5:one: Operation not supported$' -p vale5:one -C 1,0,2
refuses '^failed to disable polling on vale5:one: Operation not supported$' -P vale5:one
refuses 'too many numbers' -p vale5:one -C 0,0,2
says 'port_index: 0\n' -d vale5:one -v
refuses '^failed to detach vale5:one: No such device or address$' -d vale5:one
says '' -d vale5:two
for name in one two three; do says '' -r $name; done
refuses '^failed to remove one: No such device or address$' -r one
refuses '^failed to list vale9:no: No such file or directory$' -l vale9:no
refuses "^invalid vale port name: 'one'\$" -l one
refuses 'neither a region' -n four -m nothing
refuses 'not one to four numbers' -n four -C x
refuses 'one action at a time' -n four -r four

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
$N timeout 1 "$B/nmstat" -j -w 50 >"$T/out"
[ "$(wc -l <"$T/out")" -ge 5 ] || fail "nmstat -j -w 50 is to print a line every 50 ms"

# What programs tell in files is shown beside the interfaces; what is no such file harms nothing.
mkdir "$T/told" && mkfifo "$T/told/waits" && mkdir "$T/told/folder" && ln -s /etc/passwd "$T/told/elsewhere"
printf 'rx 1000 60000 7\n' >"$T/told/memif"
printf 'tx 9 540 0\nrx 8 480 -\n' >"$T/told/half"
printf 'rx 5 5 5\n' >"$T/told/.unfinished"
head -c 100000 /dev/zero >"$T/told/zeros"
NMSTAT_TOLD=$T/told $N timeout 10 "$B/nmstat" -i --json >"$T/out" || fail "nmstat with what is told"
want "$T/out" '"name":"told:memif","kind":"told",.*"dir":"tx",.*"packets":0,.*"dir":"rx",.*"packets":1000,"bytes":60000,"drops":7,'
want "$T/out" '"name":"told:half","kind":"told",.*"packets":9,"bytes":540,.*"dir":"rx",[^}]*"packets":0,'
grep -Eq 'waits|folder|elsewhere|unfinished' "$T/out" && fail "told by what is no file: $(cat "$T/out")"
printf 'point 64 1e5 0.000524\npoint b_1 -3 0\npoint inf inf 1\npoint no 1\npoint x" 1 2\npoint late 5 6' >"$T/told/curve"
NMSTAT_TOLD=$T/told $N "$B/nmstat" -i --json >"$T/out" || fail "nmstat with points"
want "$T/out" ',"points":\[{"told":"curve","series":"64","x":100000,"y":0.000524},{"told":"curve","series":"b_1","x":-3,"y":0}\]}$'
grep -q 'told:curve' "$T/out" && fail "points are no port"
yes 'point 1 2 3' | head -c 100000 >"$T/told/curve"
NMSTAT_TOLD=$T/told $N "$B/nmstat" -i --json >"$T/out" || fail "nmstat with points without end"
[ "$(grep -o '"series"' "$T/out" | wc -l)" = 128 ] || fail "there are to be 128 points, and no more"
NMSTAT_TOLD=$T/told $N "$B/nmstat" --json >"$T/out"
want "$T/out" '"ports":\[\]'
NMSTAT_TOLD=$T/nowhere $N "$B/nmstat" -i --json >"$T/out" || fail "nmstat without the folder"
grep -q '"told' "$T/out" && fail "told from nowhere"

"$B/nmstat" --watch=x 2>"$T/err" && fail "x is no period"
want "$T/err" 'not milliseconds'
exit 0
