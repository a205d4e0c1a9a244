// SPDX-License-Identifier: BSD-2-Clause
//
// What cannot be a port, who may not have one, and that looking disturbs nothing.
#include <linux/capability.h>
#include <sys/syscall.h>

#include "veth.h"

enum { NOBODY = 65534 };

static int info(const char *name, struct nmreq_port_info_get *i)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = NETMAP_REQ_PORT_INFO_GET};
	int fd = open(NETMAP_DEVICE_NAME, O_RDWR | O_CLOEXEC), error;

	h.nr_body = (uintptr_t)i;
	snprintf(h.nr_name, sizeof h.nr_name, "%s", name);
	error = ioctl(fd, NIOCCTRL, &h) ? errno : 0;
	close(fd);
	return error;
}

static void check_names(void)
{
	CHECK(registers("lo", NR_REG_ALL_NIC, 0) == EINVAL, "lo is taken");
	CHECK(registers("nosuch0", NR_REG_ALL_NIC, 0) == ENXIO, "nosuch0 is taken");
	CHECK(registers("nmv0", NR_REG_ONE_SW, 0) == 0, "no host ring 0");
	CHECK(registers("vale0:a", NR_REG_SW, 0) == EINVAL, "a switch port has host rings");
	CHECK(registers("vale0:nmv0", NR_REG_ALL_NIC, 0) == EINVAL, "a switch port takes a device's name");
	CHECK(registers("vale0:nmv0x", NR_REG_ALL_NIC, 0) == 0, "no device's name is refused");
}

static void check_looking(void)
{
	struct nmreq_port_info_get i = {0};

	CHECK(info("nmv0", &i) == 0, "nothing is told");
	CHECK(i.nr_tx_rings == 1 && i.nr_host_rx_rings == 1 && i.nr_tx_slots == 1024 && i.nr_mem_id == 1,
	      "%u rings, %u host rings, %u slots, region %u", i.nr_tx_rings, i.nr_host_rx_rings, i.nr_tx_slots,
	      i.nr_mem_id);
	CHECK(ping(2, 2000) == 2, "looking took the device from the stack");
}

static void check_pipe_memory(void)
{
	struct nm_desc *nic = open_port("netmap:nmv0"), *pipe = open_port("netmap:nmv0{1");

	CHECK(nic->req.nr_arg2 == pipe->req.nr_arg2, "regions %u and %u", nic->req.nr_arg2, pipe->req.nr_arg2);
	nm_close(pipe);
	nm_close(nic);
}

static void check_other_region(void)
{
	struct nm_desc *nic = open_port("netmap:nmv0");
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		char dir[] = "/dev/shm/unetmap-other.XXXXXX";
		char command[256];

		snprintf(command, sizeof command, "%s/bin/unetmap-run --dir %s %s/bin/pkt-gen -i netmap:nmv0 -f tx -n 1",
			 getenv("BUILD"), mkdtemp(dir), getenv("BUILD"));
		status = run_quietly("%s >/dev/null", command);
		run_quietly("rm -rf %s", dir);
		_exit(status == 0);
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "a device was taken twice");
	nm_close(nic);
}

// A user without privilege gets a region of its own, as always, but no device.
static void check_privilege(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (chown(getenv("UNETMAP_DIR"), NOBODY, NOBODY) || setuid(NOBODY))
			_exit(99);
		_exit(registers("nmv0", NR_REG_ALL_NIC, 0));
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EPERM, "%s, not EPERM", strerror(WEXITSTATUS(status)));
}

static void keep_only(uint32_t capabilities)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.effective = capabilities, .permitted = capabilities}};

	CHECK(!syscall(SYS_capset, &header, data), "capset: %s", strerror(errno));
}

// The device can be had by raw sockets alone, its stack cannot.
static void check_no_way_to_stack(void)
{
	struct unetmap_stats s;
	struct nm_desc *nic;

	keep_only(1 << CAP_NET_RAW | 1 << CAP_DAC_OVERRIDE);
	nic = open_port("netmap:nmv0");
	CHECK(port_stats("nmv0", &s) && s.host_way == UNETMAP_HOST_NONE, "host rings by %u", s.host_way);
	CHECK(registers("nmv0", NR_REG_SW, 0) == EINVAL, "host rings that carry nothing");
	CHECK(registers("nmv0", NR_REG_ONE_SW, 0) == EINVAL, "a host ring that carries nothing");
	CHECK(registers("nmv0", NR_REG_NIC_SW, 0) == EINVAL, "host rings that carry nothing beside others");
	CHECK(registers("nmv0", NR_REG_ALL_NIC, 0) == 0, "the device's own rings are refused");
	nm_close(nic);
}

int main(void)
{
	pid_t peer = make_veth_pair();

	check_privilege();
	check_names();
	check_looking();
	check_pipe_memory();
	check_other_region();
	check_no_way_to_stack();
	remove_peer(peer);
	return failures != 0;
}
