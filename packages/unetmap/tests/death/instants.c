// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that death at any instruction of an operation leaves a sound region. One victim executes an
// operation (opening, closing, syncing ... each kind of port) step by step and tells which of the
// engine's instructions it consists of; others are killed at one of these each. Then whoever comes
// next must find everything given back, and the auditor nothing out of place.
//
//	instants [APART [SEED [NAME]]]	APART 1 = at every instruction; operations whose names contain NAME
//
// Where the kernel takes its time to give a network device back, at every eighth of those.
// By default some operations are tried, at some of their instructions: stepping takes its time.
#if !defined(__x86_64__) || defined(__SANITIZE_THREAD__)
#include <stdio.h>

int main(void)
{
	printf("SKIP: knows only how x86-64 is stepped, and writes its traps into code, of which ThreadSanitizer knows nothing\n");
	return 77;
}
#else
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <sys/prctl.h>
#include <sys/ucontext.h>
#include <unetmap/modules.h>
#include <unetmap/passthrough.h>
#include <unetmap/rings.h>

#include "traffic.h"

#include "audit.h"
#include "devices.h"

enum { SLOTS = 4, DEFAULT_KILLS = 60, ONE_IN = 5, WEDGED_S = 300, MAX_HITS = 100, TRAP_FLAG = 0x100 };

// Ports that live through everything: what a victim's death must not touch.
static struct nm_desc *neighbor, *neighbor_pipe;
static int given; // a port that a guest has

// Frames go to the neighbors' memory area, where what is lost stays lost.
static struct nm_desc *open_small(const char *name, uint32_t extra_bufs)
{
	const struct nmreq wish = {.nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS, .nr_arg3 = extra_bufs};
	char there[64];

	snprintf(there, sizeof there, "%s@%u", name, neighbor->req.nr_arg2);
	return nm_open(there, &wish, 0, NULL);
}

struct operation {
	const char *what;
	struct nm_desc *(*prepare)(void); // before the first instruction that counts
	void (*run)(struct nm_desc *d);
};

// ---- what a victim does ----

static struct nm_desc *nothing(void)
{
	return NULL;
}

static void require(const void *d, const char *what)
{
	if (d)
		return;
	printf("cannot open %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(1);
}

static void open_vale(struct nm_desc *unused)
{
	require(open_small("vale7:victim/x", 5), "vale7:victim");
}

static void open_pipe(struct nm_desc *unused)
{
	require(open_small("netmap:vp{1/x", 5), "vp{1");
}

static void open_monitor(struct nm_desc *unused)
{
	require(open_small("vale0:n/zrt", 2), "a monitor");
}

static struct nm_desc *vale_port(void)
{
	struct nm_desc *d = open_small("vale7:victim/x", 5);

	require(d, "vale7:victim");
	return d;
}

static struct nm_desc *pipe_end(void)
{
	struct nm_desc *d = open_small("netmap:vp{1/x", 5);

	require(d, "vp{1");
	return d;
}

static struct nm_desc *monitor(void)
{
	struct nm_desc *d = open_small("vale0:n/zrt", 2);

	require(d, "a monitor");
	return d;
}

static void close_port(struct nm_desc *d)
{
	nm_close(d);
}

static struct nm_desc *sender(void)
{
	struct nm_desc *d = open_small("vale0:victim/x", 0);

	require(d, "vale0:victim");
	while (put_frame(d, 7, (struct mark){.stream = 1}))
		;
	return d;
}

static struct nm_desc *pipe_sender(void)
{
	struct nm_desc *d = open_small("netmap:np}1/x", 0);

	require(d, "np}1");
	while (put_frame(d, 7, (struct mark){.stream = 1}))
		;
	return d;
}

static struct nm_desc *pipe_receiver(void)
{
	struct nm_desc *d = open_small("netmap:np}1/x", 0);

	require(d, "np}1");
	while (put_frame(neighbor_pipe, 3, (struct mark){.stream = 1}))
		;
	ioctl(neighbor_pipe->fd, NIOCTXSYNC, NULL);
	return d;
}

static void sync_tx(struct nm_desc *d)
{
	ioctl(d->fd, NIOCTXSYNC, NULL);
}

static void sync_rx(struct nm_desc *d)
{
	struct mark m;

	ioctl(d->fd, NIOCRXSYNC, NULL);
	take_frame(d, &m);
	ioctl(d->fd, NIOCRXSYNC, NULL);
}

static struct nm_desc *listener(void)
{
	struct nm_desc *d = open_small("vale0:victim/x", 0);

	require(d, "vale0:victim");
	put_frame(neighbor, 3, (struct mark){.stream = 1});
	ioctl(neighbor->fd, NIOCTXSYNC, NULL);
	return d;
}

static struct nm_desc *watched_sender(void)
{
	struct nm_desc *d = sender();

	require(open_small("vale0:victim/z", 0), "a zero-copy monitor");
	return d;
}

static struct nm_desc *watched_listener(void)
{
	struct nm_desc *d = listener();

	require(open_small("vale0:victim/z", 0), "a zero-copy monitor");
	return d;
}

static void sleep_in_poll(struct nm_desc *d)
{
	struct pollfd p = {d->fd, POLLIN, 0};

	poll(&p, 1, 1);
}

static struct nm_desc *idle_listener(void)
{
	struct nm_desc *d = open_small("vale0:victim/x", 0);

	require(d, "vale0:victim");
	return d;
}

static void open_device(struct nm_desc *unused)
{
	int fd = open("/dev/netmap", O_RDWR);

	close(fd);
}

static int ask_by(int fd, uint16_t type, const char *name, void *body)
{
	struct nmreq_header h = {.nr_version = NETMAP_API, .nr_reqtype = type, .nr_body = (uintptr_t)body};

	strncpy(h.nr_name, name, sizeof h.nr_name - 1);
	return ioctl(fd, NIOCCTRL, &h);
}

static int ask(uint16_t type, const char *name, void *body)
{
	return ask_by(neighbor->fd, type, name, body);
}

static void make_lasting(struct nm_desc *unused)
{
	struct nmreq_vale_newif newif = {.nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS, .nr_mem_id = neighbor->req.nr_arg2};

	ask(NETMAP_REQ_VALE_NEWIF, "lasting", &newif);
}

static void attach_lasting(struct nm_desc *unused)
{
	struct nmreq_vale_attach attach = {.reg = {.nr_mode = NR_REG_ALL_NIC}};

	ask(NETMAP_REQ_VALE_ATTACH, "vale6:lasting", &attach);
}

static void detach_lasting(struct nm_desc *unused)
{
	struct nmreq_vale_detach detach = {0};

	ask(NETMAP_REQ_VALE_DETACH, "vale6:lasting", &detach);
}

static void remove_lasting(struct nm_desc *unused)
{
	ask(NETMAP_REQ_VALE_DELIF, "lasting", NULL);
}

static struct nm_desc *lasting(void)
{
	make_lasting(NULL);
	return NULL;
}

static struct nm_desc *attached(void)
{
	make_lasting(NULL);
	attach_lasting(NULL);
	return NULL;
}

static void open_lasting(struct nm_desc *unused)
{
	require(open_small("netmap:lasting/x", 2), "lasting");
}

// ---- holds ----

static void take_hold(struct nm_desc *unused)
{
	struct unetmap_hold hold = {.steps = 1}, end = {.let_go = 1};
	int fd = open("/dev/netmap", O_RDWR);

	ask_by(fd, UNETMAP_REQ_HOLD, "vale0:n", &hold);
	ask_by(fd, UNETMAP_REQ_HOLD, "vale0:n", &end);
	ask_by(fd, UNETMAP_REQ_HOLD, "vale0:later", &hold);
	close(fd);
}

static void look_at_ring(struct nm_desc *unused)
{
	struct netmap_slot slots[SLOTS];
	char frames[SLOTS][UNETMAP_RING_FRAME_BYTES];
	struct unetmap_ring ring = {.dir = 1, .room = SLOTS, .slots = (uintptr_t)slots, .frames = (uintptr_t)frames,
				    .frame_count = SLOTS};

	ask(UNETMAP_REQ_RING_GET, "vale0:n", &ring);
}

static struct nm_desc *held_sender(void)
{
	struct nm_desc *d = open_small("vale0:held/x", 0);

	require(d, "vale0:held");
	put_frame(d, 7, (struct mark){.stream = 1});
	return d;
}

// By the test itself, with more steps than anybody will take.
static void hold_for_victims(void)
{
	struct unetmap_hold hold = {.steps = UINT32_MAX};

	require(ask(UNETMAP_REQ_HOLD, "vale0:held", &hold) ? NULL : neighbor, "a hold");
}

// ---- modules ----

static void load_module(struct nm_desc *unused)
{
	struct unetmap_module_load load = {.name = "victim", .lanes = 2, .patience_ms = 1};

	ask(UNETMAP_REQ_MODULE_LOAD, "vale2:", &load);
}

static struct nm_desc *loaded(void)
{
	load_module(NULL);
	return NULL;
}

static void unload_module(struct nm_desc *unused)
{
	ask(UNETMAP_REQ_MODULE_UNLOAD, "vale2:", NULL);
}

static void look_at_modules(struct nm_desc *unused)
{
	struct unetmap_module module = {.index = 0};

	ask(UNETMAP_REQ_MODULE_GET, "", &module);
}

// ---- passthrough ----

static int give(const char *name, struct unetmap_passthrough *p)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC, .nr_flags = UNETMAP_NR_PASSTHROUGH | NR_EXCLUSIVE,
				     .nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS};
	int fd = open("/dev/netmap", O_RDWR | O_CLOEXEC);

	if (ask_by(fd, NETMAP_REQ_REGISTER, name, &reg) || ask_by(fd, UNETMAP_REQ_PASSTHROUGH_GET, "", p))
		require(NULL, name);
	return fd;
}

static void give_away(struct nm_desc *unused)
{
	struct unetmap_passthrough p = {.bytes = 0};
	struct unetmap_passthrough_serve serve = {.for_ms = 0, .nap_us = 1};
	int fd = give("vale0:given-by-victim", &p);

	put_frame(neighbor, 3, (struct mark){.stream = 1});
	ioctl(neighbor->fd, NIOCTXSYNC, NULL);
	ask_by(fd, UNETMAP_REQ_PASSTHROUGH_SERVE, "", &serve);
	close(fd);
}

static void give_pipe_away(struct nm_desc *unused)
{
	struct unetmap_passthrough p = {.bytes = 0};

	close(give("given}1", &p));
}

static void open_as_guest(struct nm_desc *unused)
{
	require(nm_open("netmap:inside/x", NULL, 0, NULL), "a guest's port");
}

static struct nm_desc *guest(void)
{
	struct nm_desc *d = nm_open("netmap:inside/x", NULL, 0, NULL);

	require(d, "a guest's port");
	put_frame(d, 7, (struct mark){.stream = 1});
	return d;
}

static void sync_guest(struct nm_desc *d)
{
	sync_tx(d);
	sync_rx(d);
}

// By the test itself, which is its host, too.
static void give_to_victims(void)
{
	struct unetmap_passthrough p = {.guest_name = "inside"};

	given = give("vale0:given", &p);
	setenv("UNETMAP_PASSTHROUGH", p.path, 1);
}

// ---- network devices ----

static struct nm_desc *device_by(const char *backend)
{
	struct nm_desc *d;

	setenv("UNETMAP_NIC", backend, 1);
	d = nm_open("netmap:nmv0*/x", NULL, 0, NULL); // with its host rings
	require(d, "nmv0");
	return d;
}

static void open_nic_by_xdp(struct nm_desc *unused)
{
	device_by("xdp");
}

static void open_nic_by_packet(struct nm_desc *unused)
{
	device_by("packet");
}

static struct nm_desc *nic_by_xdp(void)
{
	return device_by("xdp");
}

static struct nm_desc *nic_by_packet(void)
{
	return device_by("packet");
}

static void put_frames(struct netmap_ring *ring, int frames)
{
	for (; frames-- && !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur)) {
		memset(NETMAP_BUF(ring, ring->slot[ring->cur].buf_idx), 0xff, FRAME_BYTES);
		ring->slot[ring->cur].len = FRAME_BYTES;
	}
}

// To the wire, where nobody takes them, and to the stack.
static void sync_nic(struct nm_desc *d)
{
	put_frames(NETMAP_TXRING(d->nifp, 0), 3);
	put_frames(NETMAP_TXRING(d->nifp, d->nifp->ni_tx_rings), 3);
	ioctl(d->fd, NIOCTXSYNC, NULL);
	ioctl(d->fd, NIOCRXSYNC, NULL);
}

static void attach_nic(struct nm_desc *unused)
{
	struct nmreq_vale_attach attach = {.reg = {.nr_mode = NR_REG_NIC_SW}};

	ask(NETMAP_REQ_VALE_ATTACH, "vale5:nmv0", &attach);
}

static struct nm_desc *attached_nic(void)
{
	attach_nic(NULL);
	return NULL;
}

static void detach_nic(struct nm_desc *unused)
{
	struct nmreq_vale_detach detach = {0};

	ask(NETMAP_REQ_VALE_DETACH, "vale5:nmv0", &detach);
}

// Whoever was to keep a device on a switch outlives who asked for it, and becomes a child of the test.
static void end_attachments(void)
{
	const double began = now_s();

	while (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD) {
		detach_nic(NULL);
		CHECK(now_s() - began < WEDGED_S, "an attachment does not end");
		if (now_s() - began >= WEDGED_S)
			return;
		sleep_us(1000);
	}
}

static const struct operation operations[] = {
	{"open a switch port", nothing, open_vale},
	{"close a switch port", vale_port, close_port},
	{"open a pipe", nothing, open_pipe},
	{"close a pipe", pipe_end, close_port},
	{"open a monitor", nothing, open_monitor},
	{"close a monitor", monitor, close_port},
	{"open the device", nothing, open_device},
	{"make a lasting port", nothing, make_lasting},
	{"remove a lasting port", lasting, remove_lasting},
	{"attach a port", lasting, attach_lasting},
	{"detach a port", attached, detach_lasting},
	{"open a lasting port", attached, open_lasting},
	{"send on a switch", sender, sync_tx},
	{"send into a pipe", pipe_sender, sync_tx},
	{"receive from a switch", listener, sync_rx},
	{"receive from a pipe", pipe_receiver, sync_rx},
	{"send under a zero-copy monitor", watched_sender, sync_tx},
	{"receive under a zero-copy monitor", watched_listener, sync_rx},
	{"sleep in poll", idle_listener, sleep_in_poll},
	{"hold ports", nothing, take_hold},
	{"look at a ring", nothing, look_at_ring},
	{"send from a held port", held_sender, sync_tx},
	{"give a switch port to a guest", nothing, give_away},
	{"give an end of a pipe to a guest", nothing, give_pipe_away},
	{"open a port as a guest", nothing, open_as_guest},
	{"close a port as a guest", guest, close_port},
	{"sync a port as a guest", guest, sync_guest},
	{"load a module", nothing, load_module},
	{"unload a module", loaded, unload_module},
	{"look at modules", loaded, look_at_modules},
	{"open a device by AF_XDP", nothing, open_nic_by_xdp},
	{"open a device by AF_PACKET", nothing, open_nic_by_packet},
	{"sync a device by AF_XDP", nic_by_xdp, sync_nic},
	{"sync a device by AF_PACKET", nic_by_packet, sync_nic},
	{"close a device by AF_XDP", nic_by_xdp, close_port},
	{"close a device by AF_PACKET", nic_by_packet, close_port},
	{"attach a device", nothing, attach_nic},
	{"detach a device", attached_nic, detach_nic},
};

enum { OPERATIONS = sizeof operations / sizeof operations[0], DEVICE_OPERATIONS = 8, DEVICE_STRETCH = 8 }; // these are the last

static int operation_count = OPERATIONS;

// ---- which instructions an operation consists of ----

// The engine's code in memory, and how often the last counted victim executed each byte's instruction.
static struct {
	uint8_t *start;
	size_t bytes;
	uint32_t *hits; // shared with the victims
} code;

static int find_engine(struct dl_phdr_info *info, size_t size, void *unused)
{
	for (int i = 0; strstr(info->dlpi_name, "libunetmap") && i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
			code.start = (uint8_t *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			code.bytes = info->dlpi_phdr[i].p_memsz;
		}
	return 0;
}

static void *shared_memory(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void count_hit(int signal, siginfo_t *info, void *context)
{
	uint8_t *at = (uint8_t *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

	if (at >= code.start && at < code.start + code.bytes)
		code.hits[at - code.start]++;
}

// ---- dying there ----

static struct {
	uint8_t *at, original;
	uint32_t hits_left;
} breakpoint;

static void place_breakpoint(void)
{
	*breakpoint.at = 0xcc;
}

static int hit_breakpoint(greg_t *rip)
{
	if ((uint8_t *)*rip != breakpoint.at + 1)
		return 0;
	*rip = (greg_t)breakpoint.at;
	return 1;
}

// Any but the last time: past the instruction with one step, and the breakpoint goes back in.
static void count_down(int signal, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	if (!hit_breakpoint(&registers[REG_RIP])) {
		place_breakpoint();
		registers[REG_EFL] &= ~TRAP_FLAG;
		return;
	}
	if (!--breakpoint.hits_left)
		kill(getpid(), SIGKILL);
	*breakpoint.at = breakpoint.original;
	registers[REG_EFL] |= TRAP_FLAG;
}

static void on_trap(void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &action, NULL);
}

// From here on every instruction traps, but those of signal handlers.
static inline void set_trap_flag(int on)
{
	uint64_t flags = __builtin_ia32_readeflags_u64();

	__builtin_ia32_writeeflags_u64(on ? flags | TRAP_FLAG : flags & ~(uint64_t)TRAP_FLAG);
}

struct death {
	const struct operation *op;
	size_t ofs; // of the instruction, in the engine's code
	uint32_t hit;
};

static void doomed(void *argument)
{
	const struct death *death = argument;
	uintptr_t page = (uintptr_t)(code.start + death->ofs) & -(uintptr_t)4096;
	struct nm_desc *d;

	alarm(WEDGED_S);
	d = death->op->prepare();
	breakpoint.at = code.start + death->ofs;
	breakpoint.original = *breakpoint.at;
	breakpoint.hits_left = death->hit;
	on_trap(count_down);
	if (mprotect((void *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC))
		_exit(2);
	place_breakpoint();
	death->op->run(d);
	_exit(0);
}

static void counted(void *operation)
{
	const struct operation *op = operation;
	struct nm_desc *d = op->prepare();

	alarm(WEDGED_S);
	on_trap(count_hit);
	set_trap_flag(1);
	op->run(d);
	set_trap_flag(0);
	_exit(0);
}

static int run(void (*body)(void *), const void *argument)
{
	pid_t pid = start(body, (void *)argument);
	int status;

	waitpid(pid, &status, 0);
	return status;
}

// ---- afterwards ----

// Whoever comes next clears away what the dead left.
static void come_next(void)
{
	int fd = open("/dev/netmap", O_RDWR);

	CHECK(fd >= 0, "open: %s", strerror(errno));
	close(fd);
}

static void drain(struct nm_desc *d)
{
	struct mark m;

	ioctl(d->fd, NIOCTXSYNC, NULL);
	ioctl(d->fd, NIOCRXSYNC, NULL);
	while (take_frame(d, &m))
		;
	ioctl(d->fd, NIOCRXSYNC, NULL);
}

static void come_to_rest(void)
{
	end_attachments();
	come_next();
	detach_lasting(NULL);
	remove_lasting(NULL);
	unload_module(NULL);
	drain(neighbor);
	drain(neighbor_pipe);
	ioctl(given, NIOCTXSYNC, NULL);
	ioctl(given, NIOCRXSYNC, NULL);
}

static void check_region(const struct death *death, struct audit *before)
{
	struct audit now;
	int earlier = failures;

	come_to_rest();
	now = audit_region();
	CHECK(now.faults == before->faults, "%d faults instead of %d", now.faults, before->faults);
	CHECK(now.ports == before->ports, "%u ports instead of %u", now.ports, before->ports);
	CHECK(now.descs == before->descs, "%u descriptors instead of %u", now.descs, before->descs);
	CHECK(now.areas == before->areas, "%u areas instead of %u", now.areas, before->areas);
	CHECK(now.switches == before->switches, "%u switches instead of %u", now.switches, before->switches);
	CHECK(now.buffers == before->buffers, "%u buffers instead of %u", now.buffers, before->buffers);
	if (failures > earlier)
		printf("... %s, killed at hit %u of libunetmap.so's code + %#zx\n", death->op->what, death->hit, death->ofs);
	*before = now;
}

static void die(const struct death *death, struct audit *before)
{
	int status = run(doomed, death);

	CHECK(WIFEXITED(status) ? !WEXITSTATUS(status) : WTERMSIG(status) == SIGKILL, "the victim ended with status %#x",
	      status);
	check_region(death, before);
}

static size_t count_instructions(const struct operation *op)
{
	size_t count = 0;
	int status;

	memset(code.hits, 0, code.bytes * sizeof *code.hits);
	status = run(counted, op);
	CHECK(!status, "%s: ended with status %#x", op->what, status);
	for (size_t i = 0; i < code.bytes; i++)
		count += code.hits[i] != 0;
	return count;
}

static uint32_t choose_hit(uint32_t hits)
{
	return 1 + rand() % (hits < MAX_HITS ? hits : MAX_HITS);
}

static void try(const struct operation *op, size_t apart, size_t stretch)
{
	size_t instructions = count_instructions(op), until, kills = 0;
	double began = now_s();
	struct audit before;

	come_to_rest();
	before = audit_region();
	CHECK(!before.faults, "%d faults before %s", before.faults, op->what);
	if (!apart)
		apart = instructions / DEFAULT_KILLS + 1;
	apart *= stretch;
	until = rand() % apart;
	for (size_t i = 0; i < code.bytes && failures < 20; i++) {
		if (!code.hits[i] || until--)
			continue;
		die(&(struct death){op, i, choose_hit(code.hits[i])}, &before);
		until = apart - 1;
		kills++;
	}
	printf("%s: %zu instructions, %zu kills, %.1f s\n", op->what, instructions, kills, now_s() - began);
}

int main(int argc, char **argv)
{
	size_t apart = argc > 1 ? atoi(argv[1]) : 0;
	uint32_t seed = argc > 2 ? strtoul(argv[2], NULL, 0) : (uint32_t)time(NULL);

	setvbuf(stdout, NULL, _IOLBF, 0);
	srand(seed);
	printf("seed %u\n", seed);
	dl_iterate_phdr(find_engine, NULL);
	code.hits = shared_memory(code.bytes * sizeof *code.hits);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!devices_make()) {
		printf("without network devices: no veth pairs can be made here\n");
		operation_count -= DEVICE_OPERATIONS;
	}
	neighbor = open_port("vale0:n");
	neighbor_pipe = open_small("netmap:np{1", 0);
	require(neighbor_pipe, "np{1");
	hold_for_victims();
	give_to_victims();
	for (int i = 0; i < operation_count; i++)
		if (argc > 3 ? strstr(operations[i].what, argv[3]) != NULL : apart || rand() % ONE_IN == 0)
			try(&operations[i], apart, i < OPERATIONS - DEVICE_OPERATIONS ? 1 : DEVICE_STRETCH);
	CHECK(operation_count < OPERATIONS || devices_are_free(), "a device was not given back");
	close(given);
	nm_close(neighbor_pipe);
	nm_close(neighbor);
	return failures != 0;
}
#endif
