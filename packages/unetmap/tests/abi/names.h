// SPDX-License-Identifier: BSD-2-Clause
//
// Every name of the interface, in the order of abi.json. No numbers here: the compiler
// supplies ours, abi.json has netmap's.

#define ABI_STRUCTS \
	STRUCT(netmap_slot) \
	FIELD(netmap_slot, buf_idx) \
	FIELD(netmap_slot, len) \
	FIELD(netmap_slot, flags) \
	FIELD(netmap_slot, ptr) \
	END() \
	STRUCT(netmap_ring) \
	FIELD(netmap_ring, buf_ofs) \
	FIELD(netmap_ring, num_slots) \
	FIELD(netmap_ring, nr_buf_size) \
	FIELD(netmap_ring, ringid) \
	FIELD(netmap_ring, dir) \
	FIELD(netmap_ring, head) \
	FIELD(netmap_ring, cur) \
	FIELD(netmap_ring, tail) \
	FIELD(netmap_ring, flags) \
	FIELD(netmap_ring, ts) \
	FIELD(netmap_ring, offset_mask) \
	FIELD(netmap_ring, buf_align) \
	FIELD(netmap_ring, sem) \
	FLEX(netmap_ring, slot) \
	END() \
	STRUCT(netmap_if) \
	FIELD(netmap_if, ni_name) \
	FIELD(netmap_if, ni_version) \
	FIELD(netmap_if, ni_flags) \
	FIELD(netmap_if, ni_tx_rings) \
	FIELD(netmap_if, ni_rx_rings) \
	FIELD(netmap_if, ni_bufs_head) \
	FIELD(netmap_if, ni_host_tx_rings) \
	FIELD(netmap_if, ni_host_rx_rings) \
	FIELD(netmap_if, ni_spare1) \
	FLEX(netmap_if, ring_ofs) \
	END() \
	STRUCT(nmreq) \
	FIELD(nmreq, nr_name) \
	FIELD(nmreq, nr_version) \
	FIELD(nmreq, nr_offset) \
	FIELD(nmreq, nr_memsize) \
	FIELD(nmreq, nr_tx_slots) \
	FIELD(nmreq, nr_rx_slots) \
	FIELD(nmreq, nr_tx_rings) \
	FIELD(nmreq, nr_rx_rings) \
	FIELD(nmreq, nr_ringid) \
	FIELD(nmreq, nr_cmd) \
	FIELD(nmreq, nr_arg1) \
	FIELD(nmreq, nr_arg2) \
	FIELD(nmreq, nr_arg3) \
	FIELD(nmreq, nr_flags) \
	FIELD(nmreq, spare2) \
	END() \
	STRUCT(nm_ifreq) \
	FIELD(nm_ifreq, nifr_name) \
	FIELD(nm_ifreq, data) \
	END() \
	STRUCT(nmreq_header) \
	FIELD(nmreq_header, nr_version) \
	FIELD(nmreq_header, nr_reqtype) \
	FIELD(nmreq_header, nr_reserved) \
	FIELD(nmreq_header, nr_name) \
	FIELD(nmreq_header, nr_options) \
	FIELD(nmreq_header, nr_body) \
	END() \
	STRUCT(nmreq_option) \
	FIELD(nmreq_option, nro_next) \
	FIELD(nmreq_option, nro_reqtype) \
	FIELD(nmreq_option, nro_status) \
	FIELD(nmreq_option, nro_size) \
	END() \
	STRUCT(nmreq_register) \
	FIELD(nmreq_register, nr_offset) \
	FIELD(nmreq_register, nr_memsize) \
	FIELD(nmreq_register, nr_tx_slots) \
	FIELD(nmreq_register, nr_rx_slots) \
	FIELD(nmreq_register, nr_tx_rings) \
	FIELD(nmreq_register, nr_rx_rings) \
	FIELD(nmreq_register, nr_host_tx_rings) \
	FIELD(nmreq_register, nr_host_rx_rings) \
	FIELD(nmreq_register, nr_mem_id) \
	FIELD(nmreq_register, nr_ringid) \
	FIELD(nmreq_register, nr_mode) \
	FIELD(nmreq_register, nr_extra_bufs) \
	FIELD(nmreq_register, nr_flags) \
	END() \
	STRUCT(nmreq_port_info_get) \
	FIELD(nmreq_port_info_get, nr_memsize) \
	FIELD(nmreq_port_info_get, nr_tx_slots) \
	FIELD(nmreq_port_info_get, nr_rx_slots) \
	FIELD(nmreq_port_info_get, nr_tx_rings) \
	FIELD(nmreq_port_info_get, nr_rx_rings) \
	FIELD(nmreq_port_info_get, nr_host_tx_rings) \
	FIELD(nmreq_port_info_get, nr_host_rx_rings) \
	FIELD(nmreq_port_info_get, nr_mem_id) \
	FIELD(nmreq_port_info_get, pad) \
	END() \
	STRUCT(nmreq_vale_attach) \
	FIELD(nmreq_vale_attach, reg) \
	FIELD(nmreq_vale_attach, port_index) \
	FIELD(nmreq_vale_attach, pad1) \
	END() \
	STRUCT(nmreq_vale_detach) \
	FIELD(nmreq_vale_detach, port_index) \
	FIELD(nmreq_vale_detach, pad1) \
	END() \
	STRUCT(nmreq_vale_list) \
	FIELD(nmreq_vale_list, nr_bridge_idx) \
	FIELD(nmreq_vale_list, pad1) \
	FIELD(nmreq_vale_list, nr_port_idx) \
	END() \
	STRUCT(nmreq_port_hdr) \
	FIELD(nmreq_port_hdr, nr_hdr_len) \
	FIELD(nmreq_port_hdr, pad1) \
	END() \
	STRUCT(nmreq_vale_newif) \
	FIELD(nmreq_vale_newif, nr_tx_slots) \
	FIELD(nmreq_vale_newif, nr_rx_slots) \
	FIELD(nmreq_vale_newif, nr_tx_rings) \
	FIELD(nmreq_vale_newif, nr_rx_rings) \
	FIELD(nmreq_vale_newif, nr_mem_id) \
	FIELD(nmreq_vale_newif, pad1) \
	END() \
	STRUCT(nmreq_vale_polling) \
	FIELD(nmreq_vale_polling, nr_mode) \
	FIELD(nmreq_vale_polling, nr_first_cpu_id) \
	FIELD(nmreq_vale_polling, nr_num_polling_cpus) \
	FIELD(nmreq_vale_polling, pad1) \
	END() \
	STRUCT(nmreq_pools_info) \
	FIELD(nmreq_pools_info, nr_memsize) \
	FIELD(nmreq_pools_info, nr_mem_id) \
	FIELD(nmreq_pools_info, pad1) \
	FIELD(nmreq_pools_info, nr_if_pool_offset) \
	FIELD(nmreq_pools_info, nr_if_pool_objtotal) \
	FIELD(nmreq_pools_info, nr_if_pool_objsize) \
	FIELD(nmreq_pools_info, nr_ring_pool_offset) \
	FIELD(nmreq_pools_info, nr_ring_pool_objtotal) \
	FIELD(nmreq_pools_info, nr_ring_pool_objsize) \
	FIELD(nmreq_pools_info, nr_buf_pool_offset) \
	FIELD(nmreq_pools_info, nr_buf_pool_objtotal) \
	FIELD(nmreq_pools_info, nr_buf_pool_objsize) \
	END() \
	STRUCT(nmreq_sync_kloop_start) \
	FIELD(nmreq_sync_kloop_start, sleep_us) \
	FIELD(nmreq_sync_kloop_start, pad1) \
	END() \
	STRUCT(nm_csb_atok) \
	FIELD(nm_csb_atok, head) \
	FIELD(nm_csb_atok, cur) \
	FIELD(nm_csb_atok, appl_need_kick) \
	FIELD(nm_csb_atok, sync_flags) \
	FIELD(nm_csb_atok, pad) \
	END() \
	STRUCT(nm_csb_ktoa) \
	FIELD(nm_csb_ktoa, hwcur) \
	FIELD(nm_csb_ktoa, hwtail) \
	FIELD(nm_csb_ktoa, kern_need_kick) \
	FIELD(nm_csb_ktoa, pad) \
	END() \
	STRUCT(nmreq_opt_sync_kloop_eventfds) \
	FIELD(nmreq_opt_sync_kloop_eventfds, nro_opt) \
	FLEX(nmreq_opt_sync_kloop_eventfds, eventfds) \
	END() \
	STRUCT(nmreq_opt_sync_kloop_mode) \
	FIELD(nmreq_opt_sync_kloop_mode, nro_opt) \
	FIELD(nmreq_opt_sync_kloop_mode, mode) \
	END() \
	STRUCT(nmreq_opt_extmem) \
	FIELD(nmreq_opt_extmem, nro_opt) \
	FIELD(nmreq_opt_extmem, nro_usrptr) \
	FIELD(nmreq_opt_extmem, nro_info) \
	END() \
	STRUCT(nmreq_opt_csb) \
	FIELD(nmreq_opt_csb, nro_opt) \
	FIELD(nmreq_opt_csb, csb_atok) \
	FIELD(nmreq_opt_csb, csb_ktoa) \
	END() \
	STRUCT(nmreq_opt_offsets) \
	FIELD(nmreq_opt_offsets, nro_opt) \
	FIELD(nmreq_opt_offsets, nro_max_offset) \
	FIELD(nmreq_opt_offsets, nro_initial_offset) \
	FIELD(nmreq_opt_offsets, nro_offset_bits) \
	FIELD(nmreq_opt_offsets, nro_tx_align) \
	FIELD(nmreq_opt_offsets, nro_min_gap) \
	END() \
	STRUCT(nm_pkthdr) \
	FIELD(nm_pkthdr, ts) \
	FIELD(nm_pkthdr, caplen) \
	FIELD(nm_pkthdr, len) \
	FIELD(nm_pkthdr, flags) \
	FIELD(nm_pkthdr, d) \
	FIELD(nm_pkthdr, slot) \
	FIELD(nm_pkthdr, buf) \
	END() \
	STRUCT(nm_stat) \
	FIELD(nm_stat, ps_recv) \
	FIELD(nm_stat, ps_drop) \
	FIELD(nm_stat, ps_ifdrop) \
	END() \
	STRUCT(nm_desc) \
	FIELD(nm_desc, self) \
	FIELD(nm_desc, fd) \
	FIELD(nm_desc, mem) \
	FIELD(nm_desc, memsize) \
	FIELD(nm_desc, done_mmap) \
	FIELD(nm_desc, nifp) \
	FIELD(nm_desc, first_tx_ring) \
	FIELD(nm_desc, last_tx_ring) \
	FIELD(nm_desc, cur_tx_ring) \
	FIELD(nm_desc, first_rx_ring) \
	FIELD(nm_desc, last_rx_ring) \
	FIELD(nm_desc, cur_rx_ring) \
	FIELD(nm_desc, req) \
	FIELD(nm_desc, hdr) \
	FIELD(nm_desc, some_ring) \
	FIELD(nm_desc, buf_start) \
	FIELD(nm_desc, buf_end) \
	FIELD(nm_desc, snaplen) \
	FIELD(nm_desc, promisc) \
	FIELD(nm_desc, to_ms) \
	FIELD(nm_desc, errbuf) \
	FIELD(nm_desc, if_flags) \
	FIELD(nm_desc, if_reqcap) \
	FIELD(nm_desc, if_curcap) \
	FIELD(nm_desc, st) \
	FIELD(nm_desc, msg) \
	END() \
	STRUCT(nmport_d) \
	FIELD(nmport_d, hdr) \
	FIELD(nmport_d, reg) \
	FIELD(nmport_d, mem) \
	FIELD(nmport_d, fd) \
	FIELD(nmport_d, nifp) \
	FIELD(nmport_d, first_tx_ring) \
	FIELD(nmport_d, last_tx_ring) \
	FIELD(nmport_d, cur_tx_ring) \
	FIELD(nmport_d, first_rx_ring) \
	FIELD(nmport_d, last_rx_ring) \
	FIELD(nmport_d, cur_rx_ring) \
	FIELD(nmport_d, ctx) \
	FIELD(nmport_d, register_done) \
	FIELD(nmport_d, mmap_done) \
	FIELD(nmport_d, extmem) \
	FIELD(nmport_d, clist) \
	END() \
	STRUCT(nmctx) \
	FIELD(nmctx, verbose) \
	FIELD(nmctx, error) \
	FIELD(nmctx, malloc) \
	FIELD(nmctx, free) \
	FIELD(nmctx, lock) \
	FIELD(nmctx, mem_descs) \
	END() \
	STRUCT(nmem_d) \
	FIELD(nmem_d, mem_id) \
	FIELD(nmem_d, refcount) \
	FIELD(nmem_d, mem) \
	FIELD(nmem_d, size) \
	FIELD(nmem_d, is_extmem) \
	FIELD(nmem_d, next) \
	FIELD(nmem_d, prev) \
	END() \
	STRUCT(nmreq_opt_key) \
	FIELD(nmreq_opt_key, key) \
	FIELD(nmreq_opt_key, id) \
	FIELD(nmreq_opt_key, flags) \
	END() \
	STRUCT(nmreq_opt_parser) \
	FIELD(nmreq_opt_parser, prefix) \
	FIELD(nmreq_opt_parser, parse) \
	FIELD(nmreq_opt_parser, next) \
	FIELD(nmreq_opt_parser, default_key) \
	FIELD(nmreq_opt_parser, nr_keys) \
	FIELD(nmreq_opt_parser, flags) \
	FIELD(nmreq_opt_parser, keys) \
	END() \
	STRUCT(nmreq_parse_ctx) \
	FIELD(nmreq_parse_ctx, ctx) \
	FIELD(nmreq_parse_ctx, token) \
	FIELD(nmreq_parse_ctx, keys) \
	END()

#define ABI_IOCTLS \
	IOCTL(NIOCGINFO) \
	IOCTL(NIOCREGIF) \
	IOCTL(NIOCTXSYNC) \
	IOCTL(NIOCRXSYNC) \
	IOCTL(NIOCCONFIG) \
	IOCTL(NIOCCTRL)

#define ABI_CONSTANTS \
	NUMBER(NETMAP_API) \
	NUMBER(NETMAP_MIN_API) \
	NUMBER(NETMAP_MAX_API) \
	NUMBER(NM_CACHE_ALIGN) \
	NUMBER(NETMAP_MAX_FRAGS) \
	NUMBER(IFNAMSIZ) \
	NUMBER(NETMAP_REQ_IFNAMSIZ) \
	NUMBER(NETMAP_REQ_MAXSIZE) \
	NUMBER(NS_BUF_CHANGED) \
	NUMBER(NS_REPORT) \
	NUMBER(NS_FORWARD) \
	NUMBER(NS_NO_LEARN) \
	NUMBER(NS_INDIRECT) \
	NUMBER(NS_MOREFRAG) \
	NUMBER(NS_TXMON) \
	NUMBER(NS_PORT_SHIFT) \
	NUMBER(NS_PORT_MASK) \
	NUMBER(NR_TIMESTAMP) \
	NUMBER(NR_FORWARD) \
	NUMBER(NI_PRIV_MEM) \
	NUMBER(NR_REG_DEFAULT) \
	NUMBER(NR_REG_ALL_NIC) \
	NUMBER(NR_REG_SW) \
	NUMBER(NR_REG_NIC_SW) \
	NUMBER(NR_REG_ONE_NIC) \
	NUMBER(NR_REG_PIPE_MASTER) \
	NUMBER(NR_REG_PIPE_SLAVE) \
	NUMBER(NR_REG_NULL) \
	NUMBER(NR_REG_ONE_SW) \
	NUMBER(NR_REG_MASK) \
	NUMBER(NR_MONITOR_TX) \
	NUMBER(NR_MONITOR_RX) \
	NUMBER(NR_ZCOPY_MON) \
	NUMBER(NR_EXCLUSIVE) \
	NUMBER(NR_RX_RINGS_ONLY) \
	NUMBER(NR_TX_RINGS_ONLY) \
	NUMBER(NR_ACCEPT_VNET_HDR) \
	NUMBER(NR_DO_RX_POLL) \
	NUMBER(NR_NO_TX_POLL) \
	NUMBER(NETMAP_HW_RING) \
	NUMBER(NETMAP_SW_RING) \
	NUMBER(NETMAP_RING_MASK) \
	NUMBER(NETMAP_NO_TX_POLL) \
	NUMBER(NETMAP_DO_RX_POLL) \
	NUMBER(NETMAP_BDG_ATTACH) \
	NUMBER(NETMAP_BDG_DETACH) \
	NUMBER(NETMAP_BDG_REGOPS) \
	NUMBER(NETMAP_BDG_LIST) \
	NUMBER(NETMAP_BDG_VNET_HDR) \
	NUMBER(NETMAP_BDG_NEWIF) \
	NUMBER(NETMAP_BDG_DELIF) \
	NUMBER(NETMAP_PT_HOST_CREATE) \
	NUMBER(NETMAP_PT_HOST_DELETE) \
	NUMBER(NETMAP_BDG_POLLING_ON) \
	NUMBER(NETMAP_BDG_POLLING_OFF) \
	NUMBER(NETMAP_VNET_HDR_GET) \
	NUMBER(NETMAP_BDG_HOST) \
	NUMBER(NETMAP_REQ_REGISTER) \
	NUMBER(NETMAP_REQ_PORT_INFO_GET) \
	NUMBER(NETMAP_REQ_VALE_ATTACH) \
	NUMBER(NETMAP_REQ_VALE_DETACH) \
	NUMBER(NETMAP_REQ_VALE_LIST) \
	NUMBER(NETMAP_REQ_PORT_HDR_SET) \
	NUMBER(NETMAP_REQ_PORT_HDR_GET) \
	NUMBER(NETMAP_REQ_VALE_NEWIF) \
	NUMBER(NETMAP_REQ_VALE_DELIF) \
	NUMBER(NETMAP_REQ_VALE_POLLING_ENABLE) \
	NUMBER(NETMAP_REQ_VALE_POLLING_DISABLE) \
	NUMBER(NETMAP_REQ_POOLS_INFO_GET) \
	NUMBER(NETMAP_REQ_SYNC_KLOOP_START) \
	NUMBER(NETMAP_REQ_SYNC_KLOOP_STOP) \
	NUMBER(NETMAP_REQ_CSB_ENABLE) \
	NUMBER(NETMAP_REQ_OPT_EXTMEM) \
	NUMBER(NETMAP_REQ_OPT_SYNC_KLOOP_EVENTFDS) \
	NUMBER(NETMAP_REQ_OPT_CSB) \
	NUMBER(NETMAP_REQ_OPT_SYNC_KLOOP_MODE) \
	NUMBER(NETMAP_REQ_OPT_OFFSETS) \
	NUMBER(NETMAP_REQ_OPT_MAX) \
	NUMBER(NETMAP_POLLING_MODE_SINGLE_CPU) \
	NUMBER(NETMAP_POLLING_MODE_MULTI_CPU) \
	NUMBER(NM_OPT_SYNC_KLOOP_DIRECT_TX) \
	NUMBER(NM_OPT_SYNC_KLOOP_DIRECT_RX) \
	NUMBER(NM_IFRDATA_LEN) \
	NUMBER(NM_ERRBUF_SIZE) \
	NUMBER(NM_MORE_PKTS) \
	NUMBER(NM_OPEN_NO_MMAP) \
	NUMBER(NM_OPEN_IFNAME) \
	NUMBER(NM_OPEN_ARG1) \
	NUMBER(NM_OPEN_ARG2) \
	NUMBER(NM_OPEN_ARG3) \
	NUMBER(NM_OPEN_RING_CFG) \
	NUMBER(NMREQ_OPT_MAXKEYS) \
	NUMBER(NMREQ_OPTK_ALLOWEMPTY) \
	NUMBER(NMREQ_OPTK_MUSTSET) \
	NUMBER(NMREQ_OPTK_DEFAULT) \
	NUMBER(NMREQ_OPTF_DISABLED) \
	NUMBER(NMREQ_OPTF_ALLOWEMPTY) \
	TEXT(NETMAP_DEVICE_NAME) \
	TEXT(NM_BDG_NAME)
