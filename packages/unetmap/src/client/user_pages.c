// SPDX-License-Identifier: BSD-2-Clause
#include "client/user_pages.h"

#include <limits.h>
#include <string.h>

#include "core/sys.h"

__thread uintptr_t user_pages[2][USER_PAGES_KEPT];

static const uintptr_t page_bytes = 1 << USER_PAGE_SHIFT;

#define NO_SUCH_CHANGE (~0)
#define SIGNAL_SET_BYTES 8 // as the kernel has it

// The kernel reads the set before it sees that nothing is to be done with it. Programs are hardly ever forbidden to ask that;
// where they are, pointers are trusted.
static int can_read(uintptr_t at)
{
	const uintptr_t set = at & ~(uintptr_t)(SIGNAL_SET_BYTES - 1);

	return syscall(SYS_rt_sigprocmask, NO_SUCH_CHANGE, set, NULL, SIGNAL_SET_BYTES) >= 0 || errno != EFAULT;
}

// Adding nothing to a word writes it, and changes it not even for other threads.
static int can_write(uintptr_t at)
{
	uint32_t *word = (uint32_t *)(at & ~(uintptr_t)3);

	return syscall(SYS_futex, word, FUTEX_WAKE_OP_PRIVATE, 0, 0, word, FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)) >= 0 ||
	       errno != EFAULT;
}

static int ask_page(uintptr_t at, enum user_access how)
{
	const uintptr_t page = at >> USER_PAGE_SHIFT;

	if (!page || !(how == USER_READ ? can_read(at) : can_write(at)))
		return 0;
	user_pages[how][page % USER_PAGES_KEPT] = ~page;
	return 1;
}

int user_pages_ask(const void *at, size_t bytes, enum user_access how)
{
	const uintptr_t start = (uintptr_t)at, end = start + bytes;
	const int saved = errno;
	int may = end >= start;

	for (uintptr_t a = start; may && a < end; a = (a | (page_bytes - 1)) + 1)
		may = user_page_is_known(a >> USER_PAGE_SHIFT, how) || ask_page(a, how);
	errno = saved;
	return may;
}

int user_path_length(const char *path)
{
	size_t length = 0;

	while (length < PATH_MAX && user_may_read(path + length, 1)) {
		const size_t to_end_of_page = page_bytes - ((uintptr_t)path + length) % page_bytes;
		const size_t found = strnlen(path + length, to_end_of_page);

		length += found;
		if (found < to_end_of_page)
			return length < PATH_MAX ? (int)length : -1;
	}
	return -1;
}
