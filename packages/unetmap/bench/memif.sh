# SPDX-License-Identifier: BSD-2-Clause
#
# memif of DPDK: one dpdk-testpmd sends (txonly, 64-byte frames) and one receives (rxonly), without
# huge pages, as unetmap is. Each is told by its input what to do and when; the receiver says its rate
# between two questions.

memif_dpdk() { dpkg-query -Wf '${db:Status-Status}' librte-net-memif23 2>/dev/null | grep -q '^installed'; }

# testpmd NAME CPU ROLE MODE, commands on its input
testpmd() {
	RUNTIME_DIRECTORY="$scratch" exec $UNDER dpdk-testpmd --lcores "0@$2,1@$2" --no-huge -m 256 --no-pci --no-telemetry \
		--no-shconf --file-prefix="$1" \
		--vdev="net_memif0,role=$3,id=0,socket=$scratch/memif.sock,socket-abstract=no" \
		-- -i --no-flush-rx --total-num-mbufs=16384 --forward-mode="$4" >"$scratch/$1.out" 2>&1
}

memif() {
	command -v dpdk-testpmd >/dev/null && memif_dpdk || {
		why "no dpdk-testpmd with memif here: apt install dpdk-dev librte-net-memif23"
		return
	}
	rm -f "$scratch/memif.sock"
	mkfifo "$scratch/receiver.in" "$scratch/sender.in"
	testpmd receiver "$cpu" server rxonly <"$scratch/receiver.in" &
	receiver=$!
	exec 8>"$scratch/receiver.in"
	until [ -S "$scratch/memif.sock" ]; do
		kill -0 $receiver 2>/dev/null || { why "$(tail -1 "$scratch/receiver.out")"; break; }
		sleep 0.05
	done
	testpmd sender 0 client txonly 8>&- <"$scratch/sender.in" &
	sender=$!
	exec 9>"$scratch/sender.in"
	echo start >&8
	echo start >&9
	sleep 1.5 # until they have found each other
	echo show port stats 0 >&8
	sleep "$(in_seconds $ms)"
	echo show port stats 0 >&8
	echo quit >&8 # only then is all that it said in the file
	wait $receiver
	kill -KILL $sender 2>/dev/null # it may have crashed when its peer left
	wait $sender 2>/dev/null
	exec 8>&- 9>&-
	rm -f "$scratch/receiver.in" "$scratch/sender.in"
	awk '/Rx-pps:/ { pps = $2 } END { if (pps) printf "%.3f\n", pps / 1e6 }' "$scratch/receiver.out"
	why "memif received nothing"
}
