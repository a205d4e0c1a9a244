// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames between the server and the agent, over stream sockets:
 *
 *     0                    4        5
 *     +--------------------+--------+------- - - -
 *     | length of body, LE | kind   | body
 *     +--------------------+--------+------- - - -
 *
 * The first connection is the control connection, served by the agent itself; closing it ends the sandbox. Every other connection starts with
 * an exec request or a files request and is served by a process of its own. `wire.ts` is the other end.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define WIRE_HEADER_BYTES 5
#define WIRE_MAX_BODY (64u << 20)

enum wire_kind {
	/* control: server to agent */
	WIRE_KILL = 1,   /* u32 supervisor pid, u32 signal: to all it started */
	WIRE_USAGE,      /* answered by the same kind: u64 memory, processes, disk, cpu ms */
	WIRE_CPU,        /* u32 supervisor pid; answered by the same kind: u64 cpu ms */
	/* control: agent to server */
	WIRE_READY = 5,  /* once, when the sandbox can be used */
	WIRE_LIMIT,      /* name of a limit that was crossed; also on exec connections */
	/* exec: server to supervisor */
	WIRE_EXEC = 16,  /* the first frame; struct wire_exec, then argv and environment, NUL-terminated each */
	WIRE_INPUT,
	WIRE_INPUT_END,
	WIRE_RESIZE,     /* u16 cols, u16 rows */
	/* exec: supervisor to server */
	WIRE_STARTED,    /* u32 supervisor pid */
	WIRE_OUTPUT,
	WIRE_ERRORS,
	WIRE_EXITED,     /* u32 wait status, then the crash: signal, place, function, address, NUL-terminated each */
	/* files: server to worker */
	WIRE_PUT = 32,   /* path NUL content */
	WIRE_GET,        /* path */
	WIRE_REMOVE,     /* path */
	/* files: worker to server, one answer a request */
	WIRE_DONE,       /* a file's content after a get */
	WIRE_MISSING,
	WIRE_FAILED,     /* a sentence */
};

/* Which network namespace a program is in. */
enum wire_place {
	WIRE_HERE,
	WIRE_CONTAINER,  /* where the other ends of the sandbox's interfaces are */
};

/* All little endian. */
struct wire_exec {
	uint32_t argc;
	uint32_t envc;
	uint16_t cols;   /* 0: no pty */
	uint16_t rows;
	uint32_t place;  /* enum wire_place */
} __attribute__((packed));

struct frame {
	uint8_t kind;
	uint32_t length;
	char *body;      /* one NUL follows the body; freed by the receiver */
};

/* Blocks. Returns 0, or -1 when the peer is gone or sends nonsense; then `*frame` is unchanged. */
int wire_receive(int fd, struct frame *frame);
/* Blocks until all is written. Returns 0, or -1 when the peer is gone. */
int wire_send(int fd, enum wire_kind kind, const void *body, uint32_t length);
void wire_header(char header[WIRE_HEADER_BYTES], enum wire_kind kind, uint32_t length);
