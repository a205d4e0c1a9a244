// SPDX-License-Identifier: BSD-2-Clause
//
// The end of a tool that was called for help, or wrongly.
#ifndef TOOLS_USAGE_H_
#define TOOLS_USAGE_H_

// Says how to call it, on stdout if that was asked for (status 0), and exits.
void show_usage(const char *text, int status) __attribute__((__noreturn__));

#endif
