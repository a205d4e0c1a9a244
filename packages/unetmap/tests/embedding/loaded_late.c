// SPDX-License-Identifier: BSD-2-Clause
//
// Proves what a program that was not started under unetmap-run, and loads the library itself, relies
// on: its calls work through dlsym; the kernel's own epoll, which the library does not see, wakes it
// for a frame; a wake in vain is not repeated for ever; the region is the one it names, and only
// one. And that a netmap descriptor takes FIONBIO, which event loops ask of any file.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <net/netmap.h>
#include <net/netmap_user.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAME_BYTES = 60, WAKE_MS = 5000, QUIET_MS = 50 };

static struct {
	int (*open)(const char *, int, ...);
	int (*ioctl)(int, unsigned long, ...);
	int (*poll)(struct pollfd *, nfds_t, int);
	int (*fcntl)(int, int, ...);
	void *(*mmap)(void *, size_t, int, int, int, off_t);
	int (*region)(const char *);
	int (*sleep_begin)(int, short);
	int (*sleep_end)(int, int);
} lib;

static void check(int right, const char *what)
{
	if (right)
		return;
	printf("%s: errno %d\n", what, errno);
	exit(1);
}

static void load(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		puts(dlerror());
	check(handle != NULL, path);
#define TAKE(field, symbol) check((*(void **)&lib.field = dlsym(handle, symbol)) != NULL, symbol)
	TAKE(open, "open");
	TAKE(ioctl, "ioctl");
	TAKE(poll, "poll");
	TAKE(fcntl, "fcntl");
	TAKE(mmap, "mmap");
	TAKE(region, "unetmap_region");
	TAKE(sleep_begin, "unetmap_sleep_begin");
	TAKE(sleep_end, "unetmap_sleep_end");
}

struct opened {
	int fd;
	struct netmap_if *nifp;
};

static struct opened open_port(const char *name)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC};
	struct nmreq_header hdr = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_REGISTER};
	struct opened p = {lib.open("/dev/netmap", O_RDWR | O_CLOEXEC), NULL};
	void *mem;

	check(p.fd >= 0, "open");
	strcpy(hdr.nr_name, name);
	hdr.nr_body = (uintptr_t)&reg;
	check(!lib.ioctl(p.fd, NIOCCTRL, &hdr), name);
	mem = lib.mmap(NULL, reg.nr_memsize, PROT_READ | PROT_WRITE, MAP_SHARED, p.fd, 0);
	check(mem != MAP_FAILED, "mmap");
	p.nifp = NETMAP_IF(mem, reg.nr_offset);
	return p;
}

static void send_one(struct opened p)
{
	struct netmap_ring *ring = NETMAP_TXRING(p.nifp, 0);
	struct netmap_slot *slot = &ring->slot[ring->head];

	memset(NETMAP_BUF(ring, slot->buf_idx), 0xff, FRAME_BYTES);
	slot->len = FRAME_BYTES;
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
	check(!lib.ioctl(p.fd, NIOCTXSYNC, NULL), "NIOCTXSYNC");
}

static int is_ready(int fd)
{
	struct pollfd f = {fd, POLLIN, 0};

	return lib.poll(&f, 1, 0) == 1 && f.revents & POLLIN;
}

// The kernel's epoll: this program's own calls go past the library.
static int sleeps(int epfd, int ms)
{
	struct epoll_event event;

	return epoll_wait(epfd, &event, 1, ms) == 0;
}

static void check_waking(struct opened from, struct opened to)
{
	struct epoll_event asked = {.events = EPOLLIN};
	int epfd = epoll_create1(EPOLL_CLOEXEC);

	check(!epoll_ctl(epfd, EPOLL_CTL_ADD, to.fd, &asked), "epoll_ctl");
	check(!lib.sleep_begin(to.fd, POLLIN), "sleep_begin");
	check(!is_ready(to.fd) && sleeps(epfd, QUIET_MS), "asleep while nothing comes");
	if (fork() == 0) {
		usleep(QUIET_MS * 1000);
		send_one(from);
		_exit(0);
	}
	check(!sleeps(epfd, WAKE_MS) && is_ready(to.fd), "woken by a frame");
	check(!lib.sleep_end(to.fd, 0), "sleep_end");
	check(sleeps(epfd, 0), "the wake is over once it was taken");
	wait(NULL);
	close(epfd);
}

static void check_file_requests(int fd)
{
	int on = 1;

	check(!lib.ioctl(fd, FIONBIO, &on) && lib.fcntl(fd, F_GETFL) & O_NONBLOCK, "FIONBIO");
	check(lib.ioctl(fd, FIONBIO, (void *)8) == -1 && errno == EFAULT, "FIONBIO from nowhere");
	check(!lib.ioctl(fd, FIONCLEX) && !(fcntl(fd, F_GETFD) & FD_CLOEXEC), "FIONCLEX");
}

static void check_region(const char *dir)
{
	check(lib.region("relative") == -1 && errno == EINVAL, "a relative region");
	check(!lib.region(dir), "the region");
}

int main(void)
{
	const char *library = getenv("LD_PRELOAD"), *dir = getenv("UNETMAP_DIR");
	struct opened a, b;

	if (library) {
		setenv("LIBRARY", library, 1);
		unsetenv("LD_PRELOAD");
		execl("/proc/self/exe", "loaded_late", NULL);
		return 1;
	}
	load(getenv("LIBRARY"));
	unsetenv("UNETMAP_DIR");
	check_region(dir);
	a = open_port("vale0:a");
	b = open_port("vale0:b");
	check(!lib.region(dir) && lib.region("/elsewhere") == -1 && errno == EBUSY, "one region a process");
	check(lib.sleep_begin(0, POLLIN) == -1 && errno == EBADF, "only netmap's descriptors");
	check_file_requests(a.fd);
	check_waking(a, b);
	return 0;
}
