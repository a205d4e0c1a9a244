#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: nmring shows a ring's marks and slots, prints JSON only when something changed, lets a program take one
# stop a step, and lets it go when it is told to or has nobody to obey any more.
. "$(dirname "$0")/setup"

$N "$B/nmring" vale0:b >"$T/out" && fail "no such port, and status 0"
want "$T/out" '^no such ring$'
$N "$B/nmring" vale0:b/rx >"$T/out" 2>"$T/err" && fail "vale0:b/rx is no ring"
want "$T/err" '^nmring: vale0:b/rx: not a port'

background "$T/rx.out" "$T/rx.err" $N "$B/pkt-gen" -i vale0:b -f rx -T 100
until_line "$T/rx.err" 'waiting for initial packets'
$N "$B/nmring" vale0:b/rx0 >"$T/out" || fail "vale0:b/rx0"
want "$T/out" '^vale0:b rx 0: 1024 slots, head 0, cur 0, tail 0, hwcur 0, hwtail 0$'
want "$T/out" '^ +0  buffer [0-9]+ +2048 bytes  <- head  <- cur  <- tail'
want "$T/out" '^ +... 1023 more$'
$N "$B/nmring" --json vale0:b >"$T/out" || fail "--json"
want "$T/out" '^\{"ts_us":[0-9]+,"engine":"unetmap","rings":\[\{"port":"vale0:b","kind":"vale","dir":"rx","ring":0,'
want "$T/out" '"runs":\[\[1024,[0-9]+,2048,0\]\]\}\]\}$'

mkfifo "$T/commands"
background "$T/json" "$T/json.err" sh -c "exec $N $B/nmring --json --watch=10 --control <$T/commands"
exec 3>"$T/commands"
echo 'watch vale0:tx/tx0' >&3
echo 'hold vale0:tx' >&3
until_line "$T/json" '"hold":\{"port":"vale0:tx"'
background "$T/tx.out" "$T/tx.err" $N "$B/pkt-gen" -i vale0:tx -f tx -n 20000 -b 100 3>&-
until_line "$T/json" '"phase":"before","stops":0'
for stops in 1 2 3 4; do
	echo step >&3
	until_line "$T/json" "\"phase\":\"(before|after)\",\"stops\":$stops\}"
done
grep -q '"stops":5' "$T/json" && fail "it went on by itself"
echo 'frames vale0:tx/tx0 0 2' >&3
until_line "$T/json" '"first_frame":0,"frames":\["ffffffffffff[0-9a-f]{116}",'
echo nonsense >&3
until_line "$T/json.err" 'no command: nonsense'
echo 'pace 50' >&3
until_line "$T/json" '"pace":50,.*"stops":([89]|[1-9][0-9]+)\}'
grep -q '^Sent' "$T/tx.out" && fail "it was not held"
exec 3>&-
until_line "$T/tx.out" '^Sent 20000 packets'
exit 0
