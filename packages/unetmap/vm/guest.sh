# SPDX-License-Identifier: BSD-2-Clause
#
# Guests, for scripts that source this with BUILD and the folder VMS set:
#
#   vm_start NAME [QEMU ARGUMENT]...   starts one, and waits until it listens; 1 if it does not
#   vm_do NAME COMMAND                 runs it there as an ordinary user; its output and its status are the command's
#   vm_root NAME COMMAND               the same as root
#   vm_stop NAME                       ends it; vm_kill does not ask
#
# It never uses KVM: where /dev/kvm is there, it may hang.  no_timer_check: on a busy machine the kernel finds
# that its timer does not work.  maxcpus=2: where there can never be a second processor, TCG leaves out barriers
# that the guest needs against QEMU's devices and whoever else sees its memory.
vm_start() {
	vm=$VMS/$1
	shift
	mkdir -p "$vm"
	mkfifo "$vm/tell.in" "$vm/tell.out"
	cat "$vm/tell.out" >>"$vm/said" &
	echo $! >"$vm/reader"
	${UNDER:-} qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -M pc -accel tcg -cpu max -smp 1,maxcpus=2 -m 128 \
		-kernel "$BUILD/vm/vmlinuz" -initrd "$BUILD/vm/initramfs" \
		-append "console=ttyS0 quiet loglevel=3 rdinit=/init mitigations=off panic=-1 tsc=reliable no_timer_check ipv6.disable=1 nr_cpus=1" \
		-serial "file:$vm/console" -serial "pipe:$vm/tell" "$@" >"$vm/qemu" 2>&1 &
	echo $! >"$vm/pid"
	vm_await ready || { cat "$vm/qemu" "$vm/console"; return 1; }
}

# The answer is what was said since, up to the line with the status.
vm_await() {
	for _ in $(seq 1200); do
		if tail -n 1 "$vm/said" | grep -q '^=== '; then
			sed '$d' "$vm/said"
			status=$(sed -n '$s/^=== //p' "$vm/said")
			[ "$1" != ready ] || [ "$status" = ready ]
			return
		fi
		kill -0 "$(cat "$vm/pid")" 2>/dev/null || break
		sleep 0.05
	done
	echo "the guest does not answer"
	status=1
	return 1
}

vm_as() {
	vm=$VMS/$2
	: >"$vm/said"
	echo "$1 $3" >"$vm/tell.in"
	vm_await done || return 1
	return "$status"
}

vm_do() {
	vm_as user "$1" "$2"
}

vm_root() {
	vm_as root "$1" "$2"
}

vm_kill() {
	vm=$VMS/$1
	kill -KILL "$(cat "$vm/pid")" "$(cat "$vm/reader")" 2>/dev/null
	wait "$(cat "$vm/pid")" 2>/dev/null
	rm -rf "$vm"
}

vm_stop() {
	vm_kill "$1"
}
