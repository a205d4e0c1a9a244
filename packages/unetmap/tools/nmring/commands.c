// SPDX-License-Identifier: BSD-2-Clause
#include "commands.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 8, MAX_PACE = 1000 };

static size_t
split(char *line, char *words[MAX_WORDS])
{
	size_t count = 0;
	char *rest = NULL;

	for (char *w = strtok_r(line, " \t\r\n", &rest); w && count < MAX_WORDS; w = strtok_r(NULL, " \t\r\n", &rest))
		words[count++] = w;
	return count;
}

static int
watch(char **ports, size_t count, struct aims *aims)
{
	struct aim parsed[LOOK_MAX_PORTS];

	if (count > LOOK_MAX_PORTS)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (aim_parse(&parsed[i], ports[i]) == -1)
			return -1;
	memcpy(aims->ports, parsed, count * sizeof(parsed[0]));
	aims->count = count;
	return 0;
}

static int
frames(char **words, size_t count, struct aims *aims)
{
	struct aim ring;
	unsigned long wanted;

	if (count == 0)
		aims->frame_count = 0;
	if (count != 3)
		return count == 0 ? 0 : -1;
	wanted = strtoul(words[2], NULL, 10);
	if (aim_parse(&ring, words[0]) == -1 || !ring.one_ring || wanted > UNETMAP_RING_MAX_FRAMES)
		return -1;
	aims->framed = ring;
	aims->first_frame = (uint32_t)strtoul(words[1], NULL, 10);
	aims->frame_count = (uint32_t)wanted;
	return 0;
}

static int
pace(const char *word, struct holding *holding, uint64_t now_us)
{
	unsigned long stops = strtoul(word, NULL, 10);

	if (stops > MAX_PACE)
		return -1;
	holding_pace(holding, (uint32_t)stops, now_us);
	return 0;
}

int
command_run(char *line, struct aims *aims, struct holding *holding, uint64_t now_us)
{
	char *words[MAX_WORDS];
	size_t count = split(line, words);

	if (count == 0)
		return 0;
	if (strcmp(words[0], "watch") == 0)
		return watch(words + 1, count - 1, aims);
	if (strcmp(words[0], "frames") == 0)
		return frames(words + 1, count - 1, aims);
	if (strcmp(words[0], "pace") == 0 && count == 2)
		return pace(words[1], holding, now_us);
	if (strcmp(words[0], "hold") == 0 && count == 2)
		holding_take(holding, words[1]);
	else if (strcmp(words[0], "step") == 0 && count == 1)
		holding_step(holding);
	else if (strcmp(words[0], "go") == 0 && count == 1)
		holding_let_go(holding);
	else
		return -1;
	return 0;
}
