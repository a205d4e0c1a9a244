#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: every public header compiles alone, in C11 and C++17, without a warning, in any
# order of includes, by each compiler there is.
. "$(dirname "$0")/setup"

flags="-Wall -Wextra -pedantic -Werror -fsyntax-only -I$INCLUDE"
for header in net/netmap.h net/netmap_user.h libnetmap.h unetmap/stats.h unetmap/embed.h \
	unetmap/modules.h unetmap/vale_module.h; do
	printf '#include <%s>\nint x;\n' "$header" >"$T/one.c"
	printf '#define NETMAP_WITH_LIBS\n#include <%s>\n#include <net/netmap_user.h>\nint main(void) { D("x %%d", 1); return nm_close(0); }\n' \
		"$header" >"$T/two.c"
	for source in one two; do
		for cc in "${CC:-cc}" gcc clang clang-14; do
			command -v "${cc%% *}" >/dev/null || continue
			$cc -std=c11 $flags "$T/$source.c" || fail "$header in C11, $cc"
		done
		for cxx in "${CXX:-c++}" g++ clang++ clang++-14; do
			command -v "${cxx%% *}" >/dev/null || continue
			$cxx -std=c++17 -x c++ $flags "$T/$source.c" || fail "$header in C++17, $cxx"
		done
	done
done
exit 0
