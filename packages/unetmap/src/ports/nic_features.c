// SPDX-License-Identifier: BSD-2-Clause
#include "ports/nic_features.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "core/sys.h"

// Newer than the headers that this must build with.
enum { DEV_GET = 1, DEV_IFINDEX = 1, DEV_XDP_FEATURES = 3 };

enum { MESSAGE_BYTES = 8192, ATTRIBUTE_BYTES = 32 };

struct request {
	struct nlmsghdr h;
	struct genlmsghdr g;
	struct nlattr attr;
	char value[ATTRIBUTE_BYTES];
};

static int ask(int fd, uint16_t family, uint8_t command, uint16_t attr, const void *value, uint16_t bytes)
{
	struct request r = {
		.h = {.nlmsg_type = family, .nlmsg_flags = NLM_F_REQUEST},
		.g = {.cmd = command, .version = 1},
		.attr = {.nla_type = attr, .nla_len = NLA_HDRLEN + bytes},
	};

	memcpy(r.value, value, bytes);
	r.h.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_ALIGN(r.attr.nla_len);
	return send(fd, &r, r.h.nlmsg_len, 0) < 0 ? -errno : 0;
}

// ---- attributes ----

struct attributes {
	const char *at, *end;
};

static const struct nlattr *next_attribute(struct attributes *a)
{
	const struct nlattr *attr = (const struct nlattr *)a->at;

	if (a->end - a->at < NLA_HDRLEN || attr->nla_len < NLA_HDRLEN || attr->nla_len > a->end - a->at)
		return NULL;
	a->at += NLA_ALIGN(attr->nla_len);
	return attr;
}

static const void *value_of(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static struct attributes inside(const struct nlattr *attr)
{
	return (struct attributes){value_of(attr), (const char *)attr + attr->nla_len};
}

static struct attributes inside_message(const struct nlmsghdr *h)
{
	const char *start = (const char *)NLMSG_DATA(h);

	return (struct attributes){start + GENL_HDRLEN, (const char *)h + h->nlmsg_len};
}

static uint64_t number(const struct nlattr *attr)
{
	uint64_t n = 0;
	const size_t bytes = attr->nla_len - NLA_HDRLEN;

	memcpy(&n, value_of(attr), bytes < sizeof n ? bytes : sizeof n);
	return n;
}

static const struct nlattr *find(struct attributes a, uint16_t type)
{
	const struct nlattr *attr;

	while ((attr = next_attribute(&a)) && (attr->nla_type & NLA_TYPE_MASK) != type)
		;
	return attr;
}

// ---- the family ----

static uint32_t only_group(const struct nlattr *groups)
{
	struct attributes list = inside(groups);
	const struct nlattr *group = next_attribute(&list);
	const struct nlattr *id = group ? find(inside(group), CTRL_ATTR_MCAST_GRP_ID) : NULL;

	return id ? number(id) : 0;
}

// The first group is the one of devices; those of page pools and the like came later.
static int join(int fd, uint16_t *family)
{
	char message[MESSAGE_BYTES];
	const struct nlmsghdr *h = (const struct nlmsghdr *)message;
	const struct nlattr *id, *groups;
	ssize_t got = recv(fd, message, sizeof message, 0);
	uint32_t group;

	if (got < 0)
		return -errno;
	if (!NLMSG_OK(h, got) || h->nlmsg_type != GENL_ID_CTRL)
		return -EOPNOTSUPP;
	id = find(inside_message(h), CTRL_ATTR_FAMILY_ID);
	groups = find(inside_message(h), CTRL_ATTR_MCAST_GROUPS);
	if (!id || !groups)
		return -EOPNOTSUPP;
	*family = number(id);
	group = only_group(groups);
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) ? -errno : 0;
}

int nic_features_open(uint16_t *family)
{
	static const char name[] = "netdev";
	int fd = sys_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
	int error = fd < 0 ? fd : ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, name, sizeof name);

	if (!error)
		error = join(fd, family);
	if (error && fd >= 0)
		sys_close(fd);
	return error ? error : fd;
}

void nic_features_ask(int fd, uint16_t family, int ifindex)
{
	ask(fd, family, DEV_GET, DEV_IFINDEX, &ifindex, sizeof ifindex);
}

// ---- news ----

static int is_of(const struct nlmsghdr *h, uint16_t family, int ifindex)
{
	const struct nlattr *attr = h->nlmsg_type == family ? find(inside_message(h), DEV_IFINDEX) : NULL;

	return attr && number(attr) == (uint32_t)ifindex;
}

static int read_message(const char *message, ssize_t left, uint16_t family, int ifindex, uint64_t *features)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)message;
	int found = 0;

	for (; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
		const struct nlattr *attr = is_of(h, family, ifindex) ? find(inside_message(h), DEV_XDP_FEATURES) : NULL;

		if (!attr)
			continue;
		*features = number(attr);
		found = 1;
	}
	return found;
}

int nic_features_news(int fd, uint16_t family, int ifindex, uint64_t *features)
{
	char message[MESSAGE_BYTES];
	int found = 0;
	ssize_t got;

	while ((got = recv(fd, message, sizeof message, MSG_DONTWAIT)) > 0 || (got < 0 && errno == ENOBUFS)) {
		if (got < 0)
			nic_features_ask(fd, family, ifindex);
		else
			found |= read_message(message, got, family, ifindex, features);
	}
	return found;
}

// ---- the other end ----

struct link_request {
	struct nlmsghdr h;
	struct ifinfomsg link;
	struct nlattr attr;
	int32_t namespace;
};

static const struct nlattr *in_link(const struct nlmsghdr *h, uint16_t type)
{
	const char *start = (const char *)NLMSG_DATA(h);
	const struct attributes all = {start + NLMSG_ALIGN(sizeof(struct ifinfomsg)), (const char *)h + h->nlmsg_len};

	return find(all, type);
}

// `namespace`: as this one numbers it; -1 = this one. NULL if there is no such device, or it is not for us.
static const struct nlmsghdr *ask_link(int fd, int ifindex, int namespace, char *message)
{
	struct link_request r = {
		.h = {.nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST},
		.link = {.ifi_index = ifindex},
		.attr = {.nla_type = IFLA_TARGET_NETNSID, .nla_len = NLA_HDRLEN + sizeof r.namespace},
		.namespace = namespace,
	};
	const struct nlmsghdr *h = (const struct nlmsghdr *)message;
	ssize_t got;

	r.h.nlmsg_len = namespace < 0 ? offsetof(struct link_request, attr) : sizeof r;
	if (send(fd, &r, r.h.nlmsg_len, 0) < 0)
		return NULL;
	got = recv(fd, message, MESSAGE_BYTES, 0);
	return got > 0 && NLMSG_OK(h, got) && h->nlmsg_type == RTM_NEWLINK ? h : NULL;
}

static int has_program(const struct nlmsghdr *h)
{
	const struct nlattr *xdp = h ? in_link(h, IFLA_XDP) : NULL;
	const struct nlattr *attached = xdp ? find(inside(xdp), IFLA_XDP_ATTACHED) : NULL;

	return attached && *(const uint8_t *)value_of(attached) != XDP_ATTACHED_NONE;
}

int nic_peer_has_program(int ifindex)
{
	char message[MESSAGE_BYTES];
	int fd = sys_result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)), has = 0;
	const struct nlmsghdr *h = fd < 0 ? NULL : ask_link(fd, ifindex, -1, message);
	const struct nlattr *peer = h ? in_link(h, IFLA_LINK) : NULL;
	const struct nlattr *namespace = h ? in_link(h, IFLA_LINK_NETNSID) : NULL;

	if (peer)
		has = has_program(ask_link(fd, number(peer), namespace ? (int)number(namespace) : -1, message));
	if (fd >= 0)
		sys_close(fd);
	return has;
}
