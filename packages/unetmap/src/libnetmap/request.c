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

// End of "vale[SWITCH]:[PORT]", or NULL with *why set.
static const char *
skip_vale_name(const char *s, const char **why)
{
	s = skip_word(s + strlen(NM_BDG_NAME));
	if (*s != ':') {
		*why = "a switch's name is letters, digits and underscores, then ':'";
		return NULL;
	}
	return skip_word(s + 1);
}

static const char *
skip_device_name(const char *s, const char **why)
{
	const char *end = s + strcspn(s, "-*^{}/@");

	if (end == s) {
		*why = "the port's name is empty";
		return NULL;
	}
	return end;
}

static const char *
skip_pipe_id(const char *s, const char **why)
{
	const char *end = s;

	if (*s != '{' && *s != '}')
		return s;
	end = skip_word(s + 1);
	if (end == s + 1) {
		*why = "a pipe needs an id of letters, digits and underscores after its brace";
		return NULL;
	}
	return end;
}

static const char *
skip_name(const char *bare, int prefixed, const char **why)
{
	const char *end;

	if (strncmp(bare, NM_BDG_NAME, strlen(NM_BDG_NAME)) == 0) {
		end = skip_vale_name(bare, why);
	} else if (prefixed) {
		end = skip_device_name(bare, why);
	} else {
		*why = "a port's name begins with 'netmap:' or 'vale'";
		return NULL;
	}
	return end ? skip_pipe_id(end, why) : NULL;
}

int
nmreq_header_decode(const char **spec, struct nmreq_header *hdr, struct nmctx *ctx)
{
	static const char prefix[] = "netmap:";
	int prefixed = strncmp(*spec, prefix, strlen(prefix)) == 0;
	const char *why = NULL, *bare = *spec + (prefixed ? strlen(prefix) : 0);
	const char *end = skip_name(bare, prefixed, &why);

	if (!end)
		return refuse(ctx, *spec, why);
	if ((size_t)(end - bare) >= sizeof(hdr->nr_name))
		return refuse(ctx, *spec, "the port's name is longer than 63 characters");
	memset(hdr->nr_name, 0, sizeof(hdr->nr_name));
	memcpy(hdr->nr_name, bare, (size_t)(end - bare));
	*spec = end;
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
	const char *letters = s + 1;

	if (*s != '/')
		return s;
	for (s = letters; letter_flag(*s) != 0; s++)
		reg->nr_flags |= letter_flag(*s);
	return s == letters ? NULL : s;
}

// "@N"; "@name:..." is an option and stays.
static const char *
take_mem_id(const char *s, struct nmreq_register *reg)
{
	if (s[0] != '@' || (is_word_char(s[1]) && !(s[1] >= '0' && s[1] <= '9')))
		return s;
	return take_number(s + 1, 1, UINT16_MAX, &reg->nr_mem_id);
}

int
nmreq_register_decode(const char **spec, struct nmreq_register *reg, struct nmctx *ctx)
{
	struct nmreq_register found = *reg;
	const char *s = take_rings(*spec, &found);

	if (!s)
		return refuse(ctx, *spec, "a ring's number from 0 to 4094 must follow '-' or '^'");
	s = take_flags(s, &found);
	if (!s)
		return refuse(ctx, *spec, "letters of x z t r T R must follow '/'");
	s = take_mem_id(s, &found);
	if (!s)
		return refuse(ctx, *spec, "a region's number from 1 or an option must follow '@'");
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
