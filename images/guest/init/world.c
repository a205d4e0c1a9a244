// SPDX-License-Identifier: BSD-2-Clause
/* On the root: the file systems, devices and keys that programs and the host expect. */
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTENDEE 1000
#define HOST_FILES "/sys/firmware/qemu_fw_cfg/by_name/opt/ringlab/"

static void make_mount(const char *type, const char *where, unsigned long flags, const char *data)
{
	mkdir(where, 0755);
	if (mount(type, where, type, flags, data) < 0)
		fprintf(stderr, "ringlab: %s: %s\n", where, strerror(errno));
}

/* A tmpfs of the size that an option says. */
static void make_tmpfs(const char *where, const char *mode, const char *name, const char *otherwise)
{
	char data[128];

	snprintf(data, sizeof(data), "%s,size=%s", mode, option(name, otherwise));
	make_mount("tmpfs", where, MS_NOSUID | MS_NODEV, data);
}

static void mount_all(void)
{
	make_mount("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666");
	make_tmpfs("/dev/shm", "mode=1777", "ringlab.scratch_bytes", "64m");
	make_tmpfs("/tmp", "mode=1777", "ringlab.scratch_bytes", "64m");
	make_mount("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755,size=16m");
	make_tmpfs("/run/unetmap", "mode=755,uid=1000,gid=1000", "ringlab.region_bytes", "384m");
	make_tmpfs("/workspace", "mode=755,uid=1000,gid=1000", "ringlab.workspace_bytes", "256m");
	make_mount("cgroup2", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
	mkdir("/run/ringlab", 0755);
	mkdir("/run/sshd", 0755);
	mkdir("/run/lock", 0755);
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids +cpu");
}

static void raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fprintf(stderr, "ringlab: lo: %s\n", strerror(errno));
	close(fd);
}

/* What the host gave by -fw_cfg name=opt/ringlab/NAME. Returns whether there was such a file. */
static int take_from_host(const char *name, const char *to, mode_t mode)
{
	char from[256];
	int in, out;

	snprintf(from, sizeof(from), HOST_FILES "%s/raw", name);
	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return 0;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	for (char buffer[4096];;) {
		ssize_t n = read(in, buffer, sizeof(buffer));

		if (n <= 0 || write(out, buffer, n) != n)
			break;
	}
	close(in);
	close(out);
	return 1;
}

static void take_keys(void)
{
	static const char *const keygen[] = { "/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/run/ringlab/host_key", NULL };

	if (!take_from_host("authorized_keys", "/run/ringlab/authorized_keys", 0644))
		fprintf(stderr, "ringlab: the host gave no opt/ringlab/authorized_keys: nobody can log in\n");
	if (!take_from_host("host_key", "/run/ringlab/host_key", 0600))
		run(keygen, STDERR_FILENO);
}

/* An extension's last word, as root, before anybody may log in. */
static void run_boot_script(void)
{
	static const char *const script[] = { "/etc/ringlab/boot", NULL };

	if (access(script[0], X_OK) == 0)
		run(script, STDERR_FILENO);
}

void make_world(void)
{
	setenv("PATH", "/opt/ringlab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	mount_all();
	sethostname(option("ringlab.hostname", "ringlab"), strlen(option("ringlab.hostname", "ringlab")));
	raise_loopback();
	take_keys();
	load_listed_modules();
	run_boot_script();
	open_netmap();
}
