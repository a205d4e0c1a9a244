#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: what `make install` puts below a prefix is all that a stranger needs: a program compiles with what
# pkg-config says, runs under the unetmap-run that was installed, and talks to the pkt-gen that was.
. "$(dirname "$0")/setup"

make -s -C "$here/../.." BUILD="$build" DESTDIR="$T/root" PREFIX=/opt/netmap install >"$T/log" 2>&1 || {
	cat "$T/log" >&2
	fail "make install"
}
prefix=$T/root/opt/netmap
for page in "$here"/../../man/*; do
	[ -f "$prefix/share/man/man${page##*.}/$(basename "$page")" ] || fail "$(basename "$page") is not installed"
done
flags="-I$prefix/include -L$prefix/lib -lnetmap -lpthread"
if command -v pkg-config >/dev/null; then
	flags=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs libnetmap) || fail "pkg-config"
fi
cat >"$T/open.c" <<'END'
#include <libnetmap.h>
#include <stdio.h>

int main(void)
{
	struct nmport_d *d = nmport_open("vale0:stranger");

	if (!d)
		return 1;
	printf("%u slots\n", (unsigned)d->reg.nr_tx_slots);
	nmport_close(d);
	return 0;
}
END
# shellcheck disable=SC2086
${CC:-cc} -o "$T/open" "$T/open.c" $flags || fail "a program does not compile"
run="$prefix/bin/unetmap-run --dir $T/region"
$run "$T/open" >"$T/out" || fail "it does not run"
want "$T/out" "^1024 slots$"
$run "$prefix/bin/pkt-gen" -i vale0:a -f tx -n 1000 >"$T/out" 2>"$T/err" || fail "pkt-gen does not run"
want "$T/out" "^Sent 1000 packets"
exit 0
