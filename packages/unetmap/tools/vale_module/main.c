// SPDX-License-Identifier: BSD-2-Clause
//
// vale-module: gives a switch a forwarding function of one's own.
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine.h"
#include "run.h"
#include "usage/usage.h"

enum { DEFAULT_PATIENCE_MS = 1000 };

static const char usage_text[] =
	"Usage: vale-module [--patience MS] run FILE.so SWITCH\n"
	"       vale-module [--patience MS] load FILE.so SWITCH\n"
	"       vale-module unload SWITCH\n"
	"       vale-module list\n"
	"       vale-module config SWITCH TEXT...\n"
	"  run            FILE.so rules SWITCH (vale0:) until interrupted or unloaded\n"
	"  load           the same in the background\n"
	"  unload         the switch learns again\n"
	"  list           switches with modules, and what these were asked and answered\n"
	"  config         send TEXT to the module's config function, print what comes back\n"
	"  --patience MS  take a module off that does not answer for so long (1000); 0 = never\n"
	"  --help         this text\n";

// What died wrote this.
static void
print_printable(const char *text)
{
	for (; *text; text++)
		putchar(isprint((unsigned char)*text) ? *text : '?');
}

static void
print_module(const struct unetmap_module *m)
{
	printf("%s: %s %s", m->sw, m->name, engine_state_word(m->state));
	if (m->state == UNETMAP_MODULE_RULES)
		printf(", pid %d", m->pid);
	if (m->last_words[0]) {
		fputs(": ", stdout);
		print_printable(m->last_words);
	}
	printf("\n  frames %llu refused %llu nowhere %llu wild %llu\n", (unsigned long long)m->frames,
		(unsigned long long)m->refused, (unsigned long long)m->nowhere, (unsigned long long)m->wild);
}

static int
list(void)
{
	struct unetmap_module m = {0};
	int fd = engine_open();

	for (; engine_request(fd, "", UNETMAP_REQ_MODULE_GET, &m) == 0; m.index++)
		print_module(&m);
	if (errno == ENOENT)
		return 0;
	fprintf(stderr, "vale-module: this engine lists no modules: %s\n", strerror(errno));
	return 1;
}

static int
unload(const char *sw)
{
	if (engine_request(engine_open(), sw, UNETMAP_REQ_MODULE_UNLOAD, NULL) == 0)
		return 0;
	if (errno == ENOENT)
		fprintf(stderr, "vale-module: %s has no module\n", sw);
	else
		fprintf(stderr, "vale-module: cannot unload from %s: %s\n", sw, strerror(errno));
	return 1;
}

// The words, with a blank between them, end with a 0 byte, which the module finds there.
static int
join_words(char **words, int count, char text[NM_IFRDATA_LEN])
{
	size_t length = 0;

	for (int i = 0; i < count; i++) {
		int n = snprintf(text + length, NM_IFRDATA_LEN - length, "%s%s", i ? " " : "", words[i]);

		length += (size_t)n;
		if (length >= NM_IFRDATA_LEN) {
			fprintf(stderr, "vale-module: the text is longer than %d characters\n", NM_IFRDATA_LEN - 1);
			return -1;
		}
	}
	return 0;
}

// For in-kernel netmap too.
static int
config(const char *sw, char **words, int count)
{
	struct nm_ifreq message = {0}, sent;

	snprintf(message.nifr_name, sizeof(message.nifr_name), "%s", sw);
	if (join_words(words, count, message.data) == -1)
		return 1;
	sent = message;
	if (ioctl(engine_open(), NIOCCONFIG, &message) == -1) {
		fprintf(stderr, "vale-module: %s: \"%s\": %s\n", sw, sent.data,
			errno == EINVAL ? "no module there that takes this" : strerror(errno));
		return 1;
	}
	message.data[NM_IFRDATA_LEN - 1] = '\0';
	if (memcmp(message.data, sent.data, sizeof(sent.data)) != 0)
		puts(message.data);
	return 0;
}

static uint32_t
parse_patience(const char *text)
{
	char *end;
	long ms = strtol(text, &end, 10);

	if (*text != '\0' && *end == '\0' && ms >= 0 && ms <= 3600000)
		return (uint32_t)ms;
	fprintf(stderr, "vale-module: --patience %s: not milliseconds from 0 to 3600000\n", text);
	show_usage(usage_text, 1);
}

static int
act(char **words, int count, uint32_t patience_ms)
{
	const char *action = words[0];
	const int background = strcmp(action, "load") == 0;

	if ((background || strcmp(action, "run") == 0) && count == 3)
		return run(&(struct run_options){words[1], engine_switch_name(words[2]), patience_ms, background});
	if (strcmp(action, "unload") == 0 && count == 2)
		return unload(engine_switch_name(words[1]));
	if (strcmp(action, "list") == 0 && count == 1)
		return list();
	if (strcmp(action, "config") == 0 && count >= 3)
		return config(engine_switch_name(words[1]), words + 2, count - 2);
	fprintf(stderr, "vale-module: %s: unknown, or with too few or too many words\n", action);
	show_usage(usage_text, 1);
}

int
main(int argc, char **argv)
{
	static const struct option words[] = {{"patience", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'}, {0}};
	uint32_t patience_ms = DEFAULT_PATIENCE_MS;
	int letter;

	while ((letter = getopt_long(argc, argv, "+h", words, NULL)) != -1) {
		switch (letter) {
		case 'p': patience_ms = parse_patience(optarg); break;
		case 'h': show_usage(usage_text, 0);
		default: show_usage(usage_text, 1);
		}
	}
	if (optind == argc)
		show_usage(usage_text, 1);
	return act(argv + optind, argc - optind, patience_ms);
}
