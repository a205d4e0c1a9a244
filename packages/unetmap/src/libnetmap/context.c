// SPDX-License-Identifier: BSD-2-Clause
#include <libnetmap.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void
print_error(struct nmctx *ctx, const char *message)
{
	(void)ctx;
	fprintf(stderr, "%s\n", message);
}

static void *
plain_malloc(struct nmctx *ctx, size_t size)
{
	(void)ctx;
	return malloc(size);
}

static void
plain_free(struct nmctx *ctx, void *memory)
{
	(void)ctx;
	free(memory);
}

static struct nmctx global_ctx = {
	.error = print_error,
	.malloc = plain_malloc,
	.free = plain_free,
};
static struct nmctx *default_ctx = &global_ctx;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void
lock_mutex(struct nmctx *ctx, int lock)
{
	(void)ctx;
	if (lock)
		pthread_mutex_lock(&mutex);
	else
		pthread_mutex_unlock(&mutex);
}

struct nmctx *
nmctx_get(void)
{
	return default_ctx;
}

void
nmctx_set_default(struct nmctx *ctx)
{
	default_ctx = ctx;
}

void
nmctx_set_threadsafe(void)
{
	global_ctx.lock = lock_mutex;
}

void
nmctx_ferror(struct nmctx *ctx, const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	ctx->error(ctx, message);
}

void *
nmctx_malloc(struct nmctx *ctx, size_t size)
{
	return ctx->malloc(ctx, size);
}

void
nmctx_free(struct nmctx *ctx, void *memory)
{
	ctx->free(ctx, memory);
}

void
nmctx_lock(struct nmctx *ctx)
{
	if (ctx->lock)
		ctx->lock(ctx, 1);
}

void
nmctx_unlock(struct nmctx *ctx)
{
	if (ctx->lock)
		ctx->lock(ctx, 0);
}
