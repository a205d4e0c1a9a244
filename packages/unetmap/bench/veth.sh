# SPDX-License-Identifier: BSD-2-Clause
#
# sendto and recv on AF_PACKET over a veth pair, in a network namespace that exists for that long.

if [ "$(id -u)" = 0 ]; then in_namespace="unshare -n"; else in_namespace="unshare -Urn"; fi

in_namespace_with_veth() {
	$in_namespace sh -c "ip link add bench0 type veth peer name bench1 && ip link set bench0 up &&
		ip link set bench1 up && exec $1" 2>"$scratch/err" | awk '{ printf "%.3f\n", $2 / 1e6 }'
	[ ! -s "$scratch/err" ] || why "$(head -1 "$scratch/err")"
}

veth() { in_namespace_with_veth "$UNDER $program/af_packet bench0 bench1 $ms 0 $cpu"; }
