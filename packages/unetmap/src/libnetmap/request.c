// SPDX-License-Identifier: BSD-2-Clause
//
// From text to the two structures of a register request: the bare name goes into the
// header, the suffixes into the body.
#include <libnetmap.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICE_PREFIX "netmap:"

void
nmreq_header_init(struct nmreq_header *hdr, uint16_t reqtype, void *body)
{
	memset(hdr, 0, sizeof(*hdr));
	hdr->nr_version = NETMAP_API;
	hdr->nr_reqtype = reqtype;
	hdr->nr_body = (uintptr_t)body;
}

static int
is_word_char(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static const char *
skip_word(const char *s)
{
	while (is_word_char(*s))
		s++;
	return s;
}

static int
refuse(struct nmctx *ctx, const char *spec, const char *why)
{
	nmctx_ferror(ctx, "'%s': %s", spec, why);
	errno = EINVAL;
	return -1;
}

// What stands before the name, or NULL with *why set. "netmap:" is no part of it, "vale0:" is.
static const char *
skip_prefix(const char *s, const char **why)
{
	const char *end;

	if (strncmp(s, DEVICE_PREFIX, strlen(DEVICE_PREFIX)) == 0)
		return s + strlen(DEVICE_PREFIX);
	*why = "a port's name begins with '" DEVICE_PREFIX "' or '" NM_BDG_NAME "'";
	if (strncmp(s, NM_BDG_NAME, strlen(NM_BDG_NAME)) != 0)
		return NULL;
	end = skip_word(s + strlen(NM_BDG_NAME));
	*why = "a switch's name is letters, digits and underscores, then ':'";
	return *end == ':' ? end + 1 : NULL;
}

// What is wrong with the pipe's id in a name of so many bytes. Only a port's suffix may follow an
// empty one.
static const char *
pipe_fault(const char *name, size_t bytes)
{
	const char *end = name + bytes, *brace = name + strcspn(name, "{}");

	if (brace >= end)
		return NULL;
	if (brace + 1 == end && *end == '\0')
		return "a pipe needs an id after its brace";
	if (skip_word(brace + 1) < end)
		return "a pipe's id is letters, digits and underscores";
	return NULL;
}

static const char *
name_fault(const char *name, const char *port, size_t bytes)
{
	if (bytes == 0)
		return "the port's name is empty";
	if (bytes >= NETMAP_REQ_IFNAMSIZ)
		return "the port's name is longer than 63 characters";
	return pipe_fault(port, bytes - (size_t)(port - name));
}

int
nmreq_header_decode(const char **spec, struct nmreq_header *hdr, struct nmctx *ctx)
{
	const char *why = NULL, *port = skip_prefix(*spec, &why), *name = *spec;
	size_t bytes;

	if (!port)
		return refuse(ctx, *spec, why);
	if (strncmp(name, DEVICE_PREFIX, strlen(DEVICE_PREFIX)) == 0)
		name = port;
	bytes = (size_t)(port - name) + strcspn(port, "-*^/@");
	why = name_fault(name, port, bytes);
	if (why)
		return refuse(ctx, *spec, why);
	memset(hdr->nr_name, 0, sizeof(hdr->nr_name));
	memcpy(hdr->nr_name, name, bytes);
	*spec = name + bytes;
	return 0;
}

// A decimal number in [min, max]; returns what follows it, or NULL.
static const char *
take_number(const char *s, long min, long max, uint16_t *value)
{
	const char *end = s;
	long n = 0;

	while (*end >= '0' && *end <= '9' && n <= max)
		n = n * 10 + (*end++ - '0');
	if (end == s || n < min || n > max)
		return NULL;
	*value = (uint16_t)n;
	return end;
}

static const char *
take_host_rings(const char *s, struct nmreq_register *reg)
{
	if (*s < '0' || *s > '9') {
		reg->nr_mode = NR_REG_SW;
		return s;
	}
	reg->nr_mode = NR_REG_ONE_SW;
	return take_number(s, 0, NETMAP_RING_MASK - 1, &reg->nr_ringid);
}

static const char *
take_rings(const char *s, struct nmreq_register *reg)
{
	switch (*s) {
	case '-':
		reg->nr_mode = NR_REG_ONE_NIC;
		return take_number(s + 1, 0, NETMAP_RING_MASK - 1, &reg->nr_ringid);
	case '^':
		return take_host_rings(s + 1, reg);
	case '*':
		reg->nr_mode = NR_REG_NIC_SW;
		return s + 1;
	default:
		reg->nr_mode = NR_REG_ALL_NIC;
		return s;
	}
}

static uint64_t
letter_flag(int c)
{
	switch (c) {
	case 'x': return NR_EXCLUSIVE;
	case 'z': return NR_ZCOPY_MON;
	case 't': return NR_MONITOR_TX;
	case 'r': return NR_MONITOR_RX;
	case 'T': return NR_TX_RINGS_ONLY;
	case 'R': return NR_RX_RINGS_ONLY;
	default: return 0;
	}
}

static const char *
take_flags(const char *s, struct nmreq_register *reg)
{
	for (; letter_flag(*s) != 0; s++)
		reg->nr_flags |= letter_flag(*s);
	return s;
}

static int
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

// A region's number. Once there is one, only the same may be asked for again.
static const char *
take_mem_id(const char *s, struct nmreq_register *reg)
{
	uint16_t asked;
	const char *end = take_number(s, 1, UINT16_MAX, &asked);

	if (!end || (reg->nr_mem_id != 0 && reg->nr_mem_id != asked))
		return NULL;
	reg->nr_mem_id = asked;
	return end;
}

// "/" and flags and "@" and a region, as often as they come. Flags are needed where the name ends
// behind "/", and end at an "@"; "@name" is an option and stays.
static const char *
take_suffixes(const char *s, struct nmreq_register *reg, const char **why)
{
	const char *letters;

	while (*s == '/' || (*s == '@' && (s[1] == '\0' || is_digit(s[1])))) {
		if (*s == '/') {
			letters = s + 1;
			s = take_flags(letters, reg);
			*why = "letters of x z t r T R must follow '/'";
			if ((*s == '\0' && s == letters) || (*s != '\0' && *s != '@'))
				return NULL;
		} else {
			s = take_mem_id(s + 1, reg);
			*why = "a region's number from 1, one for the whole name, or an option must follow '@'";
			if (!s)
				return NULL;
		}
	}
	return s;
}

int
nmreq_register_decode(const char **spec, struct nmreq_register *reg, struct nmctx *ctx)
{
	struct nmreq_register found = *reg;
	const char *why = "a ring's number from 0 to 4094 must follow '-' or '^'", *s;

	found.nr_ringid = 0;
	found.nr_flags = 0;
	s = take_rings(*spec, &found);
	if (s)
		s = take_suffixes(s, &found, &why);
	if (!s)
		return refuse(ctx, *spec, why);
	if (*s != '\0' && *s != '@')
		return refuse(ctx, s, "not understood at the end of a port's name");
	*reg = found;
	*spec = s;
	return 0;
}

static int
ask_engine(struct nmreq_header *hdr)
{
	int error, result, fd = open(NETMAP_DEVICE_NAME, O_RDWR);

	if (fd == -1)
		return -1;
	result = ioctl(fd, NIOCCTRL, hdr);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

int32_t
nmreq_get_mem_id(const char **spec, struct nmctx *ctx)
{
	struct nmreq_port_info_get info;
	struct nmreq_header hdr;
	const char *s = *spec;

	memset(&info, 0, sizeof(info));
	nmreq_header_init(&hdr, NETMAP_REQ_PORT_INFO_GET, &info);
	if (nmreq_header_decode(&s, &hdr, ctx) == -1)
		return -1;
	if (ask_engine(&hdr) == -1) {
		nmctx_ferror(ctx, "cannot learn the region of '%s': %s", *spec, strerror(errno));
		return -1;
	}
	*spec = s;
	return info.nr_mem_id;
}
