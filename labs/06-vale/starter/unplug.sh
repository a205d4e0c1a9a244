#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Takes p1 off the switch vale9. p0 and p2 stay on it, and p1 stays, too: it can be attached elsewhere.
