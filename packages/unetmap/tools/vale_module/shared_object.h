// SPDX-License-Identifier: BSD-2-Clause
#ifndef VALE_MODULE_SHARED_OBJECT_H
#define VALE_MODULE_SHARED_OBJECT_H

#include <unetmap/vale_module.h>

// The module in a file; NULL after a message that says what is wrong with it.
const struct vale_module *shared_object_load(const char *file);

#endif
