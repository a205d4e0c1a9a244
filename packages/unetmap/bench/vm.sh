# SPDX-License-Identifier: BSD-2-Clause
#
# From pkt-gen to pkt-gen where one or both run in a virtual machine (QEMU, TCG). Two machines are started when the
# first row asks for them; each has ports of each kind, and by name:
#
#   machine   passthrough                backend
#   a         vale1:a  h}1  q}1          eth0 on vale2:a, eth1 on i}1, eth2 on r}1
#   b         vale1:b       q{1          eth0 on vale2:b, eth1 on r{1
#   host      vale1:h  h{1               vale2:h, i{1

vm_pids=
VMS=$scratch/vm BUILD=$build
. vm/guest.sh

vm_pass() {
	$run "$build/bin/unetmap-passthrough" -i "$2" >"$scratch/options" &
	vm_pids="$vm_pids $!"
	until [ -s "$scratch/options" ]; do
		kill -0 $! 2>/dev/null || return 1
		sleep 0.02
	done
	cat "$scratch/options" >>"$scratch/$1.options"
	: >"$scratch/options"
}

vm_plug() {
	$run "$build/bin/unetmap-backend" -i "$2" -s "$scratch/$3" -k "${BACKEND:-stream}" >"$scratch/options" &
	vm_pids="$vm_pids $!"
	until [ -s "$scratch/options" ]; do
		kill -0 $! 2>/dev/null || return 1
		sleep 0.02
	done
	sed "s/net0/$3/g" "$scratch/options" >>"$scratch/$1.options"
	: >"$scratch/options"
}

vm_ports() {
	vm_pass a vale1:a && vm_pass a 'netmap:h}1' && vm_pass a 'netmap:q}1' && vm_pass b vale1:b && vm_pass b 'netmap:q{1' &&
		vm_plug a vale2:a n1 && vm_plug a 'netmap:i}1' n2 && vm_plug a 'netmap:r}1' n3 && vm_plug b vale2:b n4 &&
		vm_plug b 'netmap:r{1' n5
}

vm_up() {
	[ -e "$scratch/vm-failed" ] && return 1
	[ -d "$VMS" ] && return
	: >"$scratch/vm-failed"
	mkdir "$VMS"
	sh vm/image.sh "$build" >"$scratch/why" || return 1
	vm_ports || { why "the ports cannot be made"; return 1; }
	for machine in a b; do
		vm_start $machine $(cat "$scratch/$machine.options") >"$scratch/why" || return 1
		vm_root $machine 'for i in 0 1 2; do ip link set eth$i up; done' >/dev/null
	done
	rm "$scratch/vm-failed"
}

vm_down() {
	[ -d "$VMS" ] && for machine in a b; do [ ! -e "$VMS/$machine" ] || vm_kill $machine; done
	[ ! "$vm_pids" ] || kill $vm_pids 2>/dev/null
}
trap "vm_down; wait; rm -rf $scratch" EXIT

# ---- one figure ----

vm_receive() {
	if [ "$1" = host ]; then
		rm -f "$scratch/rx.err"
		$run "$build/bin/pkt-gen" -N -i "$2" -f rx >"$scratch/rx" 2>"$scratch/rx.err" &
		receiver=$!
		until grep -qs "reading from" "$scratch/rx.err"; do sleep 0.02; done
		return
	fi
	vm_root "$1" "unetmap-run pkt-gen -N -w 0 -i '$2' -f rx >/tmp/rx 2>/tmp/rx.err & until grep -q 'reading from' /tmp/rx.err; do usleep 20000; done" >/dev/null
}

vm_received() {
	if [ "$1" = host ]; then
		kill -TERM $receiver
		wait $receiver
	else
		vm_root "$1" 'kill -INT $(pidof pkt-gen); while pidof pkt-gen >/dev/null; do usleep 20000; done; cat /tmp/rx' >"$scratch/rx"
	fi
	awk '/^Speed:/ { printf "%.4f\n", $2 / 1e6 }' "$scratch/rx"
}

vm_send() {
	if [ "$1" = host ]; then
		timeout -s INT 2 $run "$build/bin/pkt-gen" -N -i "$2" -f tx >/dev/null 2>&1
	else
		vm_root "$1" "timeout -s INT 2 unetmap-run pkt-gen -N -w 0 -i '$2' -f tx" >/dev/null
	fi
}

# vm_transfer FROM PORT TO PORT: millions of packets a second, as the receiver counted them.
vm_transfer() {
	vm_up || return
	vm_receive "$3" "$4"
	vm_send "$1" "$2"
	vm_received "$3"
}

vm_nothing() { why "this is the baseline of others"; }

vm_row() {
	rounds=${ROUNDS:-3}
	case $1 in
	vm-backend-vale) compare Mpps "vm_transfer host vale2:h a netmap:eth0" vm_nothing ;;
	vm-backend-pipe) compare Mpps "vm_transfer host netmap:i{1 a netmap:eth1" vm_nothing ;;
	vm-backend-vale-guests) compare Mpps "vm_transfer a netmap:eth0 b netmap:eth0" vm_nothing ;;
	vm-backend-pipe-guests) compare Mpps "vm_transfer a netmap:eth2 b netmap:eth1" vm_nothing ;;
	vm-passthrough-vale) compare Mpps "vm_transfer host vale1:h a vale1:a" "vm_transfer host vale2:h a netmap:eth0" ;;
	vm-passthrough-pipe) compare Mpps "vm_transfer host netmap:h{1 a netmap:h}1" "vm_transfer host netmap:i{1 a netmap:eth1" ;;
	vm-passthrough-vale-guests) compare Mpps "vm_transfer a vale1:a b vale1:b" "vm_transfer a netmap:eth0 b netmap:eth0" ;;
	vm-passthrough-pipe-guests) compare Mpps "vm_transfer a netmap:q}1 b netmap:q{1" "vm_transfer a netmap:eth2 b netmap:eth1" ;;
	*) return 1 ;;
	esac
}
