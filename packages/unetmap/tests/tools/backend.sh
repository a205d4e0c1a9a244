#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Proves: unetmap-backend hands a machine that is slow no more frames at once than its driver makes room for at once.
# QEMU keeps all that it has read and the machine has no room for, and reads again as soon as there is room for
# one frame: what comes in greater lots piles up there, without an end, for seconds after the sender has stopped.
. "$(dirname "$0")/setup"
cc=${TEST_CC:-${CC:-cc}}
$cc -O1 -Wall -Wextra -D_GNU_SOURCE -o "$T/slow_machine" "$here/programs/slow_machine.c" || fail "slow_machine.c is not compiled"

# handed LENGTH: a sender floods, and the machine reads 50 times.
handed() {
	background "$T/sent" "$T/sent.err" $N "$B/pkt-gen" -N -i vale0:host -f tx -l "$1"
	sender=$!
	timeout 30 "$T/slow_machine" "$T/socket" 50 >"$T/handed" || fail "a frame of $1 bytes is cut, or nothing comes"
	kill -INT $sender
	wait $sender
}

background "$T/out" "$T/err" $N "$B/unetmap-backend" -i vale0:vm -s "$T/socket"
until_line "$T/out" '-device virtio-net-pci'
handed 60
awk '{ exit !($3 + 0 > 0 && $3 + 0 <= 33) }' "$T/handed" || fail "60 bytes: $(cat "$T/handed"); at most 32 at once, and the rest of one"
handed 1514
awk '{ exit !($5 / 50 >= 2000) }' "$T/handed" || fail "1514 bytes: $(cat "$T/handed"); that is too little at once"
exit 0
