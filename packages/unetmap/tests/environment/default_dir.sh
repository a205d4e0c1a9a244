#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves what happens where nobody names a region directory: each user has one in /dev/shm, and does not
# see the other's ports; one that somebody else made under our name is not used; without a /dev/shm the
# device is missing, and one line on stderr says so. Needs root, for a mount namespace of its own.
if [ "$1" != inside ]; then
	if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null || ! unshare -m true 2>/dev/null; then
		echo "SKIP: needs root, setpriv and a mount namespace"
		exit 77
	fi
	exec unshare -m sh "$0" inside
fi

failed=0
unset UNETMAP_DIR XDG_RUNTIME_DIR
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
vale_ctl="env LD_PRELOAD=$BUILD/lib/libunetmap.so $BUILD/bin/vale-ctl"

fail() {
	echo "$*"
	failed=1
}

mount --make-rprivate / && mount -t tmpfs -o mode=1777 none /dev/shm || exit 1
$nobody test -x "$BUILD/bin/vale-ctl" || nobody=

$vale_ctl -n mine0 || fail "cannot make a port in a directory of the default name"
[ "$(stat -c '%a %u' /dev/shm/unetmap-0)" = "700 0" ] || fail "made as $(stat -c '%a %u' /dev/shm/unetmap-0)"
if [ "$nobody" ]; then
	$nobody $vale_ctl -n mine0 || fail "another user's port is in the way"
	$nobody $vale_ctl -r mine0 || fail "another user cannot remove the own port"
	text=$($nobody env UNETMAP_DIR=/dev/shm/unetmap-0 $vale_ctl 2>&1)
	echo "$text" | grep -q '^unetmap: /dev/shm/unetmap-0: not writable' || fail "another user's directory: $text"
	rm -r /dev/shm/unetmap-65534
	mkdir -m 777 /dev/shm/unetmap-65534
	text=$($nobody $vale_ctl 2>&1)
	echo "$text" | grep -q '^unetmap: .*UNETMAP_DIR' || fail "a directory laid out by somebody else was used: $text"
	[ -z "$(ls /dev/shm/unetmap-65534)" ] || fail "and written to"
else
	echo "another user cannot reach $BUILD: not looked at"
fi
$vale_ctl -r mine0 || fail "cannot remove the port"

mount -t tmpfs none /dev
text=$($vale_ctl 2>&1)
[ "$(echo "$text" | grep -c '^unetmap: ')" -eq 1 ] || fail "not one line: $text"
echo "$text" | grep -q '^unetmap: /dev/shm/unetmap-0: no such directory (set UNETMAP_DIR' || fail "no /dev/shm: $text"
echo "$text" | grep -q 'No such file or directory' || fail "errno: $text"
exit $failed
