# SPDX-License-Identifier: BSD-2-Clause
#
# From pkt-gen to pkt-gen. The figure is the receiver's: its millions of packets a second.

# transfer FROM TO [OPTIONS of the sender]
transfer() {
	from=$1 to=$2
	shift 2
	rm -f "$scratch/rx.err"
	$run "$build/bin/pkt-gen" -N -i "$to" -f rx -a "$cpu" >"$scratch/rx" 2>"$scratch/rx.err" &
	receiver=$!
	until grep -qs "reading from" "$scratch/rx.err"; do
		kill -0 $receiver 2>/dev/null || { why "$(head -1 "$scratch/rx.err")"; return; }
		sleep 0.02
	done
	timeout -s INT "$(in_seconds $ms)" $run "$build/bin/pkt-gen" -N -i "$from" -f tx -a 0 "$@" >"$scratch/tx" 2>&1
	kill -TERM $receiver
	wait $receiver
	awk '/^Speed:/ { printf "%.3f\n", $2 / 1e6 }' "$scratch/rx"
}

# Frames of $1 bytes across a switch: billions of bytes a second.
transfer_bytes() { transfer vale0:a vale0:b -l "$1" | awk -v bytes="$1" '{ printf "%.3f\n", $1 * bytes / 1e3 }'; }

in_seconds() { echo "$1" | sed 's/\(...\)$/.\1/'; }
