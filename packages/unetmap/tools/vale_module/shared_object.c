// SPDX-License-Identifier: BSD-2-Clause
#include "shared_object.h"

#include <dlfcn.h>
#include <limits.h>

static const struct vale_module *
refuse(const char *file, const char *why)
{
	fprintf(stderr, "vale-module: %s: %s\n", file, why);
	return NULL;
}

static const struct vale_module *
check(const char *file, const struct vale_module *module)
{
	char why[160];

	if (module->magic != VALE_MODULE_MAGIC)
		return refuse(file, "its symbol " VALE_MODULE_SYMBOL " was not made by VALE_MODULE()");
	if (module->abi != VALE_MODULE_ABI) {
		snprintf(why, sizeof(why), "built for version %u of unetmap/vale_module.h, and this is %u: "
			"compile it again", module->abi, VALE_MODULE_ABI);
		return refuse(file, why);
	}
	if (!module->ops || !module->ops->lookup)
		return refuse(file, "its struct netmap_bdg_ops has no lookup function");
	if (!module->ops->name[0] || !memchr(module->ops->name, '\0', sizeof(module->ops->name)))
		return refuse(file, "its struct netmap_bdg_ops needs a name of 1 to 15 characters");
	return module;
}

const struct vale_module *
shared_object_load(const char *file)
{
	char path[PATH_MAX];
	const struct vale_module *module;
	void *object;

	if (!realpath(file, path))
		return refuse(file, strerror(errno));
	object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!object)
		return refuse(file, dlerror());
	module = dlsym(object, VALE_MODULE_SYMBOL);
	if (!module)
		return refuse(file, "no VALE module: it lacks the symbol " VALE_MODULE_SYMBOL
			", which the line VALE_MODULE(ops, data, start, stop) makes");
	return check(file, module);
}
