// SPDX-License-Identifier: BSD-2-Clause
#define NETMAP_WITH_LIBS
#include "addresses.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <net/netmap_user.h>
#include <sys/socket.h>
#ifdef __FreeBSD__
#include <ifaddrs.h>
#include <net/if_dl.h>
#endif

#define DEFAULT_PORT 1234

struct endpoint {
	uint8_t bytes[16];
	uint32_t low; // host order
	uint16_t port;
};

// Cuts "IP", "IP:PORT", "[IPv6]:PORT" in two; NULL if there is no port.
static char *
cut_port(char *text, char **ip)
{
	char *colon = strrchr(text, ':'), *bracket = strchr(text, ']');

	*ip = text;
	if (*text == '[' && bracket) {
		*ip = text + 1;
		*bracket = '\0';
		return bracket[1] == ':' ? bracket + 2 : NULL;
	}
	if (!colon || strchr(text, ':') != colon)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

static int
parse_port(const char *text, uint16_t *port)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end != '\0' || value < 0 || value > UINT16_MAX)
		return -1;
	*port = (uint16_t)value;
	return 0;
}

static int
parse_endpoint(struct endpoint *e, char *text, int family, uint16_t default_port)
{
	char *ip, *port = cut_port(text, &ip);
	uint32_t low;

	e->port = default_port;
	if (inet_pton(family, ip, e->bytes) != 1)
		return -1;
	memcpy(&low, e->bytes + (family == AF_INET6 ? 12 : 0), sizeof(low));
	e->low = ntohl(low);
	return port ? parse_port(port, &e->port) : 0;
}

int
endpoint_range_parse(struct endpoint_range *range, const char *text, int family)
{
	struct endpoint first, last;
	char copy[160], *dash;

	if (strlen(text) >= sizeof(copy))
		return -1;
	strcpy(copy, text);
	dash = strchr(copy, '-');
	if (dash)
		*dash++ = '\0';
	if (parse_endpoint(&first, copy, family, DEFAULT_PORT) == -1)
		return -1;
	last = first;
	if (dash && parse_endpoint(&last, dash, family, first.port) == -1)
		return -1;
	range->text = text;
	memcpy(range->ipv6, first.bytes, sizeof(range->ipv6));
	range->first = first.low < last.low ? first.low : last.low;
	range->last = first.low < last.low ? last.low : first.low;
	range->port_first = first.port < last.port ? first.port : last.port;
	range->port_last = first.port < last.port ? last.port : first.port;
	return 0;
}

int
endpoint_range_is_single(const struct endpoint_range *range)
{
	return range->first == range->last && range->port_first == range->port_last;
}

static const char *
address_text(const struct endpoint_range *range, uint32_t low, int family, char *text, socklen_t size)
{
	uint32_t net = htonl(low);
	uint8_t bytes[16];

	memcpy(bytes, range->ipv6, sizeof(bytes));
	memcpy(bytes + (family == AF_INET6 ? 12 : 0), &net, sizeof(net));
	return inet_ntop(family, bytes, text, size);
}

void
endpoint_range_log(const struct endpoint_range *range, int family)
{
	char first[INET6_ADDRSTRLEN], last[INET6_ADDRSTRLEN];

	D("range is %s:%d to %s:%d", address_text(range, range->first, family, first, sizeof(first)),
		range->port_first, address_text(range, range->last, family, last, sizeof(last)),
		range->port_last);
}

int
mac_parse(struct mac *mac, const char *text)
{
	unsigned int b[6];
	int end = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		    &end) != 6 ||
		text[end] != '\0')
		return -1;
	for (int i = 0; i < 6; i++)
		mac->byte[i] = (uint8_t)b[i];
	return 0;
}

const char *
mac_text(const struct mac *mac, char text[MAC_TEXT_SIZE])
{
	const uint8_t *b = mac->byte;

	snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		b[5]);
	return text;
}

static int
ask_device(struct ifreq *request, const char *device, unsigned long what)
{
	int result, fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd == -1)
		return -1;
	memset(request, 0, sizeof(*request));
	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", device);
	result = ioctl(fd, what, request);
	close(fd);
	return result;
}

#ifdef __FreeBSD__

static int
is_mac_of(const struct ifaddrs *address, const char *device)
{
	return strcmp(address->ifa_name, device) == 0 && address->ifa_addr &&
	       address->ifa_addr->sa_family == AF_LINK;
}

int
mac_of_device(struct mac *mac, const char *device)
{
	struct ifaddrs *all, *a;
	int result = -1;

	if (getifaddrs(&all) == -1)
		return -1;
	for (a = all; a && result == -1; a = a->ifa_next) {
		if (!is_mac_of(a, device))
			continue;
		memcpy(mac->byte, LLADDR((struct sockaddr_dl *)a->ifa_addr), sizeof(mac->byte));
		result = 0;
	}
	freeifaddrs(all);
	return result;
}

#else

int
mac_of_device(struct mac *mac, const char *device)
{
	struct ifreq request;

	if (ask_device(&request, device, SIOCGIFHWADDR) == -1)
		return -1;
	memcpy(mac->byte, request.ifr_hwaddr.sa_data, sizeof(mac->byte));
	return 0;
}

#endif

int
mtu_of_device(const char *device)
{
	struct ifreq request;

	return ask_device(&request, device, SIOCGIFMTU) == -1 ? -1 : request.ifr_mtu;
}
