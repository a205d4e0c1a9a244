#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs inside the root that its results will run in: its compiler and its C library are the ones that count.
#
#     build-tools.sh UNETMAP AGENT OUT     OUT/opt/ringlab/{bin,lib,include,modules,agent}
set -eu
unetmap=$1 agent=$2 out=$3/opt/ringlab
flags='-std=gnu11 -O2 -g -Wall -Wextra'

make -j2 -C "$unetmap" BUILD=/tmp/unetmap
mkdir -p "$out/agent"
for part in bin lib include modules; do
	[ -d /tmp/unetmap/$part ] && cp -rL /tmp/unetmap/$part "$out/$part"
done
rm -rf "$out/modules/test"

cd "$agent"
# shellcheck disable=SC2046
gcc $flags -o "$out/agent/ringlab-agent" $(ls ./*.c | grep -v crash_note.c)
gcc $flags -shared -fPIC -o "$out/agent/crash-note.so" crash_note.c
