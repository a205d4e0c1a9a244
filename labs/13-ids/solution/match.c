// SPDX-License-Identifier: BSD-2-Clause
/*
 * match: finds signatures in streams of bytes, all of them in one pass. (The automaton is that of Aho and Corasick, 1975, with all of its ways back put
 * into the table, so that each byte is one step.)
 */
#include "ids.h"

/* Adds a signature to the tree: one state for each byte, shared with other signatures as far as they begin alike. */
static void
add_signature(struct automaton *a, const struct rule *r, unsigned number)
{
	uint16_t state = ROOT;

	for (size_t i = 0; i < r->len; i++) {
		uint16_t *next = &a->next[state][r->signature[i]];

		if (*next == ROOT)
			*next = (uint16_t)a->states++;
		state = *next;
	}
	a->ends[state] = (uint16_t)(number + 1);
}

/*
 * Completes one state, whose way back is complete already, being shorter. Where the tree does not go on, go on from the longest end of what was read
 * that begins a signature, too. Gives the number of states that were queued.
 */
static unsigned
complete(struct automaton *a, uint16_t state, uint16_t *back, uint16_t *queue)
{
	unsigned queued = 0;

	a->shorter[state] = a->ends[back[state]] != 0 ? back[state] : a->shorter[back[state]];
	for (unsigned byte = 0; byte < 256; byte++) {
		uint16_t *next = &a->next[state][byte];
		uint16_t otherwise = state == ROOT ? (uint16_t)ROOT : a->next[back[state]][byte];

		if (*next == ROOT) {
			*next = otherwise;
		} else {
			back[*next] = otherwise;
			queue[queued++] = *next;
		}
	}
	return queued;
}

/* Makes the automaton of these rules: the tree first, then all ways back, from short states to long ones. */
void
build_automaton(struct automaton *a, const struct rule *rules, unsigned count)
{
	static uint16_t back[MOST_STATES], queue[MOST_STATES];
	unsigned queued = 1;

	a->states = 1;
	for (unsigned i = 0; i < count; i++)
		add_signature(a, &rules[i], i);
	queue[0] = ROOT;
	for (unsigned i = 0; i < queued; i++)
		queued += complete(a, queue[i], back, &queue[queued]);
}

/* Reads bytes from a state on, and counts each signature that ends in one of them. Gives the state behind them. */
uint16_t
scan(const struct automaton *a, uint16_t state, const uint8_t *bytes, size_t len, uint64_t *hits)
{
	for (size_t i = 0; i < len; i++) {
		state = a->next[state][bytes[i]];
		for (uint16_t end = state; end != ROOT; end = a->shorter[end])
			if (a->ends[end] != 0)
				hits[a->ends[end] - 1]++;
	}
	return state;
}

/*
 * Goes on in a stream. What was read before is skipped. Where something is missing, what comes after it has nothing to do with what was before.
 * Sequence numbers begin again after 2^32, so only their difference counts.
 */
static void
inspect_segment(struct ids *ids, struct flow *f, const struct packet *p)
{
	uint32_t seq = p->seq + p->syn;
	int32_t ahead = f->known && !p->syn ? (int32_t)(f->next_seq - seq) : -1;

	if (ahead < 0) {
		f->known = true;
		f->state = ROOT;
		f->next_seq = seq;
		ahead = 0;
	}
	if ((size_t)ahead >= p->len)
		return;
	f->state = scan(&ids->automaton, f->state, p->payload + ahead, p->len - (size_t)ahead, ids->hits);
	f->next_seq = seq + (uint32_t)p->len;
}

/* Looks at one packet: at a datagram by itself, at a segment as the next part of its stream. */
void
inspect(struct ids *ids, const struct packet *p)
{
	if (p->is_tcp)
		inspect_segment(ids, find_flow(ids, p), p);
	else
		scan(&ids->automaton, ROOT, p->payload, p->len, ids->hits);
}
