// SPDX-License-Identifier: BSD-2-Clause
#include "ports/nic_bpf.h"

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stddef.h>
#include <string.h>

#include "core/sys.h"

// Newer than the headers that this must build with.
enum { TCX_INGRESS = 46, TCX_EGRESS = 47, TCX_NEXT = -1, TCX_DROP = 2 };

#define LOAD_WORD(to, from, field) \
	((struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = (to), .src_reg = (from), .off = (field)})
#define KEEP_WORD(to, field, from) \
	((struct bpf_insn){.code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = (to), .src_reg = (from), .off = (field)})
#define STORE_WORD(to, field, value) \
	((struct bpf_insn){.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = (to), .off = (field), .imm = (value)})
#define SET(to, value) ((struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (value)})
#define COPY(to, from) ((struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (to), .src_reg = (from)})
#define PLUS(to, from) ((struct bpf_insn){.code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = (to), .src_reg = (from)})
#define ADD(to, value) ((struct bpf_insn){.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = (to), .imm = (value)})
#define MASK(to, value) ((struct bpf_insn){.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = (to), .imm = (value)})
#define SHIFT_LEFT(to, by) ((struct bpf_insn){.code = BPF_ALU64 | BPF_LSH | BPF_K, .dst_reg = (to), .imm = (by)})
// Two instructions each.
#define SET_MAP(to, fd) \
	{.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = (to), .src_reg = BPF_PSEUDO_MAP_FD, .imm = (fd)}, {.imm = 0}
#define SET_MEMORY(to, fd) \
	{.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = (to), .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = (fd)}, {.imm = 0}
#define CALL(function) ((struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = (function)})
#define SKIP_IF_EQUAL(reg, value, count) \
	((struct bpf_insn){.code = BPF_JMP32 | BPF_JEQ | BPF_K, .dst_reg = (reg), .off = (count), .imm = (int)(value)})
#define SKIP_IF(comparison, reg, value, count) \
	((struct bpf_insn){.code = BPF_JMP | (comparison) | BPF_K, .dst_reg = (reg), .off = (count), .imm = (value)})
#define END ((struct bpf_insn){.code = BPF_JMP | BPF_EXIT})
#define MARK offsetof(struct __sk_buff, mark)

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return sys_result(syscall(SYS_bpf, command, attr, sizeof *attr));
}

int bpf_make_socket_map(uint32_t sockets)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_XSKMAP;
	attr.key_size = attr.value_size = sizeof(uint32_t);
	attr.max_entries = sockets;
	return bpf(BPF_MAP_CREATE, &attr);
}

int bpf_map_set(int map, uint32_t key, uint32_t value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.map_fd = map;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

int bpf_make_device_map(int ifindex)
{
	union bpf_attr attr;
	int map, error;

	memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_DEVMAP;
	attr.key_size = attr.value_size = sizeof(uint32_t);
	attr.max_entries = 1;
	map = bpf(BPF_MAP_CREATE, &attr);
	error = map < 0 ? map : bpf_map_set(map, 0, ifindex);
	if (error && map >= 0)
		sys_close(map);
	return error ? error : map;
}

int bpf_make_burst_memory(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = sizeof(struct burst_memory);
	attr.max_entries = 1;
	attr.map_flags = BPF_F_MMAPABLE;
	return bpf(BPF_MAP_CREATE, &attr);
}

static int load(enum bpf_prog_type type, const struct bpf_insn *code, uint32_t count)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.prog_type = type;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = count;
	attr.license = (uintptr_t)"Dual BSD/GPL";
	return bpf(BPF_PROG_LOAD, &attr);
}

#define LOAD(type, code) load(type, code, sizeof code / sizeof code[0])

int bpf_load_redirect_to_sockets(int map)
{
	const struct bpf_insn code[] = {
		LOAD_WORD(BPF_REG_2, BPF_REG_1, offsetof(struct xdp_md, rx_queue_index)),
		{.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
		{.imm = 0}, // the second half of the constant
		SET(BPF_REG_3, XDP_DROP), // where there is no socket
		CALL(BPF_FUNC_redirect_map),
		END,
	};

	return LOAD(BPF_PROG_TYPE_XDP, code);
}

int bpf_load_sockets_and_bursts(int map, int devices, int memory)
{
	enum { LOOPBACK = 1, FRAME = BPF_REG_6, MEMORY = BPF_REG_7, LEN = BPF_REG_8, OFS = BPF_REG_9 };
	const struct bpf_insn code[] = {
		COPY(FRAME, BPF_REG_1),
		LOAD_WORD(BPF_REG_2, FRAME, offsetof(struct xdp_md, ingress_ifindex)),
		SKIP_IF_EQUAL(BPF_REG_2, LOOPBACK, 6), // where bpf_run_burst has it come from
		LOAD_WORD(BPF_REG_2, FRAME, offsetof(struct xdp_md, rx_queue_index)),
		SET_MAP(BPF_REG_1, map),
		SET(BPF_REG_3, XDP_DROP),
		CALL(BPF_FUNC_redirect_map),
		END,

		SET_MEMORY(MEMORY, memory),
		LOAD_WORD(BPF_REG_1, MEMORY, offsetof(struct burst_memory, next)),
		COPY(BPF_REG_2, BPF_REG_1),
		ADD(BPF_REG_2, 1),
		KEEP_WORD(MEMORY, offsetof(struct burst_memory, next), BPF_REG_2),
		MASK(BPF_REG_1, BURST_FRAMES - 1),
		SHIFT_LEFT(BPF_REG_1, 3),
		PLUS(BPF_REG_1, MEMORY),
		LOAD_WORD(OFS, BPF_REG_1, offsetof(struct burst_memory, frames[0].ofs)),
		LOAD_WORD(LEN, BPF_REG_1, offsetof(struct burst_memory, frames[0].len)),
		SKIP_IF(BPF_JGT, OFS, BURST_DATA_BYTES - BURST_FRAME_BYTES, 2),
		SKIP_IF(BPF_JGT, LEN, BURST_FRAME_BYTES, 1),
		SKIP_IF(BPF_JGE, LEN, 14, 2),
		SET(BPF_REG_0, XDP_DROP),
		END,

		SKIP_IF(BPF_JEQ, LEN, BURST_START_BYTES, 4),
		COPY(BPF_REG_1, FRAME),
		COPY(BPF_REG_2, LEN),
		ADD(BPF_REG_2, -BURST_START_BYTES),
		CALL(BPF_FUNC_xdp_adjust_tail),
		COPY(BPF_REG_1, FRAME),
		SET(BPF_REG_2, 0),
		COPY(BPF_REG_3, MEMORY),
		PLUS(BPF_REG_3, OFS),
		ADD(BPF_REG_3, offsetof(struct burst_memory, data)),
		COPY(BPF_REG_4, LEN),
		CALL(BPF_FUNC_xdp_store_bytes),
		SET_MAP(BPF_REG_1, devices),
		SET(BPF_REG_2, 0),
		SET(BPF_REG_3, XDP_DROP),
		CALL(BPF_FUNC_redirect_map),
		END,
	};

	return LOAD(BPF_PROG_TYPE_XDP, code);
}

int bpf_load_drop(void)
{
	const struct bpf_insn code[] = {SET(BPF_REG_0, TCX_DROP), END};

	return LOAD(BPF_PROG_TYPE_SCHED_CLS, code);
}

int bpf_load_redirect_to_device(int ifindex, int as_received)
{
	const struct bpf_insn code[] = {
		STORE_WORD(BPF_REG_1, MARK, NIC_HOST_MARK),
		SET(BPF_REG_1, ifindex),
		SET(BPF_REG_2, as_received ? BPF_F_INGRESS : 0),
		CALL(BPF_FUNC_redirect),
		END,
	};

	return LOAD(BPF_PROG_TYPE_SCHED_CLS, code);
}

int bpf_load_only_marked(void)
{
	const struct bpf_insn code[] = {
		LOAD_WORD(BPF_REG_2, BPF_REG_1, MARK),
		SKIP_IF_EQUAL(BPF_REG_2, NIC_HOST_MARK, 2),
		SET(BPF_REG_0, TCX_DROP),
		END,
		STORE_WORD(BPF_REG_1, MARK, 0),
		SET(BPF_REG_0, TCX_NEXT),
		END,
	};

	return LOAD(BPF_PROG_TYPE_SCHED_CLS, code);
}

int bpf_attach(int program, int ifindex, enum bpf_place place)
{
	static const uint32_t types[] = {BPF_XDP, TCX_INGRESS, TCX_EGRESS};
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.link_create.prog_fd = program;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = types[place];
	attr.link_create.flags = place == AT_XDP ? XDP_FLAGS_DRV_MODE : 0;
	return bpf(BPF_LINK_CREATE, &attr);
}

int bpf_run_burst(int program, uint32_t frames)
{
	static const char blank[BURST_START_BYTES];
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.test.prog_fd = program;
	attr.test.data_in = (uintptr_t)blank;
	attr.test.data_size_in = sizeof blank;
	attr.test.repeat = frames;
	attr.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	return bpf(BPF_PROG_TEST_RUN, &attr);
}
