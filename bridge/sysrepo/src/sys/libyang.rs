//! libyang 6: contexts, schemas, data trees, parsers and printers.

use core::ffi::{c_char, c_void};

use super::{
    ly_ctx, ly_err_item, ly_in, ly_set, lyd_meta, lyd_node, lys_module, lysc_module, lysc_node,
    lysc_type,
};

/// `abi.c` names this type, the headers spell it out in place.
pub type ruru_destructor = Option<unsafe extern "C" fn(object: *mut c_void)>;

pub type LY_ERR = u32;
pub const LY_SUCCESS: LY_ERR = 0;
pub const LY_EMEM: LY_ERR = 1;
pub const LY_ESYS: LY_ERR = 2;
pub const LY_EINVAL: LY_ERR = 3;
pub const LY_EEXIST: LY_ERR = 4;
pub const LY_ENOTFOUND: LY_ERR = 5;
pub const LY_EINT: LY_ERR = 6;
pub const LY_EVALID: LY_ERR = 7;
pub const LY_EDENIED: LY_ERR = 8;
pub const LY_EINCOMPLETE: LY_ERR = 9;
pub const LY_ENOT: LY_ERR = 11;

pub const LY_LOSTORE: u32 = 2;
pub const LY_LLERR: u32 = 0;

pub const LY_CTX_DISABLE_SEARCHDIR_CWD: u32 = 0x10;
pub const LY_CTX_NO_YANGLIBRARY: u32 = 0x04;

pub type LYS_INFORMAT = u32;
pub const LYS_IN_YANG: LYS_INFORMAT = 1;

pub type LYS_OUTFORMAT = u32;
pub const LYS_OUT_YANG: LYS_OUTFORMAT = 1;
pub const LYS_OUT_YIN: LYS_OUTFORMAT = 3;
pub const LYS_OUT_TREE: LYS_OUTFORMAT = 4;

pub type LYD_FORMAT = u32;
pub const LYD_XML: LYD_FORMAT = 1;
pub const LYD_JSON: LYD_FORMAT = 2;

pub type LYD_PATH_TYPE = u32;
pub const LYD_PATH_STD: LYD_PATH_TYPE = 0;

pub type LYSC_PATH_TYPE = u32;
pub const LYSC_PATH_DATA: LYSC_PATH_TYPE = 1;

pub type lyd_type = u32;
pub const LYD_TYPE_RPC_YANG: lyd_type = 1;
pub const LYD_TYPE_NOTIF_YANG: lyd_type = 2;
pub const LYD_TYPE_RPC_NETCONF: lyd_type = 4;

pub const LYD_PARSE_ONLY: u32 = 0x01_0000;
pub const LYD_PARSE_STRICT: u32 = 0x02_0000;
pub const LYD_PARSE_OPAQ: u32 = 0x04_0000;
pub const LYD_PARSE_NO_STATE: u32 = 0x08_0000;

pub const LYD_VALIDATE_NO_STATE: u32 = 0x01;
pub const LYD_VALIDATE_PRESENT: u32 = 0x02;
pub const LYD_VALIDATE_MULTI_ERROR: u32 = 0x04;
pub const LYD_VALIDATE_OPERATIONAL: u32 = 0x08;

pub const LYD_PRINT_SIBLINGS: u32 = 0x01;
pub const LYD_PRINT_SHRINK: u32 = 0x02;
pub const LYD_PRINT_EMPTY_CONT: u32 = 0x04;
pub const LYD_PRINT_WD_TRIM: u32 = 0x10;
pub const LYD_PRINT_WD_ALL: u32 = 0x20;
pub const LYD_PRINT_WD_ALL_TAG: u32 = 0x40;

pub const LYD_NEW_VAL_OUTPUT: u32 = 0x01;
pub const LYD_NEW_PATH_UPDATE: u32 = 0x10;

pub const LYD_DUP_RECURSIVE: u32 = 0x01;
pub const LYD_DUP_WITH_PARENTS: u32 = 0x04;
pub const LYD_DUP_WITH_FLAGS: u32 = 0x08;

pub const LYD_COMPARE_FULL_RECURSION: u32 = 0x01;

pub const LYS_CONTAINER: u16 = 0x0001;
pub const LYS_CHOICE: u16 = 0x0002;
pub const LYS_LEAF: u16 = 0x0004;
pub const LYS_LEAFLIST: u16 = 0x0008;
pub const LYS_LIST: u16 = 0x0010;
pub const LYS_ANYXML: u16 = 0x0020;
pub const LYS_CASE: u16 = 0x0080;
pub const LYS_RPC: u16 = 0x0100;
pub const LYS_ACTION: u16 = 0x0200;
pub const LYS_NOTIF: u16 = 0x0400;
pub const LYS_INPUT: u16 = 0x1000;
pub const LYS_OUTPUT: u16 = 0x2000;

pub const LYS_CONFIG_W: u16 = 0x01;
pub const LYS_STATUS_DEPRC: u16 = 0x08;
pub const LYS_STATUS_OBSLT: u16 = 0x10;
pub const LYS_MAND_TRUE: u16 = 0x20;
pub const LYS_ORDBY_USER: u16 = 0x40;
pub const LYS_PRESENCE: u16 = 0x80;
pub const LYS_KEY: u16 = 0x0100;

pub const LYS_GETNEXT_OUTPUT: u32 = 0x10;

pub const LY_TYPE_BINARY: u32 = 1;
pub const LY_TYPE_UINT8: u32 = 2;
pub const LY_TYPE_UINT16: u32 = 3;
pub const LY_TYPE_UINT32: u32 = 4;
pub const LY_TYPE_UINT64: u32 = 5;
pub const LY_TYPE_BITS: u32 = 7;
pub const LY_TYPE_BOOL: u32 = 8;
pub const LY_TYPE_DEC64: u32 = 9;
pub const LY_TYPE_EMPTY: u32 = 10;
pub const LY_TYPE_ENUM: u32 = 11;
pub const LY_TYPE_IDENT: u32 = 12;
pub const LY_TYPE_INST: u32 = 13;
pub const LY_TYPE_UNION: u32 = 15;
pub const LY_TYPE_INT8: u32 = 16;
pub const LY_TYPE_INT16: u32 = 17;
pub const LY_TYPE_INT32: u32 = 18;
pub const LY_TYPE_INT64: u32 = 19;

unsafe extern "C" {
    // Contexts and errors.
    pub fn ly_yang_module_dir() -> *const c_char;
    pub fn ly_ctx_new(search_dir: *const c_char, options: u32, ctx: *mut *mut ly_ctx) -> LY_ERR;
    pub fn ly_ctx_destroy(ctx: *mut ly_ctx);
    pub fn ly_ctx_set_searchdir(ctx: *mut ly_ctx, search_dir: *const c_char) -> LY_ERR;
    pub fn ly_ctx_load_module(
        ctx: *mut ly_ctx,
        name: *const c_char,
        revision: *const c_char,
        features: *mut *const c_char,
    ) -> *mut lys_module;
    pub fn ly_ctx_get_module(
        ctx: *const ly_ctx,
        name: *const c_char,
        revision: *const c_char,
    ) -> *mut lys_module;
    pub fn ly_ctx_get_module_implemented(
        ctx: *const ly_ctx,
        name: *const c_char,
    ) -> *mut lys_module;
    pub fn ly_ctx_get_module_implemented_ns(
        ctx: *const ly_ctx,
        namespace: *const c_char,
    ) -> *mut lys_module;
    pub fn ly_ctx_get_module_latest(ctx: *const ly_ctx, name: *const c_char) -> *mut lys_module;
    pub fn ly_ctx_get_module_iter(ctx: *const ly_ctx, index: *mut u32) -> *mut lys_module;
    pub fn ly_ctx_get_modules_hash(ctx: *const ly_ctx) -> u32;
    pub fn ly_temp_log_options(options: *mut u32) -> *mut u32;
    pub fn ly_err_first(ctx: *const ly_ctx) -> *const ly_err_item;
    pub fn ly_err_clean(ctx: *const ly_ctx, item: *mut ly_err_item);
    pub fn ly_last_logmsg() -> *const c_char;
    pub fn ly_strerr(error: LY_ERR) -> *const c_char;
    pub fn ly_set_free(set: *mut ly_set, destructor: ruru_destructor);

    // Schemas.
    pub fn lys_parse(
        ctx: *mut ly_ctx,
        input: *mut ly_in,
        format: LYS_INFORMAT,
        features: *mut *const c_char,
        module: *mut *mut lys_module,
    ) -> LY_ERR;
    pub fn lys_print_mem(
        text: *mut *mut c_char,
        module: *const lys_module,
        format: LYS_OUTFORMAT,
        options: u32,
    ) -> LY_ERR;
    pub fn lys_getnext(
        last: *const lysc_node,
        parent: *const lysc_node,
        module: *const lysc_module,
        options: u32,
    ) -> *const lysc_node;
    pub fn lys_find_path(
        ctx: *const ly_ctx,
        ctx_node: *const lysc_node,
        path: *const c_char,
        output: u8,
    ) -> *const lysc_node;
    pub fn lysc_path(
        node: *const lysc_node,
        kind: LYSC_PATH_TYPE,
        buffer: *mut c_char,
        size: usize,
    ) -> *mut c_char;
    pub fn lyd_value_validate(
        schema: *const lysc_node,
        value: *const c_char,
        length: u32,
        ctx_node: *const lyd_node,
        real_type: *mut *const lysc_type,
        canonical: *mut *const c_char,
    ) -> LY_ERR;

    // Input.
    pub fn ly_in_new_memory(text: *const c_char, input: *mut *mut ly_in) -> LY_ERR;
    pub fn ly_in_free(input: *mut ly_in, destroy: u8);
    pub fn lyd_parse_data(
        ctx: *const ly_ctx,
        parent: *mut lyd_node,
        input: *mut ly_in,
        format: LYD_FORMAT,
        parse_options: u32,
        validate_options: u32,
        tree: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_parse_op(
        ctx: *const ly_ctx,
        parent: *mut lyd_node,
        input: *mut ly_in,
        format: LYD_FORMAT,
        kind: lyd_type,
        parse_options: u32,
        tree: *mut *mut lyd_node,
        operation: *mut *mut lyd_node,
    ) -> LY_ERR;

    // Output.
    pub fn lyd_print_mem(
        text: *mut *mut c_char,
        root: *const lyd_node,
        format: LYD_FORMAT,
        options: u32,
    ) -> LY_ERR;
    pub fn lyd_any_value_str(
        node: *const lyd_node,
        format: LYD_FORMAT,
        text: *mut *mut c_char,
    ) -> LY_ERR;
    pub fn lyd_path(
        node: *const lyd_node,
        kind: LYD_PATH_TYPE,
        buffer: *mut c_char,
        size: usize,
    ) -> *mut c_char;

    // Data trees.
    pub fn lyd_validate_all(
        tree: *mut *mut lyd_node,
        ctx: *const ly_ctx,
        options: u32,
        diff: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_new_inner(
        parent: *mut lyd_node,
        module: *const lys_module,
        name: *const c_char,
        output: u8,
        node: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_new_list3(
        parent: *mut lyd_node,
        module: *const lys_module,
        name: *const c_char,
        keys: *mut *const c_void,
        sizes: *mut u32,
        options: u32,
        node: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_new_term(
        parent: *mut lyd_node,
        module: *const lys_module,
        name: *const c_char,
        value: *const c_char,
        options: u32,
        node: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_new_any(
        parent: *mut lyd_node,
        module: *const lys_module,
        name: *const c_char,
        child: *const lyd_node,
        value: *const c_char,
        hints: u32,
        options: u32,
        node: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_new_path(
        parent: *mut lyd_node,
        ctx: *const ly_ctx,
        path: *const c_char,
        value: *const c_char,
        options: u32,
        node: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_new_meta(
        ctx: *const ly_ctx,
        parent: *mut lyd_node,
        module: *const lys_module,
        name: *const c_char,
        value: *const c_char,
        options: u32,
        meta: *mut *mut lyd_meta,
    ) -> LY_ERR;
    pub fn lyd_insert_sibling(
        sibling: *mut lyd_node,
        node: *mut lyd_node,
        first: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_free_all(node: *mut lyd_node);
    pub fn lyd_free_tree(node: *mut lyd_node);
    pub fn lyd_compare_siblings(
        first: *const lyd_node,
        second: *const lyd_node,
        options: u32,
    ) -> LY_ERR;
    pub fn lyd_dup_single(
        node: *const lyd_node,
        parent: *mut lyd_node,
        options: u32,
        copy: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_dup_siblings(
        node: *const lyd_node,
        parent: *mut lyd_node,
        options: u32,
        copy: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_dup_siblings_to_ctx(
        node: *const lyd_node,
        ctx: *const ly_ctx,
        parent: *mut lyd_node,
        options: u32,
        copy: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_merge_siblings(
        target: *mut *mut lyd_node,
        source: *const lyd_node,
        options: u16,
    ) -> LY_ERR;
    pub fn lyd_diff_siblings(
        first: *const lyd_node,
        second: *const lyd_node,
        options: u16,
        diff: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_find_xpath(
        node: *const lyd_node,
        xpath: *const c_char,
        set: *mut *mut ly_set,
    ) -> LY_ERR;
    pub fn lyd_find_path(
        node: *const lyd_node,
        path: *const c_char,
        output: u8,
        found: *mut *mut lyd_node,
    ) -> LY_ERR;
    pub fn lyd_first_sibling(node: *const lyd_node) -> *mut lyd_node;
    pub fn lyd_is_default(node: *const lyd_node) -> u8;
}
