#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs every test of the package: sh tests/run.sh BUILD [NAME...]
# A test is a program build/tests/*/* (run under unetmap-run) or a script tests/*/*.sh (run as it is,
# with BUILD and UNETMAP_DIR set). It exits 0, 1, or 77 for "skipped", having said why. The
# conformance program counts for as many tests as it has cases. Each test gets a region of its own.
# With CI=true a test that fails is run once more, and says so.
cd "$(dirname "$0")/.." || exit 1
BUILD=$(realpath "$1")
export BUILD
shift
passed=0 failed=0 skipped=0
base=/dev/shm
[ -w $base ] || base=${TMPDIR:-/tmp}

wanted() {
	[ $# -eq 1 ] && return 0
	name=$1
	shift
	for w; do case $name in *"$w"*) return 0 ;; esac; done
	return 1
}

count() {
	case $2 in
	0) passed=$((passed + 1)); word=ok ;;
	77) skipped=$((skipped + 1)); word=skipped ;;
	*) failed=$((failed + 1)); word="FAILED (status $2)" ;;
	esac
	echo "$word  $1"
}

in_region() {
	UNETMAP_DIR=$(mktemp -d $base/unetmap-test.XXXXXX)
	export UNETMAP_DIR
	"$@"
	status=$?
	rm -rf "$UNETMAP_DIR"
	return $status
}

tried() {
	in_region "$@"
	status=$?
	case $status in 0 | 77) return $status ;; esac
	[ "$CI" = true ] || return $status
	echo "status $status; once more: $*"
	in_region "$@"
}

run="$BUILD/bin/unetmap-run"

# What names a network device needs a pair of them, in a network namespace of the case's own.
devices='ip link add nmv0 type veth peer name nmv1 && ip link set nmv0 up && ip link set nmv1 up && exec "$@"'
probe_case() {
	case $1 in
	nic.*) unshare -n sh -c "$devices" sh true 2>/dev/null ||
			{ echo "{\"case\":\"$1\",\"got\":{\"skip\":\"no veth pair can be made here\"}}"; return; }
		unshare -n sh -c "$devices" sh "$run" --dir "$UNETMAP_DIR/$1" "$probe" "$1" ;;
	*) "$run" --dir "$UNETMAP_DIR/$1" "$probe" "$1" ;;
	esac
}

# Each case in a region of its own: the probe kills what a case started but does not wait for it, and
# on a busy machine a dying process may outlive its case and be seen by the next.
conformance() {
	probe="$BUILD/tests/conformance/probe"
	"$probe" -l | while read -r name; do
		mkdir "$UNETMAP_DIR/$name"
		probe_case "$name" | grep -F "{\"case\":\"$name\","
		rm -rf "${UNETMAP_DIR:?}/$name"
	done >"$UNETMAP_DIR.out"
	"$BUILD/tests/conformance/compare" tests/conformance/golden.json DIFFERENCES.md <"$UNETMAP_DIR.out"
	status=$?
	rm -f "$UNETMAP_DIR.out"
	return $status
}

if wanted conformance "$@"; then
	report=$(tried conformance)
	echo "$report"
	totals=$(echo "$report" | sed -n '$s/^conformance: \(.*\) passed, \(.*\) failed, \(.*\) skipped$/\1 \2 \3/p')
	passed=${totals%% *} skipped=${totals##* }
	failed=${totals#* }
	failed=${failed% *}
	[ "$totals" ] || passed=0 failed=1 skipped=0
fi
for test in "$BUILD"/tests/*/*; do
	name=${test#"$BUILD"/tests/}
	case $name in conformance/* | *.d) continue ;; esac
	wanted "$name" "$@" || continue
	tried "$run" "$test"
	count "$name" $?
done
for test in tests/*/*.sh; do
	[ -e "$test" ] || continue
	wanted "${test#tests/}" "$@" || continue
	tried sh "$test"
	count "${test#tests/}" $?
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
