#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: lb's hash is symmetric, knows tunnels and fragments and never reads behind a frame; a flow
# and its answers go to one pipe, whole even in several slots; every group gets all packets; what finds
# a pipe full waits in extra buffers, in order, or is dropped and counted; a reader that stands still
# costs the others nothing; the statistics add up.
. "$(dirname "$0")/setup"

cc=${CC:-cc}
tools=$here/../../tools
$cc -O1 -D_GNU_SOURCE -I"$tools" -o "$T/flows" "$here/programs/flows.c" "$tools/lb/flow_hash.c" \
	"$tools/pcap/pcap.c" || fail "flows.c does not compile"
$cc -O1 -D_GNU_SOURCE -I"$tools" -o "$T/frames" "$here/programs/frames.c" "$tools/pcap/pcap.c" ||
	fail "frames.c does not compile"
"$T/flows" || fail "the hash is wrong"
"$T/flows" "$T/flows.pcap" 400 || fail "cannot make flows.pcap"
"$T/frames" make "$T/in.pcap" 3000 || fail "cannot make in.pcap"

# start_lb ARGUMENTS...
start_lb() {
	background "$T/lb.out" "$T/lb.err" $N "$B/lb" -w 0 "$@"
	lb=$!
	until_line "$T/lb.err" 'Ready'
}

stop_lb() {
	stop $lb TERM || fail "lb must end well"
	want "$T/lb.out" "$1"
}

start_lb -i vale0:lb -o 1
want "$T/lb.err" 'opening pipe named vale0:lb\{0/xT@[0-9]+$'
want "$T/lb.err" 'successfully opened pipe #2 vale0:lb\{1/xT@[0-9]+ \(tx slots: 1024\)$'
want "$T/lb.err" 'zerocopy enabled$'
$N "$B/nmio" exchange -q --send "vale0:in=$T/flows.pcap" --capture "vale0:lb}0=$T/0.pcap" \
	--capture "vale0:lb}1=$T/1.pcap" || fail "exchange through two pipes"
"$T/flows" "$T/0.pcap" "$T/1.pcap" 400 >"$T/out" || fail "flows are torn apart: $(cat "$T/out")"
rates='"data_forward_rate_Mbps":[0-9.]+,"data_drop_rate_Mbps":0\.0000,"packet_forward_rate_kpps":[0-9.]+,"packet_drop_rate_kpps":0\.0000'
until_line "$T/lb.out" "^\{\"ts\":[0-9]+\.[0-9]{6},\"interface\":\"vale0:lb\{1/xT@[0-9]+\",\"output_ring\":1,\"packets_forwarded\":[1-9][0-9]*,\"packets_dropped\":0,$rates,\"overflow_queue_size\":0\}\$"
until_line "$T/lb.out" "^\{\"ts\":[0-9]+\.[0-9]{6},\"interface\":\"vale0:lb\",\"output_ring\":null,\"packets_received\":800,\"packets_forwarded\":800,\"packets_dropped\":0,\"non_ip_packets\":0,$rates,\"free_buffer_slots\":0\}\$"
stop_lb '^800 packets forwarded\.  0 packets dropped\. Total 800$'

# What is under way may be more than a pipe holds while nobody runs who takes it.
start_lb -i 'netmap:in}1' -p one:1 -p two:1 -B 8000
$N "$B/nmio" exchange -q --send "netmap:in{1=$T/in.pcap" --capture "netmap:one}0=$T/0.pcap" \
	--capture "netmap:two}0=$T/1.pcap" || fail "exchange through two groups"
"$T/frames" same "$T/in.pcap" "$T/0.pcap" || fail "the first group lacks frames"
"$T/frames" same "$T/in.pcap" "$T/1.pcap" || fail "the second group lacks frames"
$N "$B/nmio" exchange -q --send "netmap:in{1=$T/flows.pcap" --capture "netmap:one}0=$T/0.pcap" \
	--capture "netmap:two}0=$T/1.pcap" || fail "exchange of long frames through two groups"
"$T/frames" same "$T/flows.pcap" "$T/0.pcap" || fail "the first group tears frames"
"$T/frames" same "$T/flows.pcap" "$T/1.pcap" || fail "the second group tears frames"
stop_lb '^7600 packets forwarded\.  0 packets dropped\.'

start_lb -i 'netmap:late}1' -p late:1 -B 4000 -o 1
want "$T/lb.err" 'obtained 4000 extra buffers'
$N "$B/nmio" send 'netmap:late{1' "$T/in.pcap" 2>"$T/err" || fail "lb must take what it can hold"
until_line "$T/lb.out" '"output_ring":0,"packets_forwarded":1023,"packets_dropped":0,.*"overflow_queue_size":1977\}'
want "$T/lb.out" '"packets_received":3000,.*"non_ip_packets":3000,.*"free_buffer_slots":2023\}'
$N timeout 20 "$B/nmio" capture 'netmap:late}0' "$T/0.pcap" -n 3000 2>"$T/err" || fail "a late reader"
"$T/frames" same "$T/in.pcap" "$T/0.pcap" || fail "what waited is not what was sent"
stop_lb '^3000 packets forwarded\.  0 packets dropped\. Total 3000$'
want "$T/lb.err" 'added 4000 buffers to netmap free list'

start_lb -i 'netmap:full}1' -p full:1 -b 100
$N "$B/nmio" send 'netmap:full{1' "$T/in.pcap" 2>"$T/err" || fail "lb must take what it drops"
stop_lb '^1023 packets forwarded\.  1977 packets dropped\. Total 3000$'

# Nobody reads pipe 1, which may keep the extra buffers; pipe 0 gets all that is its own.
start_lb -i 'netmap:feed}1' -p stuck:2 -B 100
for turn in 1 2 3 4 5 6; do
	$N "$B/nmio" exchange -q --send "netmap:feed{1=$T/flows.pcap" --capture "netmap:stuck}0=$T/stuck.pcap" ||
		fail "exchange beside a pipe that nobody reads"
	"$T/frames" same "$T/stuck.pcap" "${first:-$T/stuck.pcap}" || fail "turn $turn lost frames"
	[ "${first:-}" ] || { first=$T/first.pcap && mv "$T/stuck.pcap" "$first"; }
done
stop $lb TERM || fail "lb must end well"
read -r forwarded _ _ dropped _ _ _ total <"$T/lb.out"
[ "$total" = 4800 ] || fail "800 packets six times, and lb counted $total"
[ "$dropped" -gt 100 ] || fail "what nobody reads must be dropped: $dropped"
[ "$((forwarded + dropped))" = 4800 ] || fail "$forwarded and $dropped are not 4800"

$N "$B/lb" -i vale0:x -p :3 >"$T/out" 2>"$T/err" && fail "a group's name is missing"
want "$T/err" 'no name in front of the colon'
$N "$B/lb" -i vale0:x -p a:0 >"$T/out" 2>"$T/err" && fail "no pipe is no group"
want "$T/err" 'not a number from 1'
$N "$B/lb" -i foo:bar >"$T/out" 2>"$T/err" && fail "foo:bar is no port"
want "$T/err" 'cannot open netmap:foo:bar: '
$N "$B/lb" >"$T/out" 2>"$T/err" && fail "a port is needed"
want "$T/err" 'missing -i PORT'
exit 0
