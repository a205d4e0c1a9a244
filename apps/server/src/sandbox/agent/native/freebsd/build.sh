#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# On a FreeBSD host: the agent, what it preloads, and the jail's /etc, which names no person of the host.
#
#     build.sh OUT     makes OUT/ringlab-agent, OUT/crash-note.so and OUT/etc
set -eu
out=$1
cd "$(dirname "$0")/.."
flags='-std=gnu11 -O2 -g -w'
both='crash.c files.c inside.c launch.c rate.c spawn.c supervise.c tree.c watch.c wire.c'

# shellcheck disable=SC2086
cc $flags -o "$out/ringlab-agent" $both freebsd/*.c -lutil
# shellcheck disable=SC2086
cc $flags -shared -fPIC -o "$out/crash-note.so" crash_note.c -lexecinfo

number() {
	awk -v name="$1" '$2 == name { print $3 }' freebsd/jail.h
}

uid=$(number PROGRAMS_UID)
gid=$(number PROGRAMS_GID)
mkdir -p "$out/etc"
cat >"$out/etc/master.passwd" <<END
root:*:0:0::0:0:root:/:/usr/sbin/nologin
attendee:*:$uid:$gid::0:0:Attendee:/workspace:/usr/local/bin/bash
nobody:*:65534:65534::0:0:nobody:/nonexistent:/usr/sbin/nologin
END
printf 'wheel:*:0:\nattendee:*:%s:\nnobody:*:65534:\n' "$gid" >"$out/etc/group"
pwd_mkdb -p -d "$out/etc" "$out/etc/master.passwd"
