// SPDX-License-Identifier: BSD-2-Clause
//
// "@name:key=value,key=value@name=value..." by tables of option names and keys.
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

// The first letter of a key is what it is; behind it "-" is as good as "_".
static void
spell_key(char *name)
{
	for (char *c = name; *c && *++c;)
		if (*c == '-')
			*c = '_';
}

// One "key=value", or "key" where it may be empty; text is cut up. "key=" leaves the key unset.
static const char *
take_key(const struct nmreq_opt_parser *parser, char *text, struct nmreq_parse_ctx *parse)
{
	char *value = strchr(text, '=');
	const struct nmreq_opt_key *key;

	if (value)
		*value++ = '\0';
	spell_key(text);
	key = find_key(parser, text);
	if (!key)
		return "it has no such key";
	if (parse->keys[key->id])
		return "a key is there twice";
	if (!value && !(key->flags & NMREQ_OPTK_ALLOWEMPTY))
		return "a key is without its '=value'";
	if (value)
		parse->keys[key->id] = *value ? value : NULL;
	else
		parse->keys[key->id] = text;
	return NULL;
}

static const char *
take_keys(const struct nmreq_opt_parser *parser, char *body, struct nmreq_parse_ctx *parse)
{
	const char *why = NULL;

	if (*body == '\0')
		body = NULL;
	while (body && !why)
		why = take_key(parser, strsep(&body, ","), parse);
	for (int i = 0; i < parser->nr_keys && !why; i++)
		if ((parser->keys[i].flags & NMREQ_OPTK_MUSTSET) && !parse->keys[parser->keys[i].id])
			why = "a key that it needs is missing";
	return why;
}

// What comes behind "name": nothing, "=value" for the default key, or ":" and keys.
static const char *
take_body(const struct nmreq_opt_parser *parser, int delimiter, char *body, struct nmreq_parse_ctx *parse)
{
	if (delimiter == ':')
		return take_keys(parser, body, parse);
	if (delimiter == '\0')
		return parser->flags & NMREQ_OPTF_ALLOWEMPTY ? NULL : "it needs ':' and keys";
	if (parser->default_key < 0)
		return "it takes no '=', but ':' and keys";
	if (*body == '\0')
		return "a value must follow '='";
	parse->keys[parser->default_key] = body;
	return NULL;
}

static int
decode_one(char *name, struct nmreq_opt_parser *parsers, void *token, struct nmctx *ctx)
{
	struct nmreq_parse_ctx parse = {.ctx = ctx, .token = token};
	char *end = name + strcspn(name, ":="), delimiter = *end;
	struct nmreq_opt_parser *parser;
	const char *why;

	*end = '\0';
	parser = find_parser(parsers, name);
	if (!parser)
		return refuse(ctx, EINVAL, name, "unknown");
	if (parser->flags & NMREQ_OPTF_DISABLED)
		return refuse(ctx, EOPNOTSUPP, name, "disabled");
	why = take_body(parser, delimiter, end + 1, &parse);
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
