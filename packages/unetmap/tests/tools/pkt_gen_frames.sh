#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: what pkt-gen puts into frames, and into how many slots, is what its options say: ranges,
# random addresses and sizes, IPv6, fragments, indirect buffers, pcap files, virtio-net headers,
# sequence numbers; and what it does with what comes in.
. "$(dirname "$0")/setup"

cc=${CC:-cc}
tools=$here/../../tools
for program in describe frames; do
	$cc -O1 -D_GNU_SOURCE -I"$tools" -o "$T/$program" "$here/programs/$program.c" "$tools/pcap/pcap.c" ||
		fail "$program.c does not compile"
done
"$T/frames" make "$T/in.pcap" 200 || fail "cannot make in.pcap"

between() {
	sender=$1
	receiver=$2
}

# sent COUNT ARGUMENTS...: that many frames that pkt-gen sends with these arguments, described.
sent() {
	count=$1
	shift
	background "$T/out" "$T/capture.err" $N "$B/nmio" capture "$receiver" "$T/out.pcap" -n "$count"
	capture=$!
	sleep 0.1
	$N "$B/pkt-gen" -i "$sender" -n "$count" -f tx "$@" >"$T/tx.out" 2>"$T/tx.err" || fail "tx $*"
	wait $capture || fail "capture of $*"
	"$T/describe" "$T/out.pcap" >"$T/frames.txt"
	grep -v ' ok$' "$T/frames.txt" >"$T/bad" && fail "tx $*: $(head -3 "$T/bad")"
	[ "$(wc -l <"$T/frames.txt")" = "$count" ] || fail "tx $*: not $count frames"
}

# different COLUMN: how many values it has
different() {
	cut -d ' ' -f "$1" "$T/frames.txt" | sort -u | wc -l
}

between 'netmap:p{1' 'netmap:p}1'
sent 24 -s 10.0.0.1:1-10.0.0.2:3 -d 10.1.0.1:5-10.1.0.2:6 -D 02:00:00:00:00:05
want "$T/frames.txt" '^02:00:00:00:00:05 10\.0\.0\.2:3 > 10\.1\.0\.2:6 60 ok$'
[ "$(sort -u "$T/frames.txt" | wc -l)" = 24 ] || fail "the ranges have 24 combinations"
[ "$(sed -n 2p "$T/frames.txt")" = "02:00:00:00:00:05 10.0.0.1:2 > 10.1.0.1:5 60 ok" ] ||
	fail "source ports come first: $(sed -n 2p "$T/frames.txt")"
[ "$(sed -n 7p "$T/frames.txt")" = "02:00:00:00:00:05 10.0.0.1:1 > 10.1.0.1:6 60 ok" ] ||
	fail "then source addresses, then the destination: $(sed -n 7p "$T/frames.txt")"
sent 4 -d 10.1.0.4-10.1.0.1
want "$T/tx.err" 'range is 10\.1\.0\.1:1234 to 10\.1\.0\.4:1234'
[ "$(different 4)" = 4 ] || fail "a range written backwards is a range"
sent 300 -l 60 -l 100
[ "$(different 5)" -gt 30 ] || fail "sizes are not random"
sizes=$(cut -d ' ' -f 5 "$T/frames.txt" | sort -n | sed -n '1p;$p' | tr '\n' ' ')
[ "${sizes%% *}" -ge 60 ] && [ "$(echo "$sizes" | cut -d ' ' -f 2)" -le 100 ] || fail "sizes: $sizes"
sent 300 -z
[ "$(different 2)" -gt 290 ] && [ "$(different 4)" = 1 ] || fail "-z: random sources, one destination"
sent 300 -Z
[ "$(different 4)" -gt 290 ] && [ "$(different 2)" = 1 ] || fail "-Z: random destinations, one source"
sent 6 -6 -l 80 -s 'fd00::1' -d '[fd00::a]:1-[fd00::b]:3'
want "$T/frames.txt" ' fd00::1:1234 > fd00::b:3 80 ok$'
[ "$(different 4)" = 6 ] || fail "a range of IPv6 addresses"
sent 2 -l 1514
sent 20 -l 9000 -F 10
sent 50 -b 5
want "$T/tx.out" '^Sent 50 packets 3000 bytes 10 events 60 bytes each'
between vale0:tx vale0:rx
sent 100 -I -l 200
sent 20 -I -s 10.0.0.1:1-10.0.0.1:20
[ "$(different 2)" = 20 ] || fail "indirect slots show one frame"
between 'vale1:tx@conf:rings=2' 'vale1:rx@conf:rings=2'
sent 40 -p 2 -o 4
between 'netmap:p{1' 'netmap:p}1'

background "$T/out" "$T/err" $N "$B/pkt-gen" -i 'netmap:r}1' -f rx -n 3 -X
rx=$!
until_line "$T/err" 'reading from'
$N "$B/pkt-gen" -i 'netmap:r{1' -f tx -n 3 -r -l 64 >"$T/tx.out" 2>&1 || fail "-r"
wait $rx || fail "rx of rubbish"
grep -Eq 'pkt-gen|08 00 45 00' "$T/out" && fail "-r must leave buffers as they are"
want "$T/out" '^Received 3 packets 192 bytes'

$N "$B/pkt-gen" -i vale0:nobody -f tx -n 3 -l 60000 -C 8 >"$T/out" 2>"$T/err"
want "$T/err" 'a frame of 30 slots does not fit into a ring of 8'

# slots FILE: the lengths that -X shows.
slots() {
	sed -n 's/^ring 0x.* cur *[0-9]* \[buf *[0-9]* flags 0x[0-9a-f]* len *\([0-9]*\)\]$/\1/p' "$1" | tr '\n' ' '
}
# cut WANTED ARGUMENTS...: into slots of these sizes, as the sender and the receiver show them.
cut_into() {
	wanted=$1
	shift
	background "$T/rx.out" "$T/rx.err" $N "$B/pkt-gen" -i 'netmap:x}1' -f rx -n 1 -X
	rx=$!
	until_line "$T/rx.err" 'reading from'
	$N "$B/pkt-gen" -i 'netmap:x{1' -f tx -n 1 -X "$@" >"$T/tx.out" 2>"$T/tx.err" || fail "tx $*"
	wait $rx || fail "rx of $*"
	[ "$(slots "$T/tx.out")" = "$wanted " ] || fail "$*: sent as $(slots "$T/tx.out")"
	[ "$(slots "$T/rx.out")" = "$wanted " ] || fail "$*: received as $(slots "$T/rx.out")"
	want "$T/rx.out" '^Received 1 packets '
}
cut_into '100 100 100' -l 300 -F 3
cut_into '15 15 15 17' -l 62 -F 4
cut_into '128 128 44' -l 300 -M 128
cut_into '2048 2048 1904' -l 6000
cut_into '60' -l 60 -M 64

background "$T/out" "$T/err" $N "$B/nmio" capture 'netmap:p}1' "$T/out.pcap" -n 400
capture=$!
sleep 0.1
$N "$B/pkt-gen" -i 'netmap:p{1' -f tx -n 400 -P "$T/in.pcap" >"$T/tx.out" 2>"$T/tx.err" || fail "-P"
wait $capture
head -c 24 "$T/in.pcap" >"$T/twice.pcap"
tail -c +25 "$T/in.pcap" >>"$T/twice.pcap"
tail -c +25 "$T/in.pcap" >>"$T/twice.pcap"
"$T/frames" same "$T/twice.pcap" "$T/out.pcap" || fail "-P must send the file's frames, over and over"
refused() {
	timeout 20 $N "$B/pkt-gen" -i vale5:p -f tx -n 10 -P "$1" >"$T/tx.out" 2>"$T/tx.err"
	[ $? = 1 ] || fail "-P $1 must exit with 1"
	want "$T/tx.err" "^pkt-gen: -P $1: $2"
}
refused /nonexistent 'No such file'
echo 'no pcap file at all, just a line of text' >"$T/text"
refused "$T/text" '.'
head -c 24 "$T/in.pcap" >"$T/none.pcap"
refused "$T/none.pcap" 'no more frames'
head -c 90 "$T/in.pcap" >"$T/cut.pcap"
refused "$T/cut.pcap" '.*cut off'

background "$T/rx.out" "$T/rx.err" $N "$B/pkt-gen" -i vale2:rx -f rx -H 12 -W
rx=$!
until_line "$T/rx.err" 'reading from'
$N "$B/pkt-gen" -i vale2:tx -f tx -H 12 -n 100 -l 60 >"$T/tx.out" 2>"$T/tx.err" || fail "-H"
wait $rx || fail "-W must end well"
want "$T/rx.out" '^Received 100 packets 7200 bytes '

background "$T/out" "$T/err" $N "$B/nmio" capture 'netmap:p}1' "$T/seq.pcap" -n 3
capture=$!
sleep 0.1
background "$T/out" "$T/err" $N "$B/pkt-gen" -i 'netmap:p{1' -f txseq -R 1000 -6 -l 81
tx=$!
wait $capture
stop $tx
"$T/describe" "$T/seq.pcap" >"$T/frames.txt"
[ "$(grep -c ' 81 ok$' "$T/frames.txt")" = 3 ] || fail "txseq -6: $(head -3 "$T/frames.txt")"

# txseq's frames, without number 10, and with number 5 at the end: a record has 16 + 60 bytes.
background "$T/out" "$T/err" $N "$B/nmio" capture 'netmap:p}1' "$T/seq.pcap" -n 20
capture=$!
sleep 0.1
background "$T/out" "$T/err" $N "$B/pkt-gen" -i 'netmap:p{1' -f txseq -R 1000
tx=$!
wait $capture
stop $tx
"$T/describe" "$T/seq.pcap" >"$T/frames.txt"
[ "$(grep -c ' 60 ok$' "$T/frames.txt")" = 20 ] || fail "txseq: $(head -3 "$T/frames.txt")"
head -c $((24 + 10 * 76)) "$T/seq.pcap" >"$T/gap.pcap"
tail -c +$((25 + 11 * 76)) "$T/seq.pcap" >>"$T/gap.pcap"
head -c 24 "$T/seq.pcap" >"$T/late.pcap"
tail -c +$((25 + 5 * 76)) "$T/seq.pcap" | head -c 76 >>"$T/late.pcap"
background "$T/rx.out" "$T/rx.err" $N "$B/pkt-gen" -i 'netmap:q}1' -f rxseq
rx=$!
until_line "$T/rx.err" 'reading from'
$N "$B/nmio" send 'netmap:q{1' "$T/gap.pcap" 2>"$T/err" || fail "send gap.pcap"
until_line "$T/rx.err" 'Sequence GAP: exp 10 found 11$'
sleep 1.1
$N "$B/nmio" send 'netmap:q{1' "$T/late.pcap" 2>"$T/err" || fail "send late.pcap"
until_line "$T/rx.err" 'Sequence OUT OF ORDER: exp 20 found 5$'
stop $rx || fail "rxseq must end well"
want "$T/rx.out" '^Received 20 packets'

sent 1 -s 10.9.0.1:7 -d 10.9.0.2:8 -S 02:00:00:00:00:0a -D 02:00:00:00:00:0b
background "$T/out" "$T/err" $N "$B/pkt-gen" -i vale3:pong -f pong
pong=$!
until_line "$T/err" 'Ready'
$N "$B/nmio" exchange -q --send "vale3:a=$T/out.pcap" --capture "vale3:a=$T/back.pcap" || fail "exchange with pong"
"$T/describe" "$T/back.pcap" >"$T/frames.txt"
want "$T/frames.txt" '^02:00:00:00:00:0a 10\.9\.0\.2:7 > 10\.9\.0\.1:8 60 ok$'
$N "$B/pkt-gen" -i vale3:ping -f ping -n 40 -b 4 -R 2000 >"$T/out" 2>"$T/ping.err" || fail "ping -b -R"
want "$T/ping.err" 'RTT over 40 packets: min [0-9]+ av [0-9]+ ns$'
stop $pong

# geometry ARGUMENT WANTED: what -C asks for, as vale-ctl shows it.
geometry() {
	background "$T/out" "$T/err" $N "$B/pkt-gen" -i vale4:g -f rx -v -C "$1"
	rx=$!
	until_line "$T/err" 'reading from'
	$N "$B/vale-ctl" -g vale4:g >"$T/geometry"
	[ "$(sed -n '2,5s/.* //p' "$T/geometry" | tr '\n' ' ')" = "$2 " ] || fail "-C $1: $(cat "$T/geometry")"
	want "$T/err" "describe_rings .*   RX0 slots $(sed -n 's/rx_slots: *//p' "$T/geometry")\$"
	stop $rx
}
geometry 256 '256 256 1 1'
geometry 256,512,2 '256 512 2 2'
geometry 64,64,2,1 '64 64 2 1'

$N "$B/pkt-gen" -i vale0:a -c 4000 >"$T/out" 2>"$T/err" && fail "there are no 4000 CPUs"
want "$T/err" '-c 4000: not a number from 0 to '
$N "$B/pkt-gen" -i vale0:a -f ping -p 2 >"$T/out" 2>"$T/err" && fail "ping has one thread"
want "$T/err" 'have one thread'
$N "$B/pkt-gen" -i vale0:a -f tx -p 2 >"$T/out" 2>"$T/err" && fail "one ring is for one thread"
want "$T/err" 'has 1 rings for this job'
exit 0
