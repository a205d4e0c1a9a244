# SPDX-License-Identifier: BSD-2-Clause
#
# Proves that a region directory which cannot be used gives open() an errno as a missing device
# would, and one line on stderr that says what is wrong.
failed=0
run="$BUILD/bin/unetmap-run"
lib="$BUILD/lib/libunetmap.so"

# try WHAT DIR PATTERN: opening must fail, with PATTERN in the only line of the library on stderr
try() {
	text=$(UNETMAP_DIR=$2 LD_PRELOAD=$lib $as "$BUILD/bin/vale-ctl" 2>&1 >/dev/null)
	lines=$(echo "$text" | grep -c '^unetmap: ')
	if [ "$lines" -ne 1 ] || ! echo "$text" | grep '^unetmap: ' | grep -q -- "$3"; then
		echo "$1: expected one line with \"$3\", got: $text"
		failed=1
	fi
}

as=
try "missing parent" "$UNETMAP_DIR/no/such" "no such directory"
echo >"$UNETMAP_DIR/file"
try "a file" "$UNETMAP_DIR/file" "not a directory"

mkdir "$UNETMAP_DIR/other"
UNETMAP_DIR="$UNETMAP_DIR/other" LD_PRELOAD=$lib "$BUILD/bin/vale-ctl" >/dev/null 2>&1
printf '\377' | dd of="$UNETMAP_DIR/other/control" bs=1 seek=8 conv=notrunc 2>/dev/null
try "another version" "$UNETMAP_DIR/other" "another version"
truncate -s 4096 "$UNETMAP_DIR/other/control"
try "another size" "$UNETMAP_DIR/other" "another version"

mkdir "$UNETMAP_DIR/closed"
chmod 500 "$UNETMAP_DIR/closed"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	chmod 755 "$UNETMAP_DIR"
	try "not writable" "$UNETMAP_DIR/closed" "not writable"
elif [ "$(id -u)" -ne 0 ]; then
	try "not writable" "$UNETMAP_DIR/closed" "not writable"
fi
chmod 700 "$UNETMAP_DIR/closed"
exit $failed
