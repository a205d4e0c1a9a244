#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sh bench/run.sh BUILD [NAME...]: one JSON line for each of vale-60, pipe-60. The value is
# what the receiver got, in millions of packets a second, the median of 5 rounds; each round
# measures the baseline too: sendto on AF_PACKET over a veth pair in a network namespace
# that exists for that long. Sender and receiver have a CPU each where there are two.
cd "$(dirname "$0")/.." || exit 1
build=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- vale-60 pipe-60
rounds=5
ms=700
cpu=$(($(nproc) > 1))
scratch=$(mktemp -d /dev/shm/unetmap-bench.XXXXXX) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM
run="$build/bin/unetmap-run --dir $scratch/region $build/bin/pkt-gen -N"

say() { echo "$*" >&2; }

# The rate at which pkt-gen at port $2 received from pkt-gen at port $1, in pps.
transfer() {
	$run -i "$2" -f rx -a "$cpu" >"$scratch/rx" 2>"$scratch/rx.err" &
	receiver=$!
	until grep -q 'reading from' "$scratch/rx.err"; do
		kill -0 $receiver 2>/dev/null || { cat "$scratch/rx.err" >&2; return; }
		sleep 0.02
	done
	timeout -s INT "$(echo $ms | sed 's/\(...\)$/.\1/')" $run -i "$1" -f tx -a 0 >"$scratch/tx" 2>/dev/null
	kill -INT $receiver
	wait $receiver
	sed -n 's/^Speed: \([0-9]*\) pps.*/\1/p' "$scratch/rx"
}

if [ "$(id -u)" = 0 ]; then in_namespace="unshare -n"; else in_namespace="unshare -Urn"; fi
veth='ip link add bench0 type veth peer name bench1 && ip link set bench0 up && ip link set bench1 up'
baseline() {
	$in_namespace sh -c "$veth && exec $build/bench/af_packet bench0 bench1 $ms 0 $cpu" 2>"$scratch/err" |
		sed -n 's/.* //p'
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }

measure() {
	case $1 in
	vale-60) from=vale0:a to=vale0:b ;;
	pipe-60) from='netmap:p{1' to='netmap:p}1' ;;
	*) say "bench: $1: not one of vale-60, pipe-60"; exit 1 ;;
	esac
	: >"$scratch/values"
	: >"$scratch/baselines"
	round=0
	while [ $((round += 1)) -le $rounds ]; do
		transfer "$from" "$to" >>"$scratch/values"
		baseline >>"$scratch/baselines"
	done
	[ -s "$scratch/baselines" ] || say "bench: no baseline, a veth pair in a namespace of its own: $(head -1 "$scratch/err")"
	value=$(median "$scratch/values")
	[ "$value" ] || { say "bench: $1: nothing was received"; exit 1; }
	awk -v name="$1" -v value="$value" -v baseline="$(median "$scratch/baselines")" 'BEGIN {
		format = "{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"Mpps\",\"baseline\":%s,\"ratio\":%s}\n"
		b = "null"; r = "null"
		if (baseline > 0) { b = sprintf("%.3f", baseline / 1e6); r = sprintf("%.1f", value / baseline) }
		printf format, name, value / 1e6, b, r
	}'
}

for name; do measure "$name"; done
