# SPDX-License-Identifier: BSD-2-Clause
#
# One sender and one receiver on a switch of $1 ports which all have been learned.

unicast() {
	rm -f "$scratch/ports"
	$run "$program/attach_ports" vale0 "$1" >"$scratch/ports" 2>"$scratch/ports.err" &
	holder=$!
	until [ -s "$scratch/ports" ]; do
		kill -0 $holder 2>/dev/null || { why "$(head -1 "$scratch/ports.err")"; return; }
		sleep 0.02
	done
	transfer vale0:a vale0:b -D "$(cat "$scratch/ports")"
	kill -TERM $holder
	wait $holder 2>/dev/null
}
