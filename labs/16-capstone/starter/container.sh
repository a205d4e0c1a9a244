# SPDX-License-Identifier: BSD-2-Clause
# Pings the host from the container's stack, by way of the router alone.
ip neighbor replace 203.0.113.1 lladdr 02:00:00:00:00:fe dev eth0 nud permanent
exec ping -n -i 0.5 203.0.113.1
