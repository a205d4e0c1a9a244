#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: bridge carries every byte both ways, by exchange of buffers within a memory region and by
# copy elsewhere; frames of several slots stay whole even with a burst of one; -L sends back; one
# port alone asks for its host rings; a full pipe holds back only its own direction.
. "$(dirname "$0")/setup"

cc=${CC:-cc}
tools=$here/../../tools
$cc -O1 -D_GNU_SOURCE -I"$tools" -o "$T/frames" "$here/programs/frames.c" "$tools/pcap/pcap.c" ||
	fail "frames.c does not compile"
"$T/frames" make "$T/in.pcap" 3000 || fail "cannot make in.pcap"
# A switch drops what its receiver has no room for: on a busy machine, when more than a ring comes at once.
"$T/frames" make "$T/few.pcap" 900 || fail "cannot make few.pcap"
"$T/frames" make "$T/big.pcap" 100 9000 || fail "cannot make big.pcap"

# start_bridge ARGUMENTS...: the bridge is at work.
start_bridge() {
	background "$T/bridge.out" "$T/bridge.err" $N "$B/bridge" -w 0 "$@"
	bridge=$!
	until_line "$T/bridge.err" 'Ready to go'
}

stop_bridge() {
	stop $bridge TERM || fail "bridge must end well"
	want "$T/bridge.err" "$1"
}

# across FILE SEND CAPTURE
across() {
	$N "$B/nmio" exchange -q --send "$2=$1" --capture "$3=$T/out.pcap" || fail "exchange $2 $3"
	"$T/frames" same "$1" "$T/out.pcap" || fail "$2 -> $3 changed the frames"
}

start_bridge -i 'netmap:p}1' -i 'netmap:p{2'
want "$T/bridge.err" '------- zerocopy supported'
want "$T/bridge.err" 'Wait 0 secs for link to come up\.\.\.'
want "$T/bridge.err" 'Ready to go, p}1 0x0/1 <-> p\{2 0x0/1\.'
across "$T/in.pcap" 'netmap:p{1' 'netmap:p}2'
across "$T/in.pcap" 'netmap:p}2' 'netmap:p{1'
across "$T/big.pcap" 'netmap:p{1' 'netmap:p}2'
stop_bridge '3100 packets p}1:nic --> p\{2:nic, 3000 packets p\{2:nic --> p}1:nic'

start_bridge -c 'netmap:p}1' 'netmap:p{2' 1
want "$T/bridge.err" '------- zerocopy NOT supported'
across "$T/big.pcap" 'netmap:p{1' 'netmap:p}2'
stop_bridge '100 packets'

start_bridge vale0:left vale1:right
want "$T/bridge.err" '------- zerocopy NOT supported'
across "$T/few.pcap" vale0:a vale1:b
background "$T/pong.out" "$T/pong.err" $N "$B/pkt-gen" -i vale1:pong -f pong
pong=$!
until_line "$T/pong.err" 'Ready'
$N timeout 20 "$B/pkt-gen" -i vale0:ping -f ping -n 200 >"$T/ping.out" 2>"$T/ping.err" || fail "ping"
want "$T/ping.err" 'RTT over 200 packets'
stop $pong
stop_bridge 'vale0:left:nic --> vale1:right:nic'

start_bridge -i vale2:left@1 -i vale3:right@1 -b 100
want "$T/bridge.err" '------- zerocopy supported'
across "$T/few.pcap" vale2:a vale3:b
across "$T/big.pcap" vale3:b vale2:a
stop_bridge 'packets'

start_bridge -L 'netmap:loop}1'
want "$T/bridge.err" 'same interface, loopbacking traffic'
across "$T/in.pcap" 'netmap:loop{1' 'netmap:loop{1'
stop_bridge '3000 packets'

# Nobody reads q}2; what comes back from it still passes.
start_bridge 'netmap:q}1' 'netmap:q{2'
$N timeout 10 "$B/nmio" send -w 100 'netmap:q{1' "$T/in.pcap" 2>"$T/err"
[ $? = 3 ] || fail "the pipes took more than they hold"
background "$T/out" "$T/err" $N "$B/pkt-gen" -i 'netmap:q{1' -f rx -n 500
back=$!
until_line "$T/err" 'reading from'
$N "$B/pkt-gen" -i 'netmap:q}2/T' -f tx -n 500 >"$T/tx.out" 2>&1 || fail "tx back"
wait $back || fail "rx back"
want "$T/out" '^Received 500 packets'
stop_bridge '500 packets q\{2:nic --> q}1:nic'

$N "$B/bridge" -w 0 vale0:nohost >"$T/out" 2>"$T/err" && fail "a switch port has no host rings"
want "$T/err" 'same interface, endpoint 0 goes to host'
want "$T/err" 'cannot open vale0:nohost\^: '
$N "$B/bridge" -w 0 >"$T/out" 2>"$T/err" && fail "a port is needed"
want "$T/err" 'missing -i PORT'
$N timeout 3 "$B/bridge" -b 9999 -w 999 foo:bar vale0:a >"$T/out" 2>"$T/err"
want "$T/err" 'invalid burst 9999, set to 1024'
want "$T/err" 'invalid wait_link 999, set to 4'
want "$T/err" 'cannot open foo:bar: Invalid argument'
exit 0
