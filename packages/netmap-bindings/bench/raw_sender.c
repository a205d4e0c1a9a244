// SPDX-License-Identifier: BSD-2-Clause
//
// raw_sender DEVICE: 60-byte frames into a device, as fast as sendmmsg() takes them, until killed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { FRAME_BYTES = 60, BATCH = 256 };

int main(int argc, char **argv)
{
	static char frame[FRAME_BYTES];
	struct iovec piece = {frame, sizeof frame};
	struct mmsghdr batch[BATCH] = {0};
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(0x0800)};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	address.sll_ifindex = argc > 1 ? (int)if_nametoindex(argv[1]) : 0;
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address)) {
		perror("raw_sender");
		return 1;
	}
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
	memset(frame, 0xff, 6);
	frame[12] = 8;
	for (int i = 0; i < BATCH; i++)
		batch[i].msg_hdr = (struct msghdr){.msg_iov = &piece, .msg_iovlen = 1};
	for (;;)
		sendmmsg(fd, batch, BATCH, 0);
}
