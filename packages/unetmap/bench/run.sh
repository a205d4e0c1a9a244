#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sh bench/run.sh BUILD [NAME...]: one JSON line for each of NAMES, all of them without any. Value and
# baseline are medians of 5 rounds, and each round measures both, one after the other. Where there are
# two processors, the two sides of what is measured have one each. What is measured, and beside what,
# is the table in row(), below; the ways to measure are functions of the files read here, each of
# which prints one figure, or nothing and a reason in $scratch/why.
cd "$(dirname "$0")/.." || exit 1
build=$(realpath "$1")
shift
rounds=${ROUNDS:-5}
ms=700
cpu=$(($(nproc) > 1))
scratch=$(mktemp -d /dev/shm/unetmap-bench.XXXXXX) || exit 1
trap "rm -rf $scratch" EXIT
trap 'exit 1' INT TERM
run="$UNDER $build/bin/unetmap-run --dir $scratch/region"
program="$build/bench"

say() { echo "bench: $*" >&2; }
why() { echo "$*" >"$scratch/why"; }
for part in transfer veth memif ports vm; do . "bench/$part.sh"; done

names="vale-60 pipe-60 vale-memif pipe-memif zerocopy-forward vale-1514 pingpong-poll pingpong-sleep
pingpong-busy nic-veth vale-ports-8 vale-ports-64 vale-ports
vm-backend-vale vm-backend-pipe vm-backend-vale-guests vm-backend-pipe-guests vm-passthrough-vale
vm-passthrough-pipe vm-passthrough-vale-guests vm-passthrough-pipe-guests"

row() {
	case $1 in
	vale-60) compare Mpps "transfer vale0:a vale0:b" veth ;;
	pipe-60) compare Mpps "transfer netmap:p{1 netmap:p}1" veth ;;
	vale-memif) compare Mpps "transfer vale0:a vale0:b" memif ;;
	pipe-memif) compare Mpps "transfer netmap:p{1 netmap:p}1" memif ;;
	zerocopy-forward) compare Mpps swapped copied ;;
	vale-1514) compare GB/s "transfer_bytes 1514" "copy_bytes 1514" ;;
	pingpong-poll) compare us "round_trip netmap poll" "round_trip udp poll" ;;
	pingpong-sleep) compare us "round_trip netmap poll 1000" "round_trip udp poll 1000" ;;
	pingpong-busy) compare us "round_trip netmap busy" "round_trip udp busy" "round_trip line busy" ;;
	nic-veth) compare Mpps nic veth ;;
	vale-ports-8) compare Mpps "unicast 8" "unicast 2" ;;
	vale-ports-64) compare Mpps "unicast 64" "unicast 2" ;;
	vale-ports) compare Mpps "unicast 254" "unicast 2" ;;
	vm-*) vm_row "$1" || { say "$1: not one of" $names; exit 1; } ;;
	*) say "$1: not one of" $names; exit 1 ;;
	esac
}

# Both are measured at once, and the baseline is asked for first.
copied() {
	$run "$program/forward" $((2 * ms)) 0 "$cpu" >"$scratch/forwarded"
	awk '{ print $2 }' "$scratch/forwarded"
}
swapped() { awk '{ print $1 }' "$scratch/forwarded"; }
copy_bytes() { $UNDER "$program/copy" "$1" $ms "$cpu"; }
round_trip() { $run "$program/round_trip" "$1" "$2" $ms 0 "$cpu" "${3:-0}"; }

# The program is bench/nic.c: nic FROM TO MS CPU CPU, as af_packet, but through netmap ports.
nic() {
	[ -x "$program/nic" ] || { why "the engine has no ports on interfaces yet"; return; }
	in_namespace_with_veth "$run $program/nic bench0 bench1 $ms 0 $cpu"
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }

why_not() { cat "$scratch/why" 2>/dev/null || echo "it counted nothing"; }

# Once is enough: what cannot be had in one round is not there in the next, as a rule.
without_baseline() {
	[ -e "$scratch/said-$name" ] || say "$name: no baseline in round $round: $(why_not)"
	: >"$scratch/said-$name"
}

# compare UNIT OURS BASELINE [FLOOR], for the row $name. FLOOR is the least that any way takes here, now.
compare() {
	: >"$scratch/values"
	: >"$scratch/baselines"
	: >"$scratch/floors"
	round=0
	while [ $((round += 1)) -le $rounds ]; do
		rm -f "$scratch/why"
		$3 >>"$scratch/baselines"
		[ $round -eq "$(wc -l <"$scratch/baselines")" ] || without_baseline
		rm -f "$scratch/why"
		$2 >>"$scratch/values"
		[ -s "$scratch/values" ] || { say "$name: not measured: $(why_not)"; return; }
		${4:-:} >>"$scratch/floors"
	done
	awk -v name="$name" -v unit="$1" -v value="$(median "$scratch/values")" \
		-v baseline="$(median "$scratch/baselines")" -v floor="$(median "$scratch/floors")" 'BEGIN {
		b = "null"; r = "null"
		if (floor != "") floor = sprintf(",\"floor\":%.3f", floor)
		if (baseline > 0) { b = sprintf("%.3f", baseline); r = sprintf("%.3f", value / baseline) }
		printf "{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"baseline\":%s,\"ratio\":%s%s}\n", name, value, unit, b, r, floor
	}'
}

[ $# -gt 0 ] || set -- $names
for name; do row "$name"; done
