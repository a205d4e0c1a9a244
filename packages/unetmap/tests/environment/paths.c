// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that the device is there by whatever path and call it is opened, that opening it makes no file, that calls
// and programs which ask about it see a character device, which is not read or written, and that other files of its name are themselves.
#include <errno.h>
#include <fcntl.h>
#include <net/netmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../check.h"

static int is_netmap(int fd)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_PORT_INFO_GET};
	struct nmreq_port_info_get info = {0};
	int r;

	h.nr_body = (uintptr_t)&info;
	r = fd >= 0 && !ioctl(fd, NIOCCTRL, &h);
	if (fd >= 0)
		close(fd);
	return r;
}

static int is_shown(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISCHR(st.st_mode) && !access(path, R_OK | W_OK);
}

static void check_path(const char *path)
{
	CHECK(is_netmap(open(path, O_RDWR)), "open(\"%s\")", path);
	CHECK(is_shown(path), "stat or access of %s", path);
}

static void check_paths(void)
{
	int devices = open("/dev", O_RDONLY | O_DIRECTORY), root = open("/", O_RDONLY | O_DIRECTORY);
	struct stat st;

	check_path("/dev/netmap");
	check_path("/dev//netmap");
	check_path("//dev/./netmap");
	check_path("/dev/../dev/netmap");
	CHECK(is_netmap(openat(devices, "netmap", O_RDWR)), "from a descriptor of /dev");
	CHECK(is_netmap(openat(root, "dev/netmap", O_RDWR)), "from a descriptor of /");
	CHECK(!fstatat(devices, "netmap", &st, 0) && S_ISCHR(st.st_mode), "fstatat");
	CHECK(!chdir("/dev"), "chdir");
	check_path("netmap");
	check_path("./netmap");
	CHECK(!chdir("/"), "chdir");
	check_path("dev/netmap");
	close(devices);
	close(root);
}

static void check_flags(void)
{
	CHECK(is_netmap(creat("/dev/netmap", 0600)), "creat");
	CHECK(is_netmap(open("/dev/netmap", O_RDWR | O_CREAT | O_TRUNC, 0600)), "O_CREAT");
	CHECK(open("/dev/netmap", O_RDWR | O_DIRECTORY) < 0 && errno == ENOTDIR, "O_DIRECTORY: %s", strerror(errno));
	CHECK(open("/dev/netmap", O_RDWR | O_CREAT | O_EXCL, 0600) < 0 && errno == EEXIST, "O_EXCL: %s", strerror(errno));
	CHECK(open("/dev/netmap/", O_RDWR) < 0, "with a slash after it");
	CHECK(syscall(SYS_access, "/dev/netmap", F_OK) && errno == ENOENT, "a real file was made");
}

static void check_answers(void)
{
	struct statx st;
	char text[64];

	CHECK(!statx(AT_FDCWD, "/dev/netmap", AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MODE, &st) && S_ISCHR(st.stx_mode),
	      "statx");
	CHECK(!access("/dev/netmap", F_OK) && access("/dev/netmap", X_OK) && errno == EACCES, "access: %s", strerror(errno));
	CHECK(access("/dev/netmap", 64) && errno == EINVAL, "access: %s", strerror(errno));
	CHECK(!eaccess("/dev/netmap", W_OK), "eaccess: %s", strerror(errno));
	CHECK(getxattr("/dev/netmap", "system.posix_acl_access", text, sizeof text) == -1 && errno == ENODATA, "getxattr: %s",
	      strerror(errno));
	CHECK(!listxattr("/dev/netmap", text, sizeof text), "listxattr: %s", strerror(errno));
}

static void check_line(const char *command, const char *want)
{
	char line[256] = "";
	FILE *out = popen(command, "r");

	CHECK(out && fgets(line, sizeof line, out) && !pclose(out), "%s fails", command);
	CHECK(!strncmp(line, want, strlen(want)), "%s says %s", command, line);
}

static void check_programs(void)
{
	check_line("ls -l /dev/netmap 2>&1", "crw-------");
	check_line("stat -c '%F %t,%T' /dev/netmap 2>&1", "character special file a,3c\n");
	check_line("test -c /dev/netmap -a -w /dev/netmap && echo yes", "yes\n");
}

static void check_reading(int mode, int reading, int writing)
{
	int fd = open("/dev/netmap", mode);
	char byte = 0;

	CHECK(read(fd, &byte, 1) == -1 && errno == reading, "read: %s", strerror(errno));
	CHECK(pread(fd, &byte, 1, 0) == -1 && errno == reading, "pread: %s", strerror(errno));
	CHECK(write(fd, &byte, 1) == -1 && errno == writing, "write: %s", strerror(errno));
	CHECK(pwrite(fd, &byte, 1, 0) == -1 && errno == writing, "pwrite: %s", strerror(errno));
	CHECK(lseek(fd, 0, SEEK_SET) == -1 && errno == ESPIPE, "lseek: %s", strerror(errno));
	close(fd);
}

static void check_namesakes(void)
{
	char dir[] = "/tmp/unetmap-paths.XXXXXX", path[64];
	int fd;

	CHECK(mkdtemp(dir) && !chdir(dir), "no directory");
	fd = open("netmap", O_RDWR | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1, "not a file like any other");
	close(fd);
	snprintf(path, sizeof path, "%s/netmap", dir);
	CHECK(!is_netmap(open(path, O_RDWR)), "%s is netmap", path);
	unlink(path);
	CHECK(!chdir("/"), "chdir");
	rmdir(dir);
}

int main(void)
{
	if (!syscall(SYS_access, "/dev/netmap", F_OK)) {
		puts("SKIP: there is a real /dev/netmap");
		return 77;
	}
	check_paths();
	check_flags();
	check_answers();
	check_programs();
	check_reading(O_RDWR, EINVAL, EINVAL);
	check_reading(O_RDONLY, EINVAL, EBADF);
	check_reading(O_WRONLY, EBADF, EINVAL);
	check_namesakes();
	return failures != 0;
}
