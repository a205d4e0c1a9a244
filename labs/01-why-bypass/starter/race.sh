#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The race: every way in turn, each for as many seconds as the first argument says (3); or only those that are named after it.
seconds=${1:-3}
[ $# -eq 0 ] || shift
trap '' PIPE

# For the chart, as memif passes no interface that anybody counts: what testpmd has counted so far, in a file that nmstat reads.
tell() {
	[ -n "$NMSTAT_TOLD" ] || return
	mkdir -p "$NMSTAT_TOLD"
	awk '/RX-packets:/ { told = "rx " $2 " " $6 " " $4 }
		END { if (told != "") print told }' "$scratch/receiver.out" >"$NMSTAT_TOLD/.memif"
	mv "$NMSTAT_TOLD/.memif" "$NMSTAT_TOLD/memif"
}

# What is left when the race is stopped would stand in the chart for ever.
clean_up() {
	rm -rf "$scratch" ${NMSTAT_TOLD:+"$NMSTAT_TOLD/memif" "$NMSTAT_TOLD/.memif"}
}

# DPDK, which takes the device away from the kernel as netmap does, here over memif: memory that two processes share.
memif() {
	if ! command -v dpdk-testpmd >/dev/null; then
		echo "memif     not installed here: it is dpdk-testpmd of Debian's package dpdk-dev"
		return
	fi
	scratch=$(mktemp -d)
	trap clean_up EXIT
	trap 'exit 1' INT TERM HUP
	mkfifo "$scratch/in"
	cores="a core each for sender and receiver"
	[ "$(nproc)" -gt 1 ] || cores="one core for sender and receiver"
	pmd() {
		RUNTIME_DIRECTORY=$scratch stdbuf -oL dpdk-testpmd --lcores "0@$1,1@$1" --no-huge -m 128 --no-pci --no-telemetry --no-shconf \
			--file-prefix="$2" --vdev="net_memif0,role=$3,id=0,socket=$scratch/memif.sock,socket-abstract=no" -- -i \
			--no-flush-rx --total-num-mbufs=8192 --forward-mode="$4" --txpkts=60 >"$scratch/$2.out" 2>&1
	}
	pmd $(($(nproc) > 1)) receiver server rxonly <"$scratch/in" &
	exec 8>"$scratch/in"
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ -S "$scratch/memif.sock" ] && break
		sleep 1
	done
	(echo start; sleep $((seconds + 8)); echo quit) | pmd 0 sender client txonly &
	sleep 4
	echo start >&8
	for i in $(seq $((5 * (seconds + 2)))); do
		echo "show port stats 0" >&8 2>/dev/null
		sleep 0.2
		tell
	done
	echo quit >&8
	wait
	awk -v cores="$cores" '/Rx-pps:/ && $2 > pps { pps = $2 }
		END { if (pps > 0) printf "%-9s %7.3f Mpps %6.0f ns, %s\n", "memif", pps / 1e6, 1e9 / pps, cores
		      else print "memif     did not start here: try dpdk-testpmd in a terminal of yours" }' "$scratch/receiver.out"
	exec 8>&-
	clean_up
}

for way in ${*:-sendto sendmmsg packet xdp netmap memif}; do
	if [ "$way" = memif ]; then
		memif
	else
		./send "$way" -t "$seconds"
		sleep 1
	fi
done
