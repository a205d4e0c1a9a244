#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: every program has --help and a well-formed man page, and the page knows every
# option that --help names.
. "$(dirname "$0")/setup"

for program in "$B"/*; do
	"$program" --help >"$T/$(basename "$program").help" || fail "$program --help fails"
	want "$T/$(basename "$program").help" "^Usage: $(basename "$program") "
done
command -v groff >/dev/null || skip "no groff to read the man pages with"
for program in "$B"/*; do
	name=$(basename "$program")
	page=$(ls "$here/../../man/$name".[18] 2>/dev/null) || fail "$name has no man page"
	groff -mdoc -ww -Tascii -P-cbou "$page" >"$T/page" 2>"$T/warnings"
	[ -s "$T/warnings" ] && fail "$(cat "$T/warnings")"
	for option in $(grep -Eo '(^|[ [(])--?[a-zA-Z0-9]+' "$T/$name.help" | tr -d ' [(' | sort -u); do
		grep -Eq -- "(^|[^a-zA-Z0-9-])$option([^a-zA-Z0-9]|\$)" "$T/page" || fail "$name($page) lacks $option"
	done
done
exit 0
