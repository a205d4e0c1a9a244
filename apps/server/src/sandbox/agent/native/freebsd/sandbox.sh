#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# On a FreeBSD host, as root: a folder that looks like a system, read-only but for what is in memory, and in a jail there
# the agent. Afterwards nothing is mounted any more. One that ended without is cleared away by the next.
#
#     sandbox.sh AGENT ROOT SOCKET SCRATCH_BYTES DISK_BYTES AGENT_LIMIT...
set -euf
umask 022
agent=$1 root=$2 socket=$3 scratch_bytes=$4 disk_bytes=$5
shift 5

JAIL=ringlab
SYSTEM='bin sbin lib libexec usr'
# Last first: nothing is below what comes after it.
MOUNTED="workspace run/ringlab tmp dev run/agent opt/ringlab etc $SYSTEM"
# Of devices that a jail sees; a number that nobody uses for others.
RULES=61000
SEEN='null zero random urandom fd fd/* stdin stdout stderr pts pts/* ptmx'
AGENT_BYTES=4194304

clear_away() {
	jail -r $JAIL 2>/dev/null || :
	for at in $MOUNTED; do
		umount -f "$root/$at" 2>/dev/null || :
	done
}

see_devices() {
	devfs rule -s $RULES delset 2>/dev/null || :
	devfs rule -s $RULES add hide
	for device in $SEEN; do
		devfs rule -s $RULES add path "$device" unhide
	done
	devfs rule -s $RULES add path netmap unhide mode 0666
	devfs -m "$root/dev" ruleset $RULES
	devfs -m "$root/dev" rule applyset
}

# read_only FROM AT
read_only() {
	mkdir -p "$root/$2"
	mount -t nullfs -o ro,nosuid "$1" "$root/$2"
}

# in_memory AT BYTES MODE UID
in_memory() {
	mkdir -p "$root/$1"
	mount -t tmpfs -o "nosuid,size=$2,mode=$3,uid=$4" tmpfs "$root/$1"
}

make_root() {
	for folder in $SYSTEM; do
		read_only "/$folder" "$folder"
	done
	read_only "$agent/etc" etc
	read_only /opt/ringlab opt/ringlab
	read_only "$agent" run/agent
	mkdir -p "$root/dev" "$root/var/run"
	# Where libraries of packages are.
	cp /var/run/ld-elf.so.hints "$root/var/run/"
	mount -t devfs devfs "$root/dev"
	see_devices
	in_memory tmp "$scratch_bytes" 1777 0
	in_memory run/ringlab $AGENT_BYTES 0755 0
	in_memory workspace "$disk_bytes" 0755 "$(awk -F: '$1 == "attendee" { print $3 }' "$agent/etc/passwd")"
}

trap clear_away EXIT
trap 'exit 1' HUP INT TERM
clear_away
rm -f "$socket"
make_root
"$agent/ringlab-agent" launch "$socket" 0 0 -- "$agent/ringlab-agent" jail "$root" /run/agent/ringlab-agent inside "$@"
