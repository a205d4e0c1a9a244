#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: every public header compiles alone, in C11 and C++17, without a warning, in any
# order of includes, by each compiler there is; and the names that programs for netmap expect
# without further includes are there, with NETMAP_WITH_LIBS and without, and do their work.
. "$(dirname "$0")/setup"

flags="-Wall -Wextra -pedantic -Werror -I$INCLUDE"

# compiles WHAT OPTION...: in C and in C++.
compiles() {
	what=$1
	shift
	for cc in "${CC:-cc}" gcc clang clang-14; do
		command -v "${cc%% *}" >/dev/null || continue
		$cc -std=c11 $flags "$@" || fail "$what in C11, $cc"
	done
	for cxx in "${CXX:-c++}" g++ clang++ clang++-14; do
		command -v "${cxx%% *}" >/dev/null || continue
		$cxx -std=c++17 -x c++ $flags "$@" || fail "$what in C++17, $cxx"
	done
}

for header in "$INCLUDE"/*.h "$INCLUDE"/*/*.h; do
	header=${header#"$INCLUDE"/}
	printf '#include <%s>\nint x;\n' "$header" >"$T/one.c"
	printf '#define NETMAP_WITH_LIBS\n#include <%s>\n#include <net/netmap_user.h>\nint main(void) { D("x %%d", 1); return nm_close(0); }\n' \
		"$header" >"$T/two.c"
	compiles "$header" -fsyntax-only "$T/one.c"
	compiles "$header with the library" -fsyntax-only "$T/two.c"
done

for header in -DLEGACY -DVIRT; do
	compiles "by_name.c $header" $header -fsyntax-only "$here/programs/by_name.c"
	${CC:-cc} $header $flags -o "$T/by_name" "$here/programs/by_name.c" && "$T/by_name" || fail "by_name.c $header fails"
done

for libs in "" -DNETMAP_WITH_LIBS; do
	compiles "old_names.c $libs" -D_GNU_SOURCE $libs -fsyntax-only "$here/programs/old_names.c"
	${CC:-cc} $libs $flags -D_GNU_SOURCE -o "$T/old_names" "$here/programs/old_names.c" || fail "old_names.c is not linked"
	lines=$("$T/old_names" 2>&1) || fail "old_names.c $libs fails"
	[ "$(echo "$lines" | wc -l)" -eq 2 ] || fail "D and RD print: $lines"
done
exit 0
