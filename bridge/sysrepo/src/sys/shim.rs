//! What `abi.c` adds: readers of structure fields, and calls that need a structure as argument.

use core::ffi::{c_char, c_int, c_void};

use super::{
    ly_ctx, ly_err_item, ly_set, lyd_attr, lyd_meta, lyd_node, lys_module, lysc_module, lysc_node,
    lysc_type, sr_conn_ctx_t, sr_data_t, sr_error_info_err_t, sr_error_info_t,
};

unsafe extern "C" {
    // Errors.
    pub fn ruru_ly_err_next(item: *const ly_err_item) -> *const ly_err_item;
    pub fn ruru_ly_err_level(item: *const ly_err_item) -> u32;
    pub fn ruru_ly_err_code(item: *const ly_err_item) -> u32;
    pub fn ruru_ly_err_message(item: *const ly_err_item) -> *const c_char;
    pub fn ruru_ly_err_data_path(item: *const ly_err_item) -> *const c_char;
    pub fn ruru_ly_err_schema_path(item: *const ly_err_item) -> *const c_char;
    pub fn ruru_ly_err_app_tag(item: *const ly_err_item) -> *const c_char;
    pub fn ruru_ly_err_line(item: *const ly_err_item) -> u64;
    pub fn ruru_sr_error_count(info: *const sr_error_info_t) -> u32;
    pub fn ruru_sr_error_at(info: *const sr_error_info_t, index: u32)
    -> *const sr_error_info_err_t;
    pub fn ruru_sr_error_code(error: *const sr_error_info_err_t) -> u32;
    pub fn ruru_sr_error_message(error: *const sr_error_info_err_t) -> *const c_char;
    pub fn ruru_sr_error_format(error: *const sr_error_info_err_t) -> *const c_char;

    // Sets.
    pub fn ruru_set_count(set: *const ly_set) -> u32;
    pub fn ruru_set_node(set: *const ly_set, index: u32) -> *mut lyd_node;

    // Modules.
    pub fn ruru_module_context(module: *const lys_module) -> *const ly_ctx;
    pub fn ruru_module_name(module: *const lys_module) -> *const c_char;
    pub fn ruru_module_revision(module: *const lys_module) -> *const c_char;
    pub fn ruru_module_namespace(module: *const lys_module) -> *const c_char;
    pub fn ruru_module_prefix(module: *const lys_module) -> *const c_char;
    pub fn ruru_module_is_implemented(module: *const lys_module) -> c_int;
    pub fn ruru_module_has_source(module: *const lys_module) -> c_int;
    pub fn ruru_module_compiled(module: *const lys_module) -> *const lysc_module;
    pub fn ruru_module_feature(module: *const lys_module, index: u64) -> *const c_char;
    pub fn ruru_module_submodule(module: *const lys_module, index: u64) -> *const c_char;
    pub fn ruru_module_submodule_revision(module: *const lys_module, index: u64) -> *const c_char;
    pub fn ruru_module_deviator(module: *const lys_module, index: u64) -> *const c_char;
    pub fn ruru_print_submodule(
        ctx: *const ly_ctx,
        name: *const c_char,
        revision: *const c_char,
        format: u32,
        text: *mut *mut c_char,
    ) -> u32;

    // Schema nodes and types.
    pub fn ruru_schema_kind(node: *const lysc_node) -> u16;
    pub fn ruru_schema_flags(node: *const lysc_node) -> u16;
    pub fn ruru_schema_name(node: *const lysc_node) -> *const c_char;
    pub fn ruru_schema_description(node: *const lysc_node) -> *const c_char;
    pub fn ruru_schema_module(node: *const lysc_node) -> *const lys_module;
    pub fn ruru_schema_parent(node: *const lysc_node) -> *const lysc_node;
    pub fn ruru_schema_type(node: *const lysc_node) -> *const lysc_type;
    pub fn ruru_schema_units(node: *const lysc_node) -> *const c_char;
    pub fn ruru_schema_default(node: *const lysc_node, index: u64) -> *const c_char;
    pub fn ruru_schema_min(node: *const lysc_node) -> u32;
    pub fn ruru_schema_max(node: *const lysc_node) -> u32;
    pub fn ruru_schema_action(node: *const lysc_node, index: u32) -> *const lysc_node;
    pub fn ruru_schema_notification(node: *const lysc_node, index: u32) -> *const lysc_node;
    pub fn ruru_schema_has_when(node: *const lysc_node) -> c_int;
    pub fn ruru_type_base(ty: *const lysc_type) -> u32;
    pub fn ruru_type_name(ty: *const lysc_type) -> *const c_char;
    pub fn ruru_type_real(ty: *const lysc_type) -> *const lysc_type;
    pub fn ruru_type_member(ty: *const lysc_type, index: u64) -> *const lysc_type;
    pub fn ruru_type_enum(ty: *const lysc_type, index: u64) -> *const c_char;
    pub fn ruru_type_pattern(ty: *const lysc_type, index: u64) -> *const c_char;
    pub fn ruru_type_fraction_digits(ty: *const lysc_type) -> u8;
    pub fn ruru_type_range(ty: *const lysc_type, index: u64, min: *mut i64, max: *mut i64)
    -> c_int;

    // Data nodes, metadata and attributes.
    pub fn ruru_node_schema(node: *const lyd_node) -> *const lysc_node;
    pub fn ruru_node_name(node: *const lyd_node) -> *const c_char;
    pub fn ruru_node_child(node: *const lyd_node) -> *mut lyd_node;
    pub fn ruru_node_parent(node: *const lyd_node) -> *mut lyd_node;
    pub fn ruru_node_next(node: *const lyd_node) -> *mut lyd_node;
    pub fn ruru_node_value(node: *const lyd_node) -> *const c_char;
    pub fn ruru_node_value_type(node: *const lyd_node) -> *const lysc_type;
    pub fn ruru_any_value(node: *const lyd_node) -> *const c_char;
    pub fn ruru_opaque_module(node: *const lyd_node) -> *const c_char;
    pub fn ruru_opaque_format(node: *const lyd_node) -> u32;
    pub fn ruru_node_meta(node: *const lyd_node) -> *const lyd_meta;
    pub fn ruru_meta_next(meta: *const lyd_meta) -> *const lyd_meta;
    pub fn ruru_meta_name(meta: *const lyd_meta) -> *const c_char;
    pub fn ruru_meta_module(meta: *const lyd_meta) -> *const lys_module;
    pub fn ruru_meta_value(meta: *const lyd_meta) -> *const c_char;
    pub fn ruru_node_attr(node: *const lyd_node) -> *const lyd_attr;
    pub fn ruru_attr_next(attr: *const lyd_attr) -> *const lyd_attr;
    pub fn ruru_attr_name(attr: *const lyd_attr) -> *const c_char;
    pub fn ruru_attr_prefix(attr: *const lyd_attr) -> *const c_char;
    pub fn ruru_attr_module(attr: *const lyd_attr) -> *const c_char;
    pub fn ruru_attr_value(attr: *const lyd_attr) -> *const c_char;

    pub fn ruru_key_count(
        parent: *const lyd_node,
        module: *const lys_module,
        list: *const c_char,
        options: u32,
    ) -> u32;

    // sysrepo.
    pub fn ruru_data_take(data: *mut sr_data_t) -> *mut lyd_node;
    pub fn ruru_install(
        connection: *mut sr_conn_ctx_t,
        count: u32,
        sources: *const *const c_char,
        features: *const *mut *const c_char,
        search_dirs: *const c_char,
    ) -> c_int;
    pub fn ruru_free(memory: *mut c_void);
}
