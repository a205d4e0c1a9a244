// SPDX-License-Identifier: BSD-2-Clause
#include "ports/nic_tables.h"

#include <errno.h>
#include <netinet/in.h> // before the kernel's of the same

#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <stdio.h>
#include <sys/socket.h>

#include "core/netlink.h"
#include "core/sys.h"
#include "ports/nic_bpf.h"

// Newer than the headers that this must build with.
enum { AT_DEVICE_INGRESS = 0, AT_DEVICE_EGRESS = 1, OWNED = 2 };

enum { TABLE_NAME_BYTES = 40, REGISTER = NFT_REG_1 };

struct table {
	char name[TABLE_NAME_BYTES];
	struct netlink_request request;
};

// ---- messages of nftables ----

static void message(struct netlink_request *r, uint16_t type, uint16_t flags)
{
	const struct nfgenmsg header = {.nfgen_family = NFPROTO_NETDEV};

	netlink_begin(r, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_ACK | flags, &header, sizeof header);
}

static void batch_edge(struct netlink_request *r, uint16_t type)
{
	const struct nfgenmsg header = {.res_id = htons(NFNL_SUBSYS_NFTABLES)};

	netlink_begin(r, type, 0, &header, sizeof header);
}

static void begin_table(struct table *t, const char *device, const char *what)
{
	t->request.bytes = t->request.overflown = 0;
	snprintf(t->name, sizeof t->name, "unetmap-%s-%s", device, what);
	batch_edge(&t->request, NFNL_MSG_BATCH_BEGIN);
	message(&t->request, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	netlink_put_text(&t->request, NFTA_TABLE_NAME, t->name);
	netlink_put_be32(&t->request, NFTA_TABLE_FLAGS, OWNED);
}

static void put_hook(struct netlink_request *r, const char *device, uint32_t place)
{
	const uint32_t hook = netlink_open(r, NFTA_CHAIN_HOOK);

	netlink_put_be32(r, NFTA_HOOK_HOOKNUM, place);
	netlink_put_be32(r, NFTA_HOOK_PRIORITY, 0);
	netlink_put_text(r, NFTA_HOOK_DEV, device);
	netlink_close(r, hook);
}

// What no rule takes is dropped.
static void add_chain(struct table *t, const char *chain, const char *device, uint32_t place)
{
	message(&t->request, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	netlink_put_text(&t->request, NFTA_CHAIN_TABLE, t->name);
	netlink_put_text(&t->request, NFTA_CHAIN_NAME, chain);
	put_hook(&t->request, device, place);
	netlink_put_text(&t->request, NFTA_CHAIN_TYPE, "filter");
	netlink_put_be32(&t->request, NFTA_CHAIN_POLICY, NF_DROP);
}

// Returns what end_rule takes.
static uint32_t begin_rule(struct table *t, const char *chain)
{
	message(&t->request, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	netlink_put_text(&t->request, NFTA_RULE_TABLE, t->name);
	netlink_put_text(&t->request, NFTA_RULE_CHAIN, chain);
	return netlink_open(&t->request, NFTA_RULE_EXPRESSIONS);
}

static void end_rule(struct table *t, uint32_t rule)
{
	netlink_close(&t->request, rule);
}

// A table that is somebody else's may not be touched, which looks as if none might be made.
static int is_there(int fd, const struct table *t)
{
	struct netlink_request r = {0};

	message(&r, NFT_MSG_GETTABLE, 0);
	netlink_put_text(&r, NFTA_TABLE_NAME, t->name);
	return !netlink_ask(fd, &r);
}

// Makes the table, which lives as long as the socket returned.
static int commit(struct table *t)
{
	int fd = sys_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)), error;

	if (fd < 0)
		return fd;
	batch_edge(&t->request, NFNL_MSG_BATCH_END);
	error = netlink_ask(fd, &t->request);
	if (!error)
		return fd;
	if (error == -EPERM && is_there(fd, t))
		error = -EEXIST;
	sys_close(fd);
	return error;
}

// ---- what rules are made of ----

struct expression {
	uint32_t element, data;
};

static struct expression begin_expression(struct netlink_request *r, const char *name)
{
	struct expression e = {.element = netlink_open(r, NFTA_LIST_ELEM)};

	netlink_put_text(r, NFTA_EXPR_NAME, name);
	e.data = netlink_open(r, NFTA_EXPR_DATA);
	return e;
}

static void end_expression(struct netlink_request *r, struct expression e)
{
	netlink_close(r, e.data);
	netlink_close(r, e.element);
}

static void put_value(struct netlink_request *r, uint16_t type, uint32_t value)
{
	const uint32_t data = netlink_open(r, type);

	netlink_put(r, NFTA_DATA_VALUE, &value, sizeof value);
	netlink_close(r, data);
}

static void put_mark_into_register(struct netlink_request *r)
{
	const struct expression e = begin_expression(r, "meta");

	netlink_put_be32(r, NFTA_META_KEY, NFT_META_MARK);
	netlink_put_be32(r, NFTA_META_DREG, REGISTER);
	end_expression(r, e);
}

static void go_on_if_equal(struct netlink_request *r, uint32_t value)
{
	const struct expression e = begin_expression(r, "cmp");

	netlink_put_be32(r, NFTA_CMP_SREG, REGISTER);
	netlink_put_be32(r, NFTA_CMP_OP, NFT_CMP_EQ);
	put_value(r, NFTA_CMP_DATA, value);
	end_expression(r, e);
}

static void set_register(struct netlink_request *r, uint32_t value)
{
	const struct expression e = begin_expression(r, "immediate");

	netlink_put_be32(r, NFTA_IMMEDIATE_DREG, REGISTER);
	put_value(r, NFTA_IMMEDIATE_DATA, value);
	end_expression(r, e);
}

static void set_mark(struct netlink_request *r, uint32_t value)
{
	struct expression e;

	set_register(r, value);
	e = begin_expression(r, "meta");
	netlink_put_be32(r, NFTA_META_KEY, NFT_META_MARK);
	netlink_put_be32(r, NFTA_META_SREG, REGISTER);
	end_expression(r, e);
}

static void accept_frame(struct netlink_request *r)
{
	const struct expression e = begin_expression(r, "immediate");
	uint32_t data, verdict;

	netlink_put_be32(r, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = netlink_open(r, NFTA_IMMEDIATE_DATA);
	verdict = netlink_open(r, NFTA_DATA_VERDICT);
	netlink_put_be32(r, NFTA_VERDICT_CODE, NF_ACCEPT);
	netlink_close(r, verdict);
	netlink_close(r, data);
	end_expression(r, e);
}

static void send_frame_by(struct netlink_request *r, int ifindex)
{
	struct expression e;

	set_register(r, ifindex);
	e = begin_expression(r, "fwd");
	netlink_put_be32(r, NFTA_FWD_SREG_DEV, REGISTER);
	end_expression(r, e);
}

// ---- the chains ----

static void pass_marked(struct table *t, const char *chain, uint32_t mark)
{
	const uint32_t rule = begin_rule(t, chain);

	put_mark_into_register(&t->request);
	go_on_if_equal(&t->request, mark);
	set_mark(&t->request, 0);
	accept_frame(&t->request);
	end_rule(t, rule);
}

static void redirect(struct table *t, const char *chain, int to)
{
	const uint32_t rule = begin_rule(t, chain);

	set_mark(&t->request, NIC_HOST_MARK);
	send_frame_by(&t->request, to);
	end_rule(t, rule);
}

int nic_tables_only_marked(const char *device)
{
	struct table t;

	begin_table(&t, device, "wire");
	add_chain(&t, "arrives", device, AT_DEVICE_INGRESS);
	pass_marked(&t, "arrives", NIC_HOST_MARK);
	return commit(&t);
}

int nic_tables_join(const char *device, const char *tap, int tap_index, int back_index)
{
	struct table t;

	begin_table(&t, device, "host");
	add_chain(&t, "read", tap, AT_DEVICE_EGRESS);
	pass_marked(&t, "read", NIC_HOST_MARK);
	add_chain(&t, "written", tap, AT_DEVICE_INGRESS);
	redirect(&t, "written", back_index);
	add_chain(&t, "sent", device, AT_DEVICE_EGRESS);
	pass_marked(&t, "sent", NIC_WIRE_MARK);
	redirect(&t, "sent", tap_index);
	return commit(&t);
}

// ---- turning round, by a filter of traffic control ----

// One key, that of everything: no bit of it is looked at.
static void put_classifier(struct netlink_request *r)
{
	_Alignas(struct tc_u32_sel) char bytes[sizeof(struct tc_u32_sel) + sizeof(struct tc_u32_key)] = {0};
	struct tc_u32_sel *selector = (struct tc_u32_sel *)bytes;

	selector->flags = TC_U32_TERMINAL;
	selector->nkeys = 1;
	netlink_put(r, TCA_U32_SEL, bytes, sizeof bytes);
}

static void put_receive_action(struct netlink_request *r, int ifindex)
{
	const struct tc_mirred mirred = {.action = TC_ACT_STOLEN, .eaction = TCA_INGRESS_REDIR, .ifindex = ifindex};
	const uint32_t actions = netlink_open(r, TCA_U32_ACT), first = netlink_open(r, 1);
	uint32_t options;

	netlink_put_text(r, TCA_ACT_KIND, "mirred");
	options = netlink_open(r, TCA_ACT_OPTIONS);
	netlink_put(r, TCA_MIRRED_PARMS, &mirred, sizeof mirred);
	netlink_close(r, options);
	netlink_close(r, first);
	netlink_close(r, actions);
}

static void add_queue(struct netlink_request *r, int ifindex)
{
	const struct tcmsg header = {.tcm_ifindex = ifindex, .tcm_parent = TC_H_CLSACT,
				     .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0)};

	netlink_begin(r, RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
	netlink_put_text(r, TCA_KIND, "clsact");
}

static void add_filter(struct netlink_request *r, int from, int to)
{
	const struct tcmsg header = {.tcm_ifindex = from, .tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
				     .tcm_info = TC_H_MAKE(1 << 16, htons(ETH_P_ALL))};
	uint32_t options;

	netlink_begin(r, RTM_NEWTFILTER, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
	netlink_put_text(r, TCA_KIND, "u32");
	options = netlink_open(r, TCA_OPTIONS);
	put_classifier(r);
	put_receive_action(r, to);
	netlink_close(r, options);
}

int nic_filter_turn(int from, int to)
{
	struct netlink_request r = {0};
	int fd = sys_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)), error;

	if (fd < 0)
		return fd;
	add_queue(&r, from);
	add_filter(&r, from, to);
	error = netlink_ask(fd, &r);
	sys_close(fd);
	return error;
}
