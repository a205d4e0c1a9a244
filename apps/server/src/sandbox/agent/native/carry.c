// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "capabilities.h"
#include "carry.h"
#include "rendezvous.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_CHANNELS 1100

struct channel {
	uint32_t number;
	int agent;             /* -1: closed, and about to be forgotten */
	uint32_t credit;       /* bytes that the server still takes */
	char *waiting;         /* from the server, which the agent does not take yet; CARRY_WINDOW bytes, or NULL */
	size_t start, end;     /* of what waits */
};

static struct channel channels[MOST_CHANNELS];
static int channel_count;
static char from_server[CARRY_HEADER_BYTES + CARRY_MOST_BODY];
static size_t have;

static void write_out(const char *from, size_t length)
{
	while (length > 0) {
		ssize_t n = write(1, from, length);
		if (n < 0 && errno != EINTR)
			_exit(0);
		if (n > 0) {
			from += n;
			length -= n;
		}
	}
}

/* `frame` has room for the header before its body. */
static void tell(char *frame, uint32_t channel, enum carry_kind kind, uint32_t length)
{
	memcpy(frame, &channel, sizeof(channel));
	frame[4] = (char)kind;
	memcpy(frame + 5, &length, sizeof(length));
	write_out(frame, CARRY_HEADER_BYTES + length);
}

static void tell_closed(uint32_t channel)
{
	char frame[CARRY_HEADER_BYTES];

	tell(frame, channel, CARRY_CLOSE, 0);
}

static void give_credit(uint32_t channel, uint32_t bytes)
{
	char frame[CARRY_HEADER_BYTES + sizeof(bytes)];

	memcpy(frame + CARRY_HEADER_BYTES, &bytes, sizeof(bytes));
	tell(frame, channel, CARRY_CREDIT, sizeof(bytes));
}

static struct channel *find(uint32_t number)
{
	for (int i = 0; i < channel_count; i++)
		if (channels[i].number == number && channels[i].agent >= 0)
			return &channels[i];
	return NULL;
}

static void shut(struct channel *c)
{
	close(c->agent);
	free(c->waiting);
	c->agent = -1;
	c->waiting = NULL;
}

static void forget_closed(void)
{
	int kept = 0;

	for (int i = 0; i < channel_count; i++)
		if (channels[i].agent >= 0)
			channels[kept++] = channels[i];
	channel_count = kept;
}

static void open_channel(uint32_t number)
{
	int agent = channel_count < MOST_CHANNELS ? rendezvous_connect() : -1;

	if (agent < 0)
		tell_closed(number);
	else
		channels[channel_count++] = (struct channel){ .number = number, .agent = agent, .credit = CARRY_WINDOW };
}

static void fail(struct channel *c)
{
	tell_closed(c->number);
	shut(c);
}

/* Passes on what the agent takes now. */
static void push(struct channel *c)
{
	ssize_t n = send(c->agent, c->waiting + c->start, c->end - c->start, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		fail(c);
		return;
	}
	if (n <= 0)
		return;
	c->start += n;
	if (c->start == c->end)
		c->start = c->end = 0;
	give_credit(c->number, n);
}

static void take(struct channel *c, const char *body, uint32_t length)
{
	if (c->waiting == NULL)
		c->waiting = malloc(CARRY_WINDOW);
	if (c->waiting == NULL || c->end - c->start + length > CARRY_WINDOW) {
		fail(c);
		return;
	}
	if (c->end + length > CARRY_WINDOW) {
		memmove(c->waiting, c->waiting + c->start, c->end - c->start);
		c->end -= c->start;
		c->start = 0;
	}
	memcpy(c->waiting + c->end, body, length);
	c->end += length;
	push(c);
}

static void add_credit(struct channel *c, const char *body, uint32_t length)
{
	uint32_t bytes;

	if (length != sizeof(bytes))
		return;
	memcpy(&bytes, body, sizeof(bytes));
	c->credit += bytes;
}

static void handle(uint32_t number, uint8_t kind, const char *body, uint32_t length)
{
	struct channel *c = find(number);

	if (kind == CARRY_OPEN && c == NULL)
		open_channel(number);
	else if (c == NULL)
		return;
	else if (kind == CARRY_DATA)
		take(c, body, length);
	else if (kind == CARRY_CREDIT)
		add_credit(c, body, length);
	else if (kind == CARRY_CLOSE)
		shut(c);
}

/* Returns the length of the first whole frame, 0 when there is none yet. */
static size_t whole_frame(uint32_t *length)
{
	if (have < CARRY_HEADER_BYTES)
		return 0;
	memcpy(length, from_server + 5, sizeof(*length));
	if (*length > CARRY_MOST_BODY)
		_exit(1);
	return have < CARRY_HEADER_BYTES + *length ? 0 : CARRY_HEADER_BYTES + *length;
}

static void handle_frames(void)
{
	uint32_t number, length;
	size_t size;

	while ((size = whole_frame(&length)) > 0) {
		memcpy(&number, from_server, sizeof(number));
		handle(number, from_server[4], from_server + CARRY_HEADER_BYTES, length);
		have -= size;
		memmove(from_server, from_server + size, have);
	}
}

static void read_server(void)
{
	ssize_t n = read(0, from_server + have, sizeof(from_server) - have);

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		_exit(0);
	if (n > 0)
		have += n;
	handle_frames();
}

static void read_agent(struct channel *c)
{
	static char frame[CARRY_HEADER_BYTES + CARRY_MOST_BODY];
	size_t most = c->credit < CARRY_MOST_BODY ? c->credit : CARRY_MOST_BODY;
	ssize_t n = recv(c->agent, frame + CARRY_HEADER_BYTES, most, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(c);
		return;
	}
	c->credit -= n;
	tell(frame, c->number, CARRY_DATA, n);
}

static short wanted(const struct channel *c)
{
	return (c->credit > 0 ? POLLIN : 0) | (c->end > c->start ? POLLOUT : 0);
}

/* One without credit whose agent hung up is left alone until its last bytes are taken. */
static void serve(struct channel *c, short events)
{
	if (events & POLLOUT)
		push(c);
	if (c->agent >= 0 && c->credit > 0 && events & (POLLIN | POLLHUP | POLLERR))
		read_agent(c);
}

static void turn(void)
{
	static struct pollfd fds[MOST_CHANNELS + 1];
	int count = channel_count;

	fds[0] = (struct pollfd){ 0, POLLIN, 0 };
	for (int i = 0; i < count; i++) {
		short events = wanted(&channels[i]);
		fds[i + 1] = (struct pollfd){ events ? channels[i].agent : -1, events, 0 };
	}
	if (poll(fds, count + 1, -1) < 0)
		return;
	for (int i = 0; i < count; i++)
		if (fds[i + 1].revents)
			serve(&channels[i], fds[i + 1].revents);
	if (fds[0].revents)
		read_server();
	forget_closed();
}

/*
 * Where the container's filter lets its processes make namespaces, this one was started with the right to: it goes into one
 * of its own, because only there it can give up what it could be given again. Elsewhere there is nothing to give up.
 */
static void drop_rights(void)
{
	unshare(CLONE_NEWUSER);
	if (capabilities_only(0) < 0)
		_exit(1);
}

int carry_main(void)
{
	drop_rights();
	prctl(PR_SET_DUMPABLE, 0);
	for (;;)
		turn();
}
