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
	"  -C LIST     for -n: TXSLOTS[,RXSLOTS[,TXRINGS[,RXRINGS]]]; for -p: CPU[,CPUS]\n"
	"  -m ID       memory region for -a, -h and -n\n"
	"  -v          say more\n"
	"  --help      this text\n";

struct command {
	int action; // the option's letter; 0 = list all
	const char *name;
	uint32_t conf[4];
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
	return 1;
}

static int
show_indices(const struct command *c)
{
	struct nmreq_vale_list at = {0};

	if (request(c->name, NETMAP_REQ_VALE_LIST, &at, NULL) == -1)
		return failed("obtain bridge info for", c->name);
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

static int
attach(const struct command *c)
{
	struct nmreq_vale_attach body = {0};

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
	struct nmreq_vale_newif body = {
		.nr_tx_slots = c->conf[0],
		.nr_rx_slots = c->conf[1],
		.nr_tx_rings = (uint16_t)c->conf[2],
		.nr_rx_rings = (uint16_t)c->conf[3],
		.nr_mem_id = c->mem_id,
	};

	return request(c->name, NETMAP_REQ_VALE_NEWIF, &body, NULL) == -1 ? failed("create", c->name) : 0;
}

static int
destroy(const struct command *c)
{
	return request(c->name, NETMAP_REQ_VALE_DELIF, NULL, NULL) == -1 ? failed("remove", c->name) : 0;
}

static int
set_polling(const struct command *c)
{
	int on = c->action == 'p';
	struct nmreq_vale_polling body = {
		.nr_mode = c->conf[1] > 1 ? NETMAP_POLLING_MODE_MULTI_CPU
					  : NETMAP_POLLING_MODE_SINGLE_CPU,
		.nr_first_cpu_id = c->conf[0],
		.nr_num_polling_cpus = c->conf[1] > 1 ? c->conf[1] : 1,
	};
	uint16_t type = on ? NETMAP_REQ_VALE_POLLING_ENABLE : NETMAP_REQ_VALE_POLLING_DISABLE;

	if (request(c->name, type, &body, NULL) == -1)
		return failed(on ? "start polling" : "stop polling", c->name);
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
	case 'p':
	case 'P': return set_polling(c);
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
	c->action = action;
	c->name = name;
}

static void
parse_conf(struct command *c, const char *text)
{
	if (sscanf(text, "%u,%u,%u,%u", &c->conf[0], &c->conf[1], &c->conf[2], &c->conf[3]) < 1) {
		fprintf(stderr, "vale-ctl: -C %s: not numbers with commas\n", text);
		usage(1);
	}
}

static void
parse(struct command *c, int argc, char **argv)
{
	static const struct option words[] = {{"help", no_argument, NULL, 'H'}, {0}};
	int letter;

	while ((letter = getopt_long(argc, argv, "a:h:d:n:r:g:l:p:P:C:m:v", words, NULL)) != -1) {
		switch (letter) {
		case 'C': parse_conf(c, optarg); break;
		case 'm': c->mem_id = (uint16_t)atoi(optarg); break;
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
