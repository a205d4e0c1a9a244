# SPDX-License-Identifier: BSD-2-Clause
# What goes where: port, prefix, port. Change it while packets flow, and run it again: sh routes.sh
vale-module config vale0: clear 0
vale-module config vale0: add 0 10.1.0.0/16 1
vale-module config vale0: add 0 10.1.2.0/24 2
