#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: pkt-gen loses nothing on a pipe, counts what it says, prints the lines other
# programs parse, keeps a rate, sends right frames, and measures round trips.
. "$(dirname "$0")/setup"

stamp='^[0-9]{3}\.[0-9]{6} [a-z_]+ \[[0-9]+\] '

background "$T/rx.out" "$T/rx.err" $N "$B/pkt-gen" -i 'netmap:p}1' -f rx -n 300000 -T 100
rx=$!
until_line "$T/rx.err" 'receiver_body .* reading from p}1 fd [0-9]+ main_fd [0-9]+'
$N "$B/pkt-gen" -i 'netmap:p{1' -f tx -n 300000 -T 100 >"$T/tx.out" 2>"$T/tx.err" || fail "tx failed"
wait $rx || fail "rx failed"
want "$T/tx.out" '^Sending on netmap:p\{1: 1 queues, 1 threads and [0-9]+ cpus\.$'
want "$T/tx.out" '^10\.0\.0\.1 -> 10\.1\.0\.1 \(00:00:00:00:00:00 -> ff:ff:ff:ff:ff:ff\)$'
want "$T/tx.out" '^Sent 300000 packets 18000000 bytes [0-9]+ events 60 bytes each in [0-9]+\.[0-9]{2} seconds\.$'
speed='^Speed: [0-9]+\.[0-9]{3} [KMG]?pps Bandwidth: [0-9]+\.[0-9]{3} [KMG]?bps \(raw [0-9]+\.[0-9]{3} [KMG]?bps\)\. Average batch: [0-9]+\.[0-9]{2} pkts$'
want "$T/tx.out" "$speed"
want "$T/rx.out" '^Receiving from netmap:p}1: 1 queues, 1 threads and [0-9]+ cpus\.$'
want "$T/rx.out" '^Received 300000 packets 18000000 bytes '
want "$T/rx.out" "$speed"
want "$T/tx.err" "${stamp}range is 10\.0\.0\.1:1234 to 10\.0\.0\.1:1234\$"
want "$T/tx.err" "${stamp}Sending 512 packets every  0\.000000000 s\$"
want "$T/tx.err" "${stamp}Wait 0 secs for phy reset\$"
want "$T/tx.err" "${stamp}flush tail [0-9]+ head [0-9]+ on thread 0x[0-9a-f]+\$"
grep -Evq "$stamp" "$T/tx.err" && fail "a line on stderr lacks its stamp"

background "$T/rx.out" "$T/rx.err" $N "$B/pkt-gen" -i vale0:b -f rx -T 100
rx=$!
until_line "$T/rx.err" 'reading from vale0:b'
$N timeout -s INT 1.2 "$B/pkt-gen" -i vale0:a -f tx -R 1000 -N -A -T 200 >"$T/tx.out" 2>"$T/tx.err"
stop $rx || fail "rx must end well on SIGINT"
want "$T/tx.err" "${stamp}[0-9]+ pps \[avg/std [0-9]+ /[0-9]+  pps\]\([0-9]+ pkts [0-9]+ bps in [0-9]+ usec\) 3\.00 avg_batch [0-9]+ min_space\$"
want "$T/tx.err" 'received control-C on thread 0x'
want "$T/rx.err" "${stamp}[0-9]+\.[0-9]{3} [KMG]?pps \([0-9]+\.[0-9]{3} [KMG]?pkts [0-9]+\.[0-9]{3} [KMG]?bps in [0-9]+ usec\) [0-9]+\.[0-9]{2} avg_batch [0-9]+ min_space\$"
sent=$(sed -n 's/^Sent \([0-9]*\) packets.*/\1/p' "$T/tx.out")
received=$(sed -n 's/^Received \([0-9]*\) packets.*/\1/p' "$T/rx.out")
[ "$sent" = "$received" ] || fail "at 1000 pps $sent were sent and $received received"
# A busy machine may send less and interrupt late, but in no time more than that.
centiseconds=$(sed -n 's/^Sent .* in 0*\([0-9]*\)\.\([0-9]*\) seconds.*/\1\2/p' "$T/tx.out")
[ "$sent" -ge 100 ] && [ "$sent" -le $((centiseconds * 11 + 100)) ] ||
	fail "at 1000 pps $sent were sent in $centiseconds hundredths of a second"

background "$T/out" "$T/err" $N "$B/pkt-gen" -i vale0:c -f rx -T 100
idle=$!
until_line "$T/err" 'waiting for initial packets, poll returns 0 0'
stop $idle TERM || fail "rx must end well on SIGTERM"
want "$T/out" '^Received nothing\.$'

background "$T/pong.out" "$T/pong.err" $N "$B/pkt-gen" -i vale3:b -f pong
pong=$!
until_line "$T/pong.err" 'Ready'
$N "$B/pkt-gen" -i vale3:a -f ping -n 500 >"$T/ping.out" 2>"$T/ping.err" || fail "ping failed"
stop $pong
want "$T/ping.out" '^Working on vale3:a: 1 queues, 1 threads'
want "$T/ping.err" "${stamp}RTT over 500 packets: min [0-9]+ av [0-9]+ ns\$"

background "$T/x.out" "$T/err" $N "$B/pkt-gen" -i 'netmap:x}1' -f rx -n 1 -X
dump=$!
until_line "$T/err" 'reading from'
$N "$B/pkt-gen" -i 'netmap:x{1' -f tx -n 1 -l 64 -S 02:00:00:00:00:01 -D 02:00:00:00:00:02 \
	-s 192.168.1.1:1000 -d 192.168.1.2:2000 >"$T/out" 2>&1
wait $dump
want "$T/x.out" ' 0: 02 00 00 00 00 02 02 00 00 00 00 01 08 00 45 00 '
want "$T/x.out" '16: 00 32 00 00 00 00 40 11 f7 67 c0 a8 01 01 c0 a8 '
want "$T/x.out" '32: 01 02 03 e8 07 d0 00 1e '

background "$T/out" "$T/rx.err" $N "$B/pkt-gen" -i 'vale4:b@conf:rings=2' -f rx -p 2 -T 100
rx=$!
until_line "$T/rx.err" 'reading from'
$N "$B/pkt-gen" -i 'vale4:a@conf:rings=2' -f tx -p 2 -n 1000 -R 20000 >"$T/tx.out" 2>&1 || fail "two threads"
want "$T/tx.out" '^Sending on vale4:a@conf:rings=2: 2 queues, 2 threads'
want "$T/tx.out" '^Sent 1000 packets'
stop $rx
want "$T/out" '^Received 1000 packets'

for n in 1 5 6; do
	timeout 20 $N "$B/pkt-gen" -i 'vale5:a@conf:rings=4' -f tx -p 4 -n $n >"$T/out" 2>"$T/err" ||
		fail "-n $n of four threads does not end well"
	want "$T/out" "^Sent $n packets "
done

"$B/pkt-gen" --help >"$T/out" || fail "--help"
want "$T/out" '^Usage: pkt-gen '
$N "$B/pkt-gen" -i foo:bar >"$T/out" 2>&1 && fail "foo:bar is no port"
want "$T/out" 'Unable to open netmap:foo:bar'
$N "$B/pkt-gen" -i vale0:a -f fly >"$T/out" 2>&1 && fail "fly is no job"
want "$T/out" 'not one of tx, rx'
for bits in 128 0x2000 0xffffffff; do
	timeout 20 $N "$B/pkt-gen" -i vale0:a -f tx -n 1 -o $bits >"$T/out" 2>&1 && fail "-o $bits is taken"
	want "$T/out" "^pkt-gen: -o $bits: no option has the bits 0x"
done
$N "$B/pkt-gen" -i vale0:a -f tx -n 1 -o 0x1f5f >"$T/out" 2>&1 || fail "known bits are refused"
for port in tap:x pcap:x null; do
	$N "$B/pkt-gen" -i $port >"$T/out" 2>&1 && fail "$port is taken"
	want "$T/out" "^pkt-gen: -i $port: "
done
exit 0
