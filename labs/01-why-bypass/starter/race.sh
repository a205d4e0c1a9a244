#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The race: every way in turn, each for as many seconds as the first argument says (3).
seconds=${1:-3}
trap '' PIPE

for way in sendto sendmmsg packet xdp netmap; do
	./send $way -t "$seconds"
	sleep 1
done

# DPDK, which takes the device away from the kernel as netmap does, here over memif: memory that two processes share.
memif() {
	if ! command -v dpdk-testpmd >/dev/null; then
		echo "memif     not installed here: it is dpdk-testpmd of Debian's package dpdk-dev"
		return
	fi
	scratch=$(mktemp -d)
	mkfifo "$scratch/in"
	pmd() {
		RUNTIME_DIRECTORY=$scratch dpdk-testpmd --lcores "0@$1,1@$1" --no-huge -m 128 --no-pci --no-telemetry --no-shconf \
			--file-prefix="$2" --vdev="net_memif0,role=$3,id=0,socket=$scratch/memif.sock,socket-abstract=no" -- -i \
			--no-flush-rx --total-num-mbufs=8192 --forward-mode="$4" >"$scratch/$2.out" 2>&1
	}
	pmd 1 receiver server rxonly <"$scratch/in" &
	exec 8>"$scratch/in"
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ -S "$scratch/memif.sock" ] && break
		sleep 1
	done
	(echo start; sleep $((seconds + 8)); echo quit) | pmd 0 sender client txonly &
	sleep 4
	echo start >&8
	for i in $(seq $((seconds + 2))); do
		echo "show port stats 0" >&8
		sleep 1
	done
	echo quit >&8
	wait
	awk '/Rx-pps:/ && $2 > pps { pps = $2 }
		END { if (pps > 0) printf "%-9s %7.3f Mpps %6.0f ns, a core each for sender and receiver\n", "memif", pps / 1e6, 1e9 / pps
		      else print "memif     did not start here: try dpdk-testpmd in a terminal of yours" }' "$scratch/receiver.out"
	exec 8>&-
	rm -rf "$scratch"
}
memif
