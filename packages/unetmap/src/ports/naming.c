// SPDX-License-Identifier: BSD-2-Clause
//
// Names as the device takes them (the libraries' prefixes and suffixes never get here).
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "ports/port.h"

enum { MAX_BASE_LENGTH = 15 }; // an interface name's

uint32_t pipe_base_length(const char *name)
{
	return name[strcspn(name, "{}")] ? strcspn(name, "{}") : 0;
}

// In-kernel netmap is not particular about the case of "vale".
int vale_name_check(const char *name, uint32_t length)
{
	uint32_t i = 4;

	if (length < 4 || strncasecmp(name, "vale", 4))
		return 0;
	while (i < length && (isalnum((unsigned char)name[i]) || name[i] == '_'))
		i++;
	if (i == length || name[i] != ':' || length - i - 1 > MAX_BASE_LENGTH)
		return -ENOMEM;
	return 1;
}
