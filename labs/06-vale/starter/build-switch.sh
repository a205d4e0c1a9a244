#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A switch vale9 with three ports that stay, whoever comes and goes: p0, p1, p2.
vale-ctl -n p0
vale-ctl -a vale9:p0
