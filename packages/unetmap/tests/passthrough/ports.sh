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

# payloads FILE: its frames without the times.
payloads() {
	perl -e 'open F, $ARGV[0]; local $/; $_ = <F>; s/^.{24}//s; print $2 while s/^(.{16})(.{60})//s' "$1"
}

same_frames() {
	payloads "$1" >"$T/sent"
	payloads "$2" | cmp -s "$T/sent" - || fail "$3: not the frames that were sent"
}

# ends_with SENT GOT: the last frames of GOT are those of SENT.
ends_with() {
	payloads "$1" >"$T/sent"
	payloads "$2" | tail -c "$(wc -c <"$T/sent")" | cmp -s "$T/sent" -
}

# ---- what may be given ----

# refused REGEX OPTION...: not given, for this reason. One that is given is served until it is ended.
refused() {
	reason=$1
	shift
	timeout 60 $N "$B/unetmap-passthrough" "$@" 2>"$T/err"
	status=$?
	case $status in 0 | 124) fail "$*: it was given away" ;; esac
	want "$T/err" "$reason"
}

background "$T/out" "$T/busy.err" $N "$B/nmio" capture 'netmap:busy{1' /dev/null
busy=$!
until_port 'busy{1' $N
refused 'start this first' -i 'netmap:busy}1'
stop $busy
refused 'nosuchnic' -i 'netmap:nosuchnic'
refused 'from 1 to 4096' -i 'vale0:x' -C 9999

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
	background "$T/out" "$T/err" $N "$B/nmio" capture "$ours" "$T/got" -n 1000 -t 60000
	captor=$!
	until_port "${ours#netmap:}" $N
	$G1 "$B/nmio" send "$theirs" "$T/in" -r 20000 -q >/dev/null || fail "nmio in the guest"
	wait $captor
	same_frames "$T/in" "$T/got" "from the guest by $theirs"
	background "$T/out" "$T/err" $G1 "$B/nmio" capture "$theirs" "$T/got" -n 1000 -t 60000
	captor=$!
	until_port "${theirs#netmap:}" $G1
	$N "$B/nmio" send "$ours" "$T/in" -r 20000 -q >/dev/null || fail "nmio on the host"
	wait $captor
	same_frames "$T/in" "$T/got" "to the guest by $theirs"
done

# ---- a pipe loses nothing, also while nobody reads; what was not read is still there for the next ----

head -c $((24 + 76 * 500)) "$T/in" >"$T/some"
$N "$B/nmio" send 'netmap:p{1' "$T/some" >/dev/null
$G1 "$B/nmio" capture 'netmap:p}1' "$T/got" -n 500 -t 60000 >/dev/null
same_frames "$T/some" "$T/got" "frames that waited for the guest's program"

# ---- deaths ----

background "$T/tx.out" "$T/tx.err" $G1 "$B/pkt-gen" -i 'netmap:p}1' -f tx
sender=$!
until_line "$T/tx.err" 'Ready'
stop $sender KILL 2>/dev/null
background "$T/out" "$T/err" $N "$B/nmio" capture 'netmap:p{1' "$T/got"
captor=$!
$G1 "$B/nmio" send 'netmap:p}1' "$T/some" -w 60000 >/dev/null ||
	fail "a port whose program was killed did not work for the next"
within 60 ends_with "$T/some" "$T/got" || fail "frames of a killed program's successor did not arrive"
stop $captor

background "$T/rx.out" "$T/rx.err" $G1 "$B/nmio" capture vale0:g /dev/null
until_port vale0:g $G1
stop $syncer KILL 2>/dev/null
$N "$B/nmstat" >"$T/out"
grep -q 'vale0:g' "$T/out" && fail "the port outlived who synced it"
timeout 60 $G1 "$B/nmio" send vale0:g "$T/some" -w 500 >/dev/null 2>&1 && [ -e "$T/1" ] && [ -e "$(readlink -f "$T/1")" ] &&
	fail "the memory of a port that has gone is still there"
give vale0:g "$T/1"
frames "$T/few" 10
background "$T/out" "$T/err" $N "$B/nmio" capture vale0:h "$T/got" -n 10 -t 60000
captor=$!
until_port vale0:h $N
$G2 "$B/nmio" send vale0:g "$T/few" >/dev/null || fail "a port given anew"
wait $captor
same_frames "$T/few" "$T/got" "by a port given anew"
exit 0
