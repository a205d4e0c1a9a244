#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: the built programs work for an unprivileged user from a read-only place they
# were not built in, and unetmap-run says clearly what is wrong.
. "$(dirname "$0")/setup"

mkdir -p "$T/elsewhere"
cp -r "$B" "$LIB" "$T/elsewhere/"
chmod -R a+rX,a-w "$T/elsewhere"
chmod 755 "$T"
mkdir -m 1777 "$T/shared"
as_user=
if [ "$(id -u)" = 0 ]; then
	command -v setpriv >/dev/null || skip "setpriv is missing"
	as_user="setpriv --reuid 65534 --regid 65534 --clear-groups"
fi
E="$as_user $T/elsewhere/bin/unetmap-run --dir $T/shared/region"
tool=$T/elsewhere/bin

$E "$tool/nmstat" --json >"$T/out" || fail "nmstat as a user"
want "$T/out" '"ports":\[\]'
background "$T/rx.out" "$T/rx.err" $E "$tool/pkt-gen" -i 'netmap:p}1' -f rx -n 1000
rx=$!
until_line "$T/rx.err" 'reading from'
$E "$tool/pkt-gen" -i 'netmap:p{1' -f tx -n 1000 >"$T/tx.out" 2>&1 || fail "tx as a user"
wait $rx || fail "rx as a user"
want "$T/rx.out" '^Received 1000 packets'
[ "$(stat -c %a "$T/shared/region")" = 700 ] || fail "the region directory is open to others"

"$B/unetmap-run" --dir "$T/r" /nonexistent 2>"$T/err"
[ $? = 127 ] || fail "a missing command has status 127"
want "$T/err" 'unetmap-run: /nonexistent: No such file'
"$B/unetmap-run" --dir /proc/none/r true 2>"$T/err" && fail "/proc/none/r cannot be made"
want "$T/err" 'unetmap-run: /proc/none/r: '
"$B/unetmap-run" 2>"$T/err" && fail "a command is needed"
want "$T/err" '^Usage: unetmap-run'
"$B/unetmap-run" --dir "$T/r" sh -c 'exit 42'
[ $? = 42 ] || fail "the command's status is lost"
exit 0
