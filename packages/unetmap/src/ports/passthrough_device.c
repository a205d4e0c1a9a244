// SPDX-License-Identifier: BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/barriers.h"
#include "core/sys.h"
#include "ports/passthrough.h"

#define PCI_LIST "/proc/bus/pci/devices"
#define PCI_DEVICES "/sys/bus/pci/devices"
#define IVSHMEM "1af41110" // vendor and device

// ---- one device ----

// The host's file is a little longer than the device; a device is a power of two.
static uint64_t device_bytes(uint64_t file_bytes)
{
	uint64_t bytes = BAR_PAGE_BYTES;

	while (bytes <= file_bytes / 2)
		bytes *= 2;
	return bytes <= file_bytes ? bytes : 0;
}

static int read_header(int fd, struct passthrough_device *d)
{
	struct stat st;
	struct bar_header *bar;

	if (sys_fstat(fd, &st))
		return -ENOENT;
	d->bytes = device_bytes(st.st_size);
	if (d->bytes < 2 * BAR_PAGE_BYTES)
		return -ENOENT;
	bar = sys_mmap(BAR_PAGE_BYTES, PROT_READ, MAP_SHARED, fd, d->bytes - BAR_PAGE_BYTES);
	if (bar == MAP_FAILED)
		return -ENOENT;
	if (observe(&bar->magic) == BAR_MAGIC)
		d->bar = *bar;
	munmap(bar, BAR_PAGE_BYTES);
	return d->bar.magic == BAR_MAGIC && d->bar.version == BAR_VERSION ? 0 : -ENOENT;
}

static int open_device(const char *path, struct passthrough_device *d)
{
	int fd, error;

	memset(d, 0, sizeof *d);
	if (strlen(path) >= sizeof d->path)
		return -ENOENT;
	strcpy(d->path, path);
	fd = sys_open(path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return fd == -EACCES || fd == -EPERM ? -EACCES : -ENOENT;
	error = read_header(fd, d);
	sys_close(fd);
	return error;
}

static void complain(const char *path)
{
	static int said;

	if (!swap(&said, 1))
		dprintf(STDERR_FILENO, "unetmap: %s: no permission, so the port it carries is not seen\n", path);
}

static int is_wanted(const char *path, const char *name, struct passthrough_device *d)
{
	int error = open_device(path, d);

	if (error == -EACCES)
		complain(path);
	return !error && !d->bar.gone && !strncmp(d->bar.name, name, sizeof d->bar.name);
}

// ---- all of them ----

static int find_among(const char *paths, const char *name, struct passthrough_device *d)
{
	int found = 0;

	while (*paths && !found) {
		const size_t length = strcspn(paths, ":");
		char path[DEVICE_PATH_BYTES];

		snprintf(path, sizeof path, "%.*s", (int)length, paths);
		found = is_wanted(path, name, d);
		paths += length + (paths[length] == ':');
	}
	return found ? 0 : -ENOENT;
}

// Not by fopen: the control lock is held, and fclose comes by what the client locks before that. What two reads share of
// the text is kept for the second.
static int file_has(const char *path, const char *text)
{
	const size_t overlap = strlen(text) - 1;
	int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0), found = 0;
	char window[4096];
	size_t kept = 0;
	long got;

	while (fd >= 0 && !found && (got = sys_read(fd, window + kept, sizeof window - kept)) > 0) {
		kept += got;
		found = memmem(window, kept, text, strlen(text)) != NULL;
		if (kept > overlap) {
			memmove(window, window + kept - overlap, overlap);
			kept = overlap;
		}
	}
	if (fd >= 0)
		sys_close(fd);
	return found;
}

static int is_ivshmem(const char *device)
{
	char path[DEVICE_PATH_BYTES];

	snprintf(path, sizeof path, PCI_DEVICES "/%s/modalias", device);
	return file_has(path, "v00001AF4d00001110");
}

static int find_on_bus(const char *name, struct passthrough_device *d)
{
	DIR *devices = file_has(PCI_LIST, IVSHMEM) ? opendir(PCI_DEVICES) : NULL;
	struct dirent *entry;
	int found = 0;

	while (devices && !found && (entry = readdir(devices))) {
		char path[DEVICE_PATH_BYTES];

		if (entry->d_name[0] == '.' || !is_ivshmem(entry->d_name))
			continue;
		snprintf(path, sizeof path, PCI_DEVICES "/%s/resource2", entry->d_name);
		found = is_wanted(path, name, d);
	}
	if (devices)
		closedir(devices);
	return found ? 0 : -ENOENT;
}

int passthrough_find(const char *name, struct passthrough_device *found)
{
	const char *paths = getenv("UNETMAP_PASSTHROUGH");

	return paths ? find_among(paths, name, found) : find_on_bus(name, found);
}
