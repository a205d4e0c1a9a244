#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves, without a virtual machine (a second region stands for it, and a file for the device): frames get through
# a port that was given away, whole, in order and none lost on a pipe; which ports can be given, and to whom;
# what is left when programs, guests or syncers die.
. "$(dirname "$0")/../tools/setup"

# No functions: what is started in the background must be the process itself.
G1="env UNETMAP_PASSTHROUGH=$T/1:$T/2 $B/unetmap-run --dir $T/guest1"
G2="env UNETMAP_PASSTHROUGH=$T/1:$T/2 $B/unetmap-run --dir $T/guest2"

# give PORT LINK [OPTION]...
give() {
	port=$1 link=$2
	shift 2
	background "$link.out" "$link.err" $N "$B/unetmap-passthrough" -i "$port" -l "$link" "$@"
	until_line "$link.out" '-device ivshmem-plain'
}

# pcap FILE FRAMES: numbered frames of 60 bytes
frames() {
	perl -e 'print pack("VvvVVVV", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1);
		for (1 .. $ARGV[0]) { print pack("VVVV", 0, 0, 60, 60), pack("H12 H12 n N a42", "ffffffffffff", "020000000001", 0x88b5, $_, "") }' "$2" >"$1"
}

same_frames() {
	cmp -s "$1" "$2" && return
	perl -e 'for (@ARGV) { open F, $_; local $/; $_ = <F>; s/^.{24}//s; my $o = ""; while (s/^(.{16})(.{60})//s) { $o .= $2 } push @f, $o }
		exit($f[0] eq $f[1] ? 0 : 1)' "$1" "$2" || fail "$3: not the frames that were sent"
}

# ---- what may be given ----

$N "$B/nmio" capture 'netmap:busy{1' /dev/null -t 3000 2>/dev/null &
pids="$pids $!"
sleep 0.3
$N "$B/unetmap-passthrough" -i 'netmap:busy}1' 2>"$T/err" && fail "an end of an ordinary pipe was given away"
want "$T/err" 'start this first'
$N "$B/unetmap-passthrough" -i 'netmap:nosuchnic' 2>"$T/err" && fail "what is not there was given away"
$N "$B/unetmap-passthrough" -i 'vale0:x' -C 9999 2>"$T/err" && fail "rings too large"
want "$T/err" 'from 1 to 4096'

# ---- frames over a switch and a pipe, guest and host: not more than the rings hold, however late a reader comes ----

frames "$T/in" 1000
give vale0:g "$T/1"
syncer=$!
give 'netmap:p}1' "$T/2"
$N "$B/pkt-gen" -i vale0:g -f rx -W 2>"$T/err" >"$T/out"
want "$T/err" 'vale0:g'
grep -q 'Receiving' "$T/out" && fail "a port that a guest has was opened on the host"
for pair in 'vale0:g vale0:h' 'netmap:p}1 netmap:p{1'; do
	theirs=${pair% *} ours=${pair#* }
	background "$T/out" "$T/err" $N "$B/nmio" capture "$ours" "$T/got" -n 1000 -t 10000
	captor=$!
	sleep 0.5
	$G1 "$B/nmio" send "$theirs" "$T/in" -r 20000 -q >/dev/null || fail "nmio in the guest"
	wait $captor
	same_frames "$T/in" "$T/got" "from the guest by $theirs"
	background "$T/out" "$T/err" $G1 "$B/nmio" capture "$theirs" "$T/got" -n 1000 -t 10000
	captor=$!
	sleep 0.5
	$N "$B/nmio" send "$ours" "$T/in" -r 20000 -q >/dev/null || fail "nmio on the host"
	wait $captor
	same_frames "$T/in" "$T/got" "to the guest by $theirs"
done

# ---- a pipe loses nothing, also while nobody reads; what was not read is still there for the next ----

head -c $((24 + 76 * 500)) "$T/in" >"$T/some"
$N "$B/nmio" send 'netmap:p{1' "$T/some" >/dev/null
$G1 "$B/nmio" capture 'netmap:p}1' "$T/got" -n 500 -t 5000 >/dev/null
same_frames "$T/some" "$T/got" "frames that waited for the guest's program"

# ---- deaths ----

background "$T/tx.out" "$T/tx.err" $G1 "$B/pkt-gen" -i 'netmap:p}1' -f tx
sender=$!
until_line "$T/tx.err" 'Ready'
stop $sender KILL 2>/dev/null
$G1 "$B/nmio" send 'netmap:p}1' "$T/some" -w 5000 >/dev/null &
pids="$pids $!"
$N "$B/nmio" capture 'netmap:p{1' "$T/got" -t 1500 >/dev/null
[ "$(wc -c <"$T/got")" -gt $((76 * 500)) ] || fail "a port whose program was killed did not work for the next"

background "$T/rx.out" "$T/rx.err" $G1 "$B/nmio" capture vale0:g /dev/null
sleep 0.3
stop $syncer KILL 2>/dev/null
$N "$B/nmstat" >"$T/out"
grep -q 'vale0:g' "$T/out" && fail "the port outlived who synced it"
$G1 "$B/nmio" send vale0:g "$T/some" -w 500 >/dev/null 2>&1 && [ -e "$T/1" ] && [ -e "$(readlink -f "$T/1")" ] &&
	fail "the memory of a port that has gone is still there"
give vale0:g "$T/1"
frames "$T/few" 10
background "$T/out" "$T/err" $N "$B/nmio" capture vale0:h "$T/got" -n 10 -t 5000
captor=$!
sleep 0.5
$G2 "$B/nmio" send vale0:g "$T/few" >/dev/null || fail "a port given anew"
wait $captor
same_frames "$T/few" "$T/got" "by a port given anew"
exit 0
