// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/*
 * The guest's init, from the initramfs to the last program. In order: boot.c finds the root and moves there,
 * world.c makes what programs expect, with modules.c, doors.c lets the host in and stays.
 */

/* In what the kernel's command line says as NAME=VALUE; `otherwise` if it does not. The answer stays valid. */
const char *option(const char *name, const char *otherwise);

/* Says why on the console, and ends the guest. */
void give_up(const char *what) __attribute__((noreturn));

/* Runs a program to its end, its complaints into that descriptor. Returns its exit status, or -1. */
int run(const char *const argv[], int error_fd);

void write_file(const char *path, const char *text);

void boot_into_root(void);
void make_world(void);
void load_listed_modules(void);
void open_netmap(void);
void keep_doors_open(void) __attribute__((noreturn));
