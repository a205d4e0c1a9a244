#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A switch vale9 with three ports that stay, whoever comes and goes: p0, p1, p2.
for port in p0 p1 p2; do
	vale-ctl -n "$port"
	vale-ctl -a "vale9:$port"
done
