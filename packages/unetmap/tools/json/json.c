// SPDX-License-Identifier: BSD-2-Clause
#include "json/json.h"

void
json_string(FILE *file, const char *text, size_t size)
{
	fputc('"', file);
	for (size_t i = 0; i < size && text[i]; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c >= 0x7f)
			fprintf(file, "\\u%04x", c);
		else
			fprintf(file, c == '"' || c == '\\' ? "\\%c" : "%c", c);
	}
	fputc('"', file);
}

void
json_number(FILE *file, const char *name, uint64_t value)
{
	fprintf(file, ",\"%s\":%llu", name, (unsigned long long)value);
}
