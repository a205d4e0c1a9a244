# SPDX-License-Identifier: BSD-2-Clause
# Rate and latency for each size of batch, each bar twice as much for every mark more: first at a rate that the receiver can
# take, then as fast as possible.
measure() {
	./load -i 'netmap:lat{1' "$@" | awk '
		function bar(value) { return substr("####################", 1, value < 2 ? 1 : log(value) / log(2)) }
		{ printf "%5s %8.1f kpps %-15s %9.1f us %s\n", $2, $3 / 1000, bar($3 / 1000), $10, bar($10) }'
}

echo 'batch      rate                     median latency, 100 kpps wanted'
for batch in 1 2 4 8 16 32 64 128 256 512; do
	measure -n 20000 -r 100000 -b $batch
done
echo 'batch      rate                     median latency, as fast as possible'
for batch in 1 2 4 8 16 32 64 128 256 512; do
	measure -n 200000 -b $batch
done
