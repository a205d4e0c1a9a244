// SPDX-License-Identifier: BSD-2-Clause
//
// Whether memory that a program hands in can be read or written, so that a bad pointer gets EFAULT, as from the kernel.
// Asking the kernel costs a system call for a page, so each thread remembers some pages that were good. One that was
// taken away since is believed to be there, and looking at it is the program's crash.
#ifndef UNETMAP_CLIENT_USER_PAGES_H_
#define UNETMAP_CLIENT_USER_PAGES_H_

#include <stddef.h>
#include <stdint.h>

enum { USER_PAGE_SHIFT = 12, USER_PAGES_KEPT = 16 };
enum user_access { USER_READ, USER_WRITE };

extern __thread uintptr_t user_pages[2][USER_PAGES_KEPT]; // ~number, by its last bits

// The long way, and remembers.
int user_pages_ask(const void *at, size_t bytes, enum user_access how);

static inline int user_page_is_known(uintptr_t page, enum user_access how)
{
	return user_pages[how][page % USER_PAGES_KEPT] == ~page;
}

static inline int user_may(const void *at, size_t bytes, enum user_access how)
{
	const uintptr_t first = (uintptr_t)at >> USER_PAGE_SHIFT, last = ((uintptr_t)at + bytes - 1) >> USER_PAGE_SHIFT;

	if (__builtin_expect(first == last && user_page_is_known(first, how), 1))
		return 1;
	return !bytes || user_pages_ask(at, bytes, how);
}

static inline int user_may_read(const void *at, size_t bytes)
{
	return user_may(at, bytes, USER_READ);
}

static inline int user_may_write(const void *at, size_t bytes)
{
	return user_may(at, bytes, USER_WRITE);
}

// The length of a path, or -1: it cannot be read, or is longer than any.
int user_path_length(const char *path);

#endif
