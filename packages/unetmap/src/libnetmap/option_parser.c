// SPDX-License-Identifier: BSD-2-Clause
//
// "@name:key=value,key=value@name:..." by tables of option names and keys.
#include <libnetmap.h>
#include <errno.h>
#include <string.h>

static int
refuse(struct nmctx *ctx, int error, const char *option, const char *why)
{
	nmctx_ferror(ctx, "option '%s': %s", option, why);
	errno = error;
	return -1;
}

static struct nmreq_opt_parser *
find_parser(struct nmreq_opt_parser *parser, const char *name)
{
	while (parser && strcmp(parser->prefix, name) != 0)
		parser = parser->next;
	return parser;
}

static const struct nmreq_opt_key *
find_key(const struct nmreq_opt_parser *parser, const char *name)
{
	for (int i = 0; i < parser->nr_keys; i++)
		if (strcmp(parser->keys[i].key, name) == 0)
			return &parser->keys[i];
	return NULL;
}

// One "key=value", "key" or, for the default key, "value"; text is cut up.
static const char *
take_key(const struct nmreq_opt_parser *parser, char *text, struct nmreq_parse_ctx *parse)
{
	char *value = strchr(text, '=');
	const struct nmreq_opt_key *key;

	if (value)
		*value++ = '\0';
	key = find_key(parser, text);
	if (!key && !value && parser->default_key >= 0) {
		parse->keys[parser->default_key] = text;
		return NULL;
	}
	if (!key)
		return "it has no such key";
	if (!value && !(key->flags & NMREQ_OPTK_ALLOWEMPTY))
		return "a key is without its '=value'";
	parse->keys[key->id] = value ? value : "";
	return NULL;
}

static const char *
take_keys(const struct nmreq_opt_parser *parser, char *body, struct nmreq_parse_ctx *parse)
{
	const char *why = NULL;

	while (body && *body && !why)
		why = take_key(parser, strsep(&body, ","), parse);
	for (int i = 0; i < parser->nr_keys && !why; i++)
		if ((parser->keys[i].flags & NMREQ_OPTK_MUSTSET) && !parse->keys[parser->keys[i].id])
			why = "a key that it needs is missing";
	return why;
}

static int
decode_one(char *option, struct nmreq_opt_parser *parsers, void *token, struct nmctx *ctx)
{
	struct nmreq_parse_ctx parse = {.ctx = ctx, .token = token};
	const char *name = strsep(&option, ":");
	struct nmreq_opt_parser *parser = find_parser(parsers, name);
	const char *why;

	if (!parser)
		return refuse(ctx, EINVAL, name, "unknown");
	if (parser->flags & NMREQ_OPTF_DISABLED)
		return refuse(ctx, EOPNOTSUPP, name, "disabled");
	if ((!option || !*option) && !(parser->flags & NMREQ_OPTF_ALLOWEMPTY))
		return refuse(ctx, EINVAL, name, "it needs ':' and keys");
	why = take_keys(parser, option, &parse);
	if (why)
		return refuse(ctx, EINVAL, name, why);
	return parser->parse(&parse);
}

int
nmreq_options_decode(const char *options, struct nmreq_opt_parser *parsers, void *token,
	struct nmctx *ctx)
{
	size_t size = strlen(options) + 1;
	char *copy, *rest;
	int result = 0;

	if (*options == '\0')
		return 0;
	if (*options != '@')
		return refuse(ctx, EINVAL, options, "options begin with '@'");
	copy = nmctx_malloc(ctx, size);
	if (!copy)
		return refuse(ctx, ENOMEM, options, "no memory");
	rest = memcpy(copy, options, size);
	for (rest++; rest && result == 0;)
		result = decode_one(strsep(&rest, "@"), parsers, token, ctx);
	nmctx_free(ctx, copy);
	return result;
}
