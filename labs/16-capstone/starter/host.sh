# SPDX-License-Identifier: BSD-2-Clause
# Puts the device veth0 on the switch, its stack too, until this is stopped; and pings the container from the host's stack, by
# way of the router alone: sh host.sh vale0
vale-ctl -d "$1:veth0" 2>/dev/null
trap 'vale-ctl -d "$1:veth0"' EXIT
trap 'exit 0' INT TERM
ip neighbor replace 203.0.113.2 lladdr 02:00:00:00:00:fe dev veth0 nud permanent
vale-ctl -h "$1:veth0" && ping -n -i 0.5 203.0.113.2
