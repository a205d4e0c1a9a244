// SPDX-License-Identifier: BSD-2-Clause
//
// vale-ctl: ports of VALE switches: list, attach, detach, create, remove, look.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libnetmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char usage_text[] =
	"Usage: vale-ctl [-v] [ACTION]\n"
	"  (none)      list all switch ports; the exit status is then 1, as it always was\n"
	"  -a PORT     attach a device, or a port made by -n: -a vale0:eth0\n"
	"  -h PORT     attach it with its host rings\n"
	"  -d PORT     detach it\n"
	"  -n NAME     create a persistent port\n"
	"  -r NAME     remove it\n"
	"  -g PORT     show its numbers of rings and slots, and its memory region\n"
	"  -l PORT     show its indices\n"
	"  -p PORT     poll it by kernel threads;  -P PORT  stop that\n"
	"  -C LIST     for -n, -a, -h: TXSLOTS[,RXSLOTS[,TXRINGS[,RXRINGS]]];\n"
	"              for -p: 0,CPU for all rings or 1,CPU[,CPUS] for the rings of these numbers\n"
	"  -m ID       memory region for -a, -h and -n: a number, or a port that lies in it\n"
	"  -v          say more\n"
	"  --help      this text\n";

struct command {
	int action; // the option's letter; 0 = list all
	const char *name;
	uint32_t conf[4];
	int conf_count;
	uint16_t mem_id;
	int verbose;
};

static void __attribute__((__noreturn__))
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static int
request(const char *name, uint16_t type, void *body, char *name_out)
{
	struct nmreq_header hdr;
	int error, result, fd = open(NETMAP_DEVICE_NAME, O_RDWR);

	if (fd == -1) {
		fprintf(stderr, "vale-ctl: cannot open %s: %s\n", NETMAP_DEVICE_NAME, strerror(errno));
		exit(1);
	}
	nmreq_header_init(&hdr, type, body);
	snprintf(hdr.nr_name, sizeof(hdr.nr_name), "%s", name);
	result = ioctl(fd, NIOCCTRL, &hdr);
	error = errno;
	close(fd);
	if (name_out)
		memcpy(name_out, hdr.nr_name, sizeof(hdr.nr_name));
	errno = error;
	return result;
}

static int
failed(const char *what, const char *name)
{
	fprintf(stderr, "failed to %s %s: %s\n", what, name, strerror(errno));
	return 1;
}

static int
list_all(void)
{
	struct nmreq_vale_list at = {0};
	char name[NETMAP_REQ_IFNAMSIZ];

	while (request("", NETMAP_REQ_VALE_LIST, &at, name) == 0) {
		printf("%s bridge_idx %u port_idx %u\n", name, at.nr_bridge_idx, at.nr_port_idx);
		at.nr_port_idx++;
	}
	return errno == ENOENT ? 1 : failed("list", "all");
}

static int
show_indices(const struct command *c)
{
	struct nmreq_vale_list at = {0};

	if (request(c->name, NETMAP_REQ_VALE_LIST, &at, NULL) == -1)
		return failed("list", c->name);
	printf("bridge_idx: %u\nport_idx:   %u\n", at.nr_bridge_idx, at.nr_port_idx);
	return 0;
}

static int
show_geometry(const struct command *c)
{
	struct nmreq_port_info_get info = {0};

	if (request(c->name, NETMAP_REQ_PORT_INFO_GET, &info, NULL) == -1)
		return failed("obtain info for", c->name);
	printf("memsize:    %llu\n", (unsigned long long)info.nr_memsize);
	printf("tx_slots:   %u\nrx_slots:   %u\n", info.nr_tx_slots, info.nr_rx_slots);
	printf("tx_rings:   %u\nrx_rings    %u\n", info.nr_tx_rings, info.nr_rx_rings);
	printf("mem_id:     %u\n", info.nr_mem_id);
	return 0;
}

static void
say_port_index(const struct command *c, uint32_t index)
{
	if (c->verbose)
		printf("port_index: %u\n", index);
}

// TXSLOTS[,RXSLOTS[,TXRINGS[,RXRINGS]]]: one number is that of both directions, and so is the third.
struct geometry {
	uint32_t tx_slots, rx_slots, tx_rings, rx_rings;
};

static struct geometry
geometry_of(const struct command *c)
{
	const uint32_t *n = c->conf;

	return (struct geometry){n[0], c->conf_count > 1 ? n[1] : n[0], n[2], c->conf_count > 3 ? n[3] : n[2]};
}

static int
attach(const struct command *c)
{
	struct geometry g = geometry_of(c);
	struct nmreq_vale_attach body = {0};

	body.reg.nr_tx_slots = g.tx_slots;
	body.reg.nr_rx_slots = g.rx_slots;
	body.reg.nr_tx_rings = (uint16_t)g.tx_rings;
	body.reg.nr_rx_rings = (uint16_t)g.rx_rings;
	body.reg.nr_mode = c->action == 'h' ? NR_REG_NIC_SW : NR_REG_ALL_NIC;
	body.reg.nr_mem_id = c->mem_id;
	if (request(c->name, NETMAP_REQ_VALE_ATTACH, &body, NULL) == -1)
		return failed("attach", c->name);
	say_port_index(c, body.port_index);
	return 0;
}

static int
detach(const struct command *c)
{
	struct nmreq_vale_detach body = {0};

	if (request(c->name, NETMAP_REQ_VALE_DETACH, &body, NULL) == -1)
		return failed("detach", c->name);
	say_port_index(c, body.port_index);
	return 0;
}

static int
create(const struct command *c)
{
	struct geometry g = geometry_of(c);
	struct nmreq_vale_newif body = {
		.nr_tx_slots = g.tx_slots,
		.nr_rx_slots = g.rx_slots,
		.nr_tx_rings = (uint16_t)g.tx_rings,
		.nr_rx_rings = (uint16_t)g.rx_rings,
		.nr_mem_id = c->mem_id,
	};

	if (request(c->name, NETMAP_REQ_VALE_NEWIF, &body, NULL) == -1)
		return failed("create", c->name);
	if (c->verbose) {
		printf("tx_slots:   %u\nrx_slots:   %u\n", body.nr_tx_slots, body.nr_rx_slots);
		printf("tx_rings:   %u\nrx_ring:    %u\n", body.nr_tx_rings, body.nr_rx_rings);
		printf("mem_id:     %u\n", body.nr_mem_id);
	}
	return 0;
}

static int
destroy(const struct command *c)
{
	return request(c->name, NETMAP_REQ_VALE_DELIF, NULL, NULL) == -1 ? failed("remove", c->name) : 0;
}

// -C MODE,CPU[,CPUS], where mode 0 is one processor for all rings.
static int
start_polling(const struct command *c)
{
	int many = c->conf[0] != 0;
	struct nmreq_vale_polling body = {
		.nr_mode = many ? NETMAP_POLLING_MODE_MULTI_CPU : NETMAP_POLLING_MODE_SINGLE_CPU,
		.nr_first_cpu_id = c->conf[1],
		.nr_num_polling_cpus = many && c->conf_count > 2 ? c->conf[2] : 1,
	};

	if (c->conf_count > (many ? 3 : 2)) {
		fprintf(stderr, "vale-ctl: -C has too many numbers for -p\n");
		return 1;
	}
	if (request(c->name, NETMAP_REQ_VALE_POLLING_ENABLE, &body, NULL) == -1)
		return failed("enable polling on", c->name);
	return 0;
}

static int
stop_polling(const struct command *c)
{
	struct nmreq_vale_polling body = {0};

	if (request(c->name, NETMAP_REQ_VALE_POLLING_DISABLE, &body, NULL) == -1)
		return failed("disable polling on", c->name);
	return 0;
}

static int
run(const struct command *c)
{
	switch (c->action) {
	case 'a':
	case 'h': return attach(c);
	case 'd': return detach(c);
	case 'n': return create(c);
	case 'r': return destroy(c);
	case 'g': return show_geometry(c);
	case 'l': return show_indices(c);
	case 'p': return start_polling(c);
	case 'P': return stop_polling(c);
	default: return list_all();
	}
}

static void
set_action(struct command *c, int action, const char *name)
{
	if (c->action) {
		fprintf(stderr, "vale-ctl: one action at a time: -%c or -%c\n", c->action, action);
		usage(1);
	}
	if (strlen(name) >= NETMAP_REQ_IFNAMSIZ) {
		fprintf(stderr, "vale-ctl: %s: a name has at most %d characters\n", name,
			NETMAP_REQ_IFNAMSIZ - 1);
		exit(1);
	}
	if (action == 'l' && strncmp(name, NM_BDG_NAME, strlen(NM_BDG_NAME)) != 0) {
		fprintf(stderr, "invalid vale port name: '%s'\n", name);
		usage(1);
	}
	c->action = action;
	c->name = name;
}

static void
parse_conf(struct command *c, const char *text)
{
	int end = 0;

	c->conf_count = sscanf(text, "%u%n,%u%n,%u%n,%u%n", &c->conf[0], &end, &c->conf[1], &end, &c->conf[2],
		&end, &c->conf[3], &end);
	if (c->conf_count < 1 || text[end] != '\0') {
		fprintf(stderr, "vale-ctl: -C %s: not one to four numbers with commas\n", text);
		usage(1);
	}
}

// A number, or a port: netmap:eth0, vale0:a.
static void
parse_mem_id(struct command *c, const char *text)
{
	const char *rest = text;
	char *end;
	long id = strtol(text, &end, 10);

	if (*text < '0' || *text > '9') {
		id = nmreq_get_mem_id(&rest, nmctx_get());
		end = strchr(text, '\0');
	}
	if (id < 1 || id > UINT16_MAX || *end != '\0') {
		fprintf(stderr, "vale-ctl: -m %s: neither a region's number nor a port\n", text);
		exit(1);
	}
	c->mem_id = (uint16_t)id;
}

static void
parse(struct command *c, int argc, char **argv)
{
	static const struct option words[] = {{"help", no_argument, NULL, 'H'}, {0}};
	int letter;

	while ((letter = getopt_long(argc, argv, "a:h:d:n:r:g:l:p:P:C:m:v", words, NULL)) != -1) {
		switch (letter) {
		case 'C': parse_conf(c, optarg); break;
		case 'm': parse_mem_id(c, optarg); break;
		case 'v': c->verbose = 1; break;
		case 'H': usage(0);
		case '?': usage(1);
		default: set_action(c, letter, optarg);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "vale-ctl: %s: unexpected argument\n", argv[optind]);
		usage(1);
	}
}

int
main(int argc, char **argv)
{
	struct command c = {0};

	parse(&c, argc, argv);
	return run(&c);
}
