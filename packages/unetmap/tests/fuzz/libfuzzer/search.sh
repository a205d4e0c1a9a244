#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sh tests/fuzz/libfuzzer/search.sh BUILD SECONDS TARGET...: libFuzzer on each target for so long, at once. Inputs
# that reach something new are kept in BUILD/fuzz/TARGET.new, findings in BUILD/fuzz/TARGET.found-*.
build=$1 seconds=$2
shift 2
pids=
for target in "$@"; do
	mkdir -p "$build/fuzz/$target.new"
	"$build/fuzz/$target-fuzzer" -max_len=1024 -max_total_time="$seconds" -timeout=60 -report_slow_units=60 -rss_limit_mb=8192 \
		-artifact_prefix="$build/fuzz/$target.found-" "$build/fuzz/$target.new" "tests/fuzz/corpus/$target" \
		>"$build/fuzz/$target.log" 2>&1 &
	pids="$pids $!"
done
status=0
for pid in $pids; do
	wait "$pid" || status=1
done
for target in "$@"; do
	echo "$target: $(tail -n 1 "$build/fuzz/$target.log")"
done
ls "$build"/fuzz/*.found-* 2>/dev/null && status=1
exit $status
