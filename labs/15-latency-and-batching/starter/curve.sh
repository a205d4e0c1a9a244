# SPDX-License-Identifier: BSD-2-Clause
# Rate and latency, a curve for each size of batch: at rates from low to high, until the receiver cannot take them any more.
# Each bar is twice as much for every mark more. What is measured is told as a point, too, for the panel Curve.
told=${NMSTAT_TOLD:-/tmp}/curve
mkdir -p "${told%/*}"
: >"$told"

# measure BATCH RATE: for a fifth of a second, but four batches at least.
measure() {
	packets=$(($2 / 5))
	[ $packets -lt 50000 ] || packets=50000
	[ $packets -gt $((4 * $1)) ] || packets=$((4 * $1))
	./load -i 'netmap:lat{1' -n $packets -r $2 -b $1 | awk -v wanted=$2 -v told="$told" '
		function bar(value) { return substr("####################", 1, value < 2 ? 1 : log(value) / log(2)) }
		{ printf "%5s %8.1f kpps %-15s %9.1f us %s\n", $2, $3 / 1000, bar($3 / 1000), $10, bar($10) }
		$10 > 0 { printf "point %d %d %.9f\n", $2, $3, $10 / 1e6 >>told }
		$3 < wanted / 2 { exit 1 }'
}

echo 'batch      rate                     median latency'
for batch in 1 8 64 512; do
	for rate in 10000 30000 100000 300000 1000000 3000000 10000000 30000000; do
		measure $batch $rate || break
	done
done
