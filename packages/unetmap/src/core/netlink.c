// SPDX-License-Identifier: BSD-2-Clause
#include "core/netlink.h"

#include <errno.h>
#include <sys/socket.h>

#include "core/sys.h"

enum { ANSWER_BYTES = 8192 };

static void *extend(struct netlink_request *r, uint32_t bytes)
{
	void *at = r->data + r->bytes;

	if (r->overflown || bytes > sizeof r->data - r->bytes) {
		r->overflown = 1;
		return NULL;
	}
	memset(at, 0, bytes);
	r->bytes += bytes;
	return at;
}

// Its length covers what has been added since.
static void stretch_message(struct netlink_request *r)
{
	((struct nlmsghdr *)(r->data + r->last))->nlmsg_len = r->bytes - r->last;
}

void netlink_begin(struct netlink_request *r, uint16_t type, uint16_t flags, const void *header, uint32_t bytes)
{
	const uint32_t start = r->bytes;
	struct nlmsghdr *h = extend(r, NLMSG_SPACE(bytes));

	if (!h)
		return;
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(NLMSG_DATA(h), header, bytes);
	r->last = start;
	stretch_message(r);
}

void netlink_put(struct netlink_request *r, uint16_t type, const void *value, uint32_t bytes)
{
	struct nlattr *attr = extend(r, NLA_ALIGN(NLA_HDRLEN + bytes));

	if (!attr)
		return;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + bytes;
	memcpy((char *)attr + NLA_HDRLEN, value, bytes);
	stretch_message(r);
}

uint32_t netlink_open(struct netlink_request *r, uint16_t type)
{
	const uint32_t opened = r->bytes;

	netlink_put(r, type | NLA_F_NESTED, "", 0);
	return opened;
}

void netlink_close(struct netlink_request *r, uint32_t opened)
{
	if (!r->overflown)
		((struct nlattr *)(r->data + opened))->nla_len = r->bytes - opened;
}

// The first error among the answers in one packet; 1 = all is well so far, 0 = there was no answer.
static int judge(const char *packet, ssize_t left)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)packet;
	int answered = 0;

	for (; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
		const struct nlmsgerr *e = NLMSG_DATA(h);

		if (h->nlmsg_type != NLMSG_ERROR)
			continue;
		if (e->error)
			return e->error;
		answered = 1;
	}
	return answered;
}

// The kernel has answered when the request is sent.
int netlink_ask(int fd, const struct netlink_request *r)
{
	char packet[ANSWER_BYTES];
	int result = 0;
	ssize_t got;

	if (r->overflown)
		return -EMSGSIZE;
	if (send(fd, r->data, r->bytes, 0) < 0)
		return -errno;
	while ((got = recv(fd, packet, sizeof packet, MSG_DONTWAIT)) > 0) {
		const int verdict = judge(packet, got);

		if (result >= 0 && verdict)
			result = verdict;
	}
	return result < 0 ? result : result ? 0 : -EIO;
}
