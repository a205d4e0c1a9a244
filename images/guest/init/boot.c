// SPDX-License-Identifier: BSD-2-Clause
/* In the initramfs: loads the modules that lie in it, finds the disk whose serial is "root", and moves onto it. */
#define _GNU_SOURCE
#include "steps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOT_SERIAL "root"
#define DISK_WAIT_MS 10000

static void must_mount(const char *what, const char *where, const char *type, unsigned long flags, const char *data)
{
	if (mount(what, where, type, flags, data) < 0)
		give_up(where);
}

static void load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
		fprintf(stderr, "ringlab: %s: %s\n", path, strerror(errno));
	close(fd);
}

/* Their names begin with numbers in the order in which they need each other. */
static void load_modules(void)
{
	struct dirent **names;
	int count = scandir("/modules", &names, NULL, alphasort);
	char path[512];

	for (int i = 0; i < count; i++)
		if (names[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "/modules/%s", names[i]->d_name);
			load_module(path);
		}
}

static int has_serial(const char *disk)
{
	char path[300], serial[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/block/%s/serial", disk);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, serial, sizeof(serial) - 1) < 0)
		serial[0] = '\0';
	close(fd);
	return strcspn(serial, "\n") == strlen(ROOT_SERIAL) && strncmp(serial, ROOT_SERIAL, strlen(ROOT_SERIAL)) == 0;
}

/* Its name under /dev, or 0. */
static int find_disk(char *path, size_t size)
{
	DIR *disks = opendir("/sys/block");
	struct dirent *disk;
	int found = 0;

	while (disks != NULL && !found && (disk = readdir(disks)) != NULL)
		if (has_serial(disk->d_name)) {
			snprintf(path, size, "/dev/%s", disk->d_name);
			found = access(path, F_OK) == 0;
		}
	if (disks != NULL)
		closedir(disks);
	return found;
}

static void mount_root(void)
{
	char disk[300], size[64];

	for (int waitedMs = 0; !find_disk(disk, sizeof(disk)); waitedMs += 10) {
		if (waitedMs > DISK_WAIT_MS) {
			errno = ENODEV;
			give_up("no virtio disk has the serial number \"" ROOT_SERIAL "\"");
		}
		usleep(10000);
	}
	snprintf(size, sizeof(size), "mode=755,size=%s", option("ringlab.overlay_bytes", "64m"));
	mkdir("/lower", 0755);
	mkdir("/over", 0755);
	must_mount(disk, "/lower", "squashfs", MS_RDONLY, "");
	must_mount("over", "/over", "tmpfs", 0, size);
	mkdir("/over/upper", 0755);
	mkdir("/over/work", 0755);
	must_mount("root", "/root", "overlay", 0, "lowerdir=/lower,upperdir=/over/upper,workdir=/over/work");
}

static void move_to_root(void)
{
	static const char *const kept[] = { "dev", "proc", "sys" };
	char path[32];

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		snprintf(path, sizeof(path), "/root/%s", kept[i]);
		must_mount(path + strlen("/root"), path, NULL, MS_MOVE, NULL);
	}
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		give_up("the root");
}

void boot_into_root(void)
{
	must_mount("dev", "/dev", "devtmpfs", MS_NOSUID, "mode=755");
	must_mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
	must_mount("sys", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
	load_modules();
	mount_root();
	move_to_root();
}
