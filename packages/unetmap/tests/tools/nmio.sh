#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: nmio sends and captures every byte, over switches and pipes, through a program
# that forwards by copy and by exchange of buffers; frames of several slots; streams; that
# exchange waits for programs that do not get to run, but not for ports that nobody reads;
# and that it ends, with the right status, when nobody receives.
. "$(dirname "$0")/setup"

cc=${CC:-cc}
tools=$here/../../tools
$cc -O1 -D_GNU_SOURCE -I"$tools" -o "$T/frames" "$here/programs/frames.c" "$tools/pcap/pcap.c" ||
	fail "frames.c does not compile"
$cc -O1 -Wall -Wextra -I"$INCLUDE" -o "$T/forward" "$here/programs/forward.c" ||
	fail "forward.c does not compile"
"$T/frames" make "$T/in.pcap" 5000 || fail "cannot make in.pcap"
"$T/frames" make "$T/big.pcap" 20 9000 || fail "cannot make big.pcap"

# through A B MODE FILE SEND CAPTURE: FILE crosses a forwarder from A to B, which works by MODE.
through() {
	background "$T/forward.out" "$T/forward.err" $N "$T/forward" "$1" "$2"
	forwarder=$!
	until_line "$T/forward.out" "^ready, $3$"
	$N "$B/nmio" exchange -q --send "$5=$4" --capture "$6=$T/out.pcap" || fail "exchange $1 $2"
	"$T/frames" same "$4" "$T/out.pcap" || fail "$1 -> $2 ($3) changed the frames"
	stop $forwarder TERM
}
through vale0:f vale1:f copy "$T/in.pcap" vale0:in vale1:out
through netmap:x}1 netmap:x{2 zero-copy "$T/in.pcap" netmap:x{1 netmap:x}2
through netmap:x}1 netmap:x{2 zero-copy "$T/big.pcap" netmap:x{1 netmap:x}2

background "$T/forward.out" "$T/forward.err" $N "$T/forward" vale3:f vale4:f
forwarder=$!
until_line "$T/forward.out" "^ready, copy$"
kill -STOP $forwarder
background "$T/out" "$T/err" $N "$B/nmio" exchange -q --send "vale3:in=$T/in.pcap" --capture "vale4:out=$T/out.pcap"
exchange=$!
sleep 0.2
kill -CONT $forwarder
wait $exchange || fail "exchange over switches with a program that sleeps"
"$T/frames" same "$T/in.pcap" "$T/out.pcap" || fail "frames are lost while a program sleeps"
kill -STOP $forwarder
$N "$B/nmio" exchange -q --send "vale3:in=$T/in.pcap" --capture "vale3:out=$T/out.pcap" ||
	fail "exchange beside a port that nobody reads"
"$T/frames" same "$T/in.pcap" "$T/out.pcap" || fail "a port that nobody reads costs others frames"
kill -CONT $forwarder
stop $forwarder TERM

$N "$B/nmio" exchange -q --send "netmap:d{1=$T/in.pcap" --capture "netmap:d}1=$T/out.pcap" ||
	fail "exchange over a pipe"
"$T/frames" same "$T/in.pcap" "$T/out.pcap" || fail "the pipe changed the frames"

$N "$B/nmio" exchange -q --send "vale2:a=$T/in.pcap" --capture "vale2:b=$T/b.pcap" \
	--capture "vale2:c=$T/c.pcap" || fail "exchange over a switch"
"$T/frames" same "$T/in.pcap" "$T/b.pcap" || fail "the switch changed the frames for b"
"$T/frames" same "$T/in.pcap" "$T/c.pcap" || fail "the switch changed the frames for c"

background "$T/stream.pcap" "$T/err" $N "$B/nmio" capture "netmap:s}1" -n 5000
capture=$!
until_line "$T/stream.pcap" .
$N "$B/nmio" send "netmap:s{1" - <"$T/in.pcap" 2>"$T/send.err" || fail "send from stdin"
wait $capture || fail "capture to stdout"
"$T/frames" same "$T/in.pcap" "$T/stream.pcap" || fail "streams changed the frames"
want "$T/send.err" '^netmap:s\{1: sent 5000 packets, [0-9]+ bytes$'

$N timeout 10 "$B/nmio" send "netmap:n{1" "$T/in.pcap" -w 200 2>"$T/err"
[ $? = 3 ] || fail "sending to nobody must end with 3"
want "$T/err" 'sent 1023 packets'

$N "$B/nmio" send vale0:a "$T/in.pcap" -n 5 2>"$T/err" && fail "send does not count"
want "$T/err" '^nmio: send: has no option -n$'
$N "$B/nmio" send vale0:a "$0" 2>"$T/err" && fail "a shell script is no pcap file"
want "$T/err" 'not a pcap file'
head -c 1000 "$T/in.pcap" >"$T/cut.pcap"
$N "$B/nmio" send vale0:a "$T/cut.pcap" 2>"$T/err" && fail "a cut file must fail"
want "$T/err" 'cut off'
$N "$B/nmio" capture foo:bar "$T/x.pcap" 2>"$T/err" && fail "foo:bar is no port"
want "$T/err" "foo:bar: Invalid argument"
exit 0
