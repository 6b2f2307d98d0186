//! sysrepo 5: connections, sessions, data, edits, subscriptions, access control.

use core::ffi::{c_char, c_int, c_void};

use super::{
    ly_ctx, lyd_node, sr_change_iter_t, sr_conn_ctx_t, sr_data_t, sr_error_info_err_t,
    sr_error_info_t, sr_session_ctx_t, sr_subscription_ctx_t, timespec,
};

pub const SR_ERR_OK: u32 = 0;
pub const SR_ERR_INVAL_ARG: u32 = 1;
pub const SR_ERR_LY: u32 = 2;
pub const SR_ERR_SYS: u32 = 3;
pub const SR_ERR_NO_MEMORY: u32 = 4;
pub const SR_ERR_NOT_FOUND: u32 = 5;
pub const SR_ERR_EXISTS: u32 = 6;
pub const SR_ERR_INTERNAL: u32 = 7;
pub const SR_ERR_UNSUPPORTED: u32 = 8;
pub const SR_ERR_VALIDATION_FAILED: u32 = 9;
pub const SR_ERR_OPERATION_FAILED: u32 = 10;
pub const SR_ERR_UNAUTHORIZED: u32 = 11;
pub const SR_ERR_LOCKED: u32 = 12;
pub const SR_ERR_TIME_OUT: u32 = 13;
pub const SR_ERR_CALLBACK_FAILED: u32 = 14;
pub const SR_ERR_OK_CALLBACK_FAILED: u32 = 16;

pub type sr_log_level_t = u32;
pub const SR_LL_NONE: sr_log_level_t = 0;
pub const SR_LL_ERR: sr_log_level_t = 1;
pub const SR_LL_WRN: sr_log_level_t = 2;
pub const SR_LL_INF: sr_log_level_t = 3;
pub const SR_LL_DBG: sr_log_level_t = 5;

pub type sr_datastore_t = u32;
pub const SR_DS_STARTUP: sr_datastore_t = 0;
pub const SR_DS_RUNNING: sr_datastore_t = 1;
pub const SR_DS_CANDIDATE: sr_datastore_t = 2;
pub const SR_DS_OPERATIONAL: sr_datastore_t = 3;
pub const SR_DS_FACTORY_DEFAULT: sr_datastore_t = 4;

pub const SR_OPER_NO_STATE: u32 = 0x01;
pub const SR_OPER_NO_CONFIG: u32 = 0x02;
pub const SR_OPER_WITH_ORIGIN: u32 = 0x10;

pub const SR_EDIT_NON_RECURSIVE: u32 = 0x1;
pub const SR_EDIT_STRICT: u32 = 0x2;
pub const SR_EDIT_ISOLATE: u32 = 0x4;

pub type sr_move_position_t = u32;
pub const SR_MOVE_BEFORE: sr_move_position_t = 0;
pub const SR_MOVE_AFTER: sr_move_position_t = 1;
pub const SR_MOVE_FIRST: sr_move_position_t = 2;
pub const SR_MOVE_LAST: sr_move_position_t = 3;

pub const SR_SUBSCR_PASSIVE: u32 = 0x02;
pub const SR_SUBSCR_DONE_ONLY: u32 = 0x04;
pub const SR_SUBSCR_ENABLED: u32 = 0x08;
pub const SR_SUBSCR_UPDATE: u32 = 0x10;
pub const SR_SUBSCR_OPER_MERGE: u32 = 0x20;
pub const SR_SUBSCR_CHANGE_ALL_MODULES: u32 = 0x0200;

pub type sr_event_t = u32;
pub const SR_EV_UPDATE: sr_event_t = 0;
pub const SR_EV_CHANGE: sr_event_t = 1;
pub const SR_EV_DONE: sr_event_t = 2;
pub const SR_EV_ENABLED: sr_event_t = 4;
pub const SR_EV_RPC: sr_event_t = 5;

pub type sr_change_oper_t = u32;
pub const SR_OP_CREATED: sr_change_oper_t = 0;
pub const SR_OP_MODIFIED: sr_change_oper_t = 1;
pub const SR_OP_DELETED: sr_change_oper_t = 2;

pub type sr_ev_notif_type_t = u32;
pub const SR_EV_NOTIF_REALTIME: sr_ev_notif_type_t = 0;
pub const SR_EV_NOTIF_REPLAY: sr_ev_notif_type_t = 1;
pub const SR_EV_NOTIF_REPLAY_COMPLETE: sr_ev_notif_type_t = 2;
pub const SR_EV_NOTIF_MODIFIED: sr_ev_notif_type_t = 4;
pub const SR_EV_NOTIF_SUSPENDED: sr_ev_notif_type_t = 5;
pub const SR_EV_NOTIF_RESUMED: sr_ev_notif_type_t = 6;
pub const SR_EV_NOTIF_STOP_TIME: sr_ev_notif_type_t = 7;

pub type sr_log_cb = Option<unsafe extern "C" fn(level: sr_log_level_t, message: *const c_char)>;
pub type sr_module_change_cb = Option<
    unsafe extern "C" fn(
        session: *mut sr_session_ctx_t,
        sub_id: u32,
        module: *const c_char,
        xpath: *const c_char,
        event: sr_event_t,
        operation_id: u32,
        private_data: *mut c_void,
    ) -> c_int,
>;
pub type sr_oper_get_items_cb = Option<
    unsafe extern "C" fn(
        session: *mut sr_session_ctx_t,
        sub_id: u32,
        module: *const c_char,
        path: *const c_char,
        request_xpath: *const c_char,
        operation_id: u32,
        parent: *mut *mut lyd_node,
        private_data: *mut c_void,
    ) -> c_int,
>;
pub type sr_rpc_tree_cb = Option<
    unsafe extern "C" fn(
        session: *mut sr_session_ctx_t,
        sub_id: u32,
        path: *const c_char,
        input: *const lyd_node,
        event: sr_event_t,
        operation_id: u32,
        output: *mut lyd_node,
        private_data: *mut c_void,
    ) -> c_int,
>;
pub type sr_event_notif_tree_cb = Option<
    unsafe extern "C" fn(
        session: *mut sr_session_ctx_t,
        sub_id: u32,
        kind: sr_ev_notif_type_t,
        notification: *const lyd_node,
        timestamp: *mut timespec,
        private_data: *mut c_void,
    ),
>;

unsafe extern "C" {
    // The library.
    pub fn sr_strerror(code: c_int) -> *const c_char;
    pub fn sr_log_set_cb(callback: sr_log_cb);
    pub fn sr_log_set_cb_level(level: sr_log_level_t);
    pub fn sr_cache_running(enable: c_int);
    pub fn sr_get_repo_path() -> *const c_char;
    pub fn sr_get_shm_prefix() -> *const c_char;

    // Connections and modules.
    pub fn sr_connect(options: u32, connection: *mut *mut sr_conn_ctx_t) -> c_int;
    pub fn sr_disconnect(connection: *mut sr_conn_ctx_t) -> c_int;
    pub fn sr_acquire_context(connection: *mut sr_conn_ctx_t) -> *const ly_ctx;
    pub fn sr_release_context(connection: *mut sr_conn_ctx_t);
    pub fn sr_get_content_id(connection: *mut sr_conn_ctx_t) -> u32;
    pub fn sr_get_cid(connection: *mut sr_conn_ctx_t) -> u32;
    pub fn sr_remove_module(
        connection: *mut sr_conn_ctx_t,
        module: *const c_char,
        force: c_int,
    ) -> c_int;
    pub fn sr_update_module(
        connection: *mut sr_conn_ctx_t,
        path: *const c_char,
        search_dirs: *const c_char,
    ) -> c_int;
    pub fn sr_enable_module_feature(
        connection: *mut sr_conn_ctx_t,
        module: *const c_char,
        feature: *const c_char,
    ) -> c_int;
    pub fn sr_disable_module_feature(
        connection: *mut sr_conn_ctx_t,
        module: *const c_char,
        feature: *const c_char,
    ) -> c_int;
    pub fn sr_set_module_replay_support(
        connection: *mut sr_conn_ctx_t,
        module: *const c_char,
        enable: c_int,
    ) -> c_int;
    pub fn sr_get_lock(
        connection: *mut sr_conn_ctx_t,
        datastore: sr_datastore_t,
        module: *const c_char,
        is_locked: *mut c_int,
        id: *mut u32,
        timestamp: *mut timespec,
    ) -> c_int;

    // Sessions.
    pub fn sr_session_start(
        connection: *mut sr_conn_ctx_t,
        datastore: sr_datastore_t,
        session: *mut *mut sr_session_ctx_t,
    ) -> c_int;
    pub fn sr_session_stop(session: *mut sr_session_ctx_t) -> c_int;
    pub fn sr_session_switch_ds(session: *mut sr_session_ctx_t, datastore: sr_datastore_t)
    -> c_int;
    pub fn sr_session_get_ds(session: *mut sr_session_ctx_t) -> sr_datastore_t;
    pub fn sr_session_get_id(session: *mut sr_session_ctx_t) -> u32;
    pub fn sr_session_get_orig_sid(session: *mut sr_session_ctx_t) -> u32;
    pub fn sr_session_set_orig_name(session: *mut sr_session_ctx_t, name: *const c_char) -> c_int;
    pub fn sr_session_get_orig_name(session: *mut sr_session_ctx_t) -> *const c_char;
    pub fn sr_session_push_orig_data(
        session: *mut sr_session_ctx_t,
        size: u32,
        data: *const c_void,
    ) -> c_int;
    pub fn sr_session_del_orig_data(session: *mut sr_session_ctx_t);
    pub fn sr_session_get_orig_data(
        session: *mut sr_session_ctx_t,
        index: u32,
        size: *mut u32,
        data: *mut *const c_void,
    ) -> c_int;
    pub fn sr_session_get_error(
        session: *mut sr_session_ctx_t,
        info: *mut *const sr_error_info_t,
    ) -> c_int;
    pub fn sr_session_set_netconf_error2(
        session: *mut sr_session_ctx_t,
        kind: *const c_char,
        tag: *const c_char,
        app_tag: *const c_char,
        path: *const c_char,
        message: *const c_char,
        info_count: u32,
        info_elements: *mut *const c_char,
        info_values: *mut *const c_char,
    ) -> c_int;
    pub fn sr_err_get_netconf_error(
        error: *const sr_error_info_err_t,
        kind: *mut *const c_char,
        tag: *mut *const c_char,
        app_tag: *mut *const c_char,
        path: *mut *const c_char,
        message: *mut *const c_char,
        info_elements: *mut *mut *const c_char,
        info_values: *mut *mut *const c_char,
        info_count: *mut u32,
    ) -> c_int;

    // Data.
    pub fn sr_get_data(
        session: *mut sr_session_ctx_t,
        xpath: *const c_char,
        max_depth: u32,
        timeout: u32,
        options: u32,
        data: *mut *mut sr_data_t,
    ) -> c_int;
    pub fn sr_get_node(
        session: *mut sr_session_ctx_t,
        path: *const c_char,
        timeout: u32,
        node: *mut *mut sr_data_t,
    ) -> c_int;
    pub fn sr_release_data(data: *mut sr_data_t);
    pub fn sr_filter_subtree2xpath(
        session: *mut sr_session_ctx_t,
        subtree: *const lyd_node,
        for_eval: c_int,
        xpath: *mut *mut c_char,
    ) -> c_int;

    // Edits.
    pub fn sr_set_item_str(
        session: *mut sr_session_ctx_t,
        path: *const c_char,
        value: *const c_char,
        origin: *const c_char,
        options: u32,
    ) -> c_int;
    pub fn sr_delete_item(
        session: *mut sr_session_ctx_t,
        path: *const c_char,
        options: u32,
    ) -> c_int;
    pub fn sr_move_item(
        session: *mut sr_session_ctx_t,
        path: *const c_char,
        position: sr_move_position_t,
        list_keys: *const c_char,
        leaf_list_value: *const c_char,
        origin: *const c_char,
        options: u32,
    ) -> c_int;
    pub fn sr_edit_batch(
        session: *mut sr_session_ctx_t,
        edit: *const lyd_node,
        default_operation: *const c_char,
    ) -> c_int;
    pub fn sr_validate(
        session: *mut sr_session_ctx_t,
        module: *const c_char,
        timeout: u32,
    ) -> c_int;
    pub fn sr_apply_changes(session: *mut sr_session_ctx_t, timeout: u32) -> c_int;
    pub fn sr_has_changes(session: *mut sr_session_ctx_t) -> c_int;
    pub fn sr_discard_changes(session: *mut sr_session_ctx_t) -> c_int;
    pub fn sr_replace_config(
        session: *mut sr_session_ctx_t,
        module: *const c_char,
        config: *mut lyd_node,
        timeout: u32,
    ) -> c_int;
    pub fn sr_copy_config(
        session: *mut sr_session_ctx_t,
        module: *const c_char,
        source: sr_datastore_t,
        timeout: u32,
    ) -> c_int;
    pub fn sr_lock(session: *mut sr_session_ctx_t, module: *const c_char, timeout: u32) -> c_int;
    pub fn sr_unlock(session: *mut sr_session_ctx_t, module: *const c_char) -> c_int;

    // Subscriptions.
    pub fn sr_unsubscribe(subscription: *mut sr_subscription_ctx_t) -> c_int;
    pub fn sr_module_change_subscribe(
        session: *mut sr_session_ctx_t,
        module: *const c_char,
        xpath: *const c_char,
        callback: sr_module_change_cb,
        private_data: *mut c_void,
        priority: u32,
        options: u32,
        subscription: *mut *mut sr_subscription_ctx_t,
    ) -> c_int;
    pub fn sr_get_changes_iter(
        session: *mut sr_session_ctx_t,
        xpath: *const c_char,
        iterator: *mut *mut sr_change_iter_t,
    ) -> c_int;
    pub fn sr_get_change_tree_next(
        session: *mut sr_session_ctx_t,
        iterator: *mut sr_change_iter_t,
        operation: *mut sr_change_oper_t,
        node: *mut *const lyd_node,
        previous_value: *mut *const c_char,
        previous_list: *mut *const c_char,
        previous_default: *mut c_int,
    ) -> c_int;
    pub fn sr_free_change_iter(iterator: *mut sr_change_iter_t);
    pub fn sr_oper_get_subscribe(
        session: *mut sr_session_ctx_t,
        module: *const c_char,
        path: *const c_char,
        callback: sr_oper_get_items_cb,
        private_data: *mut c_void,
        options: u32,
        subscription: *mut *mut sr_subscription_ctx_t,
    ) -> c_int;
    pub fn sr_rpc_subscribe_tree(
        session: *mut sr_session_ctx_t,
        xpath: *const c_char,
        callback: sr_rpc_tree_cb,
        private_data: *mut c_void,
        priority: u32,
        options: u32,
        subscription: *mut *mut sr_subscription_ctx_t,
    ) -> c_int;
    pub fn sr_rpc_send_tree(
        session: *mut sr_session_ctx_t,
        input: *mut lyd_node,
        timeout: u32,
        output: *mut *mut sr_data_t,
    ) -> c_int;
    pub fn sr_notif_subscribe_tree(
        session: *mut sr_session_ctx_t,
        module: *const c_char,
        xpath: *const c_char,
        start: *const timespec,
        stop: *const timespec,
        callback: sr_event_notif_tree_cb,
        private_data: *mut c_void,
        options: u32,
        subscription: *mut *mut sr_subscription_ctx_t,
    ) -> c_int;
    pub fn sr_notif_send_tree(
        session: *mut sr_session_ctx_t,
        notification: *mut lyd_node,
        timeout: u32,
        wait: c_int,
    ) -> c_int;

    // Access control.
    pub fn sr_nacm_init(
        session: *mut sr_session_ctx_t,
        options: u32,
        subscription: *mut *mut sr_subscription_ctx_t,
    ) -> c_int;
    pub fn sr_nacm_destroy();
    pub fn sr_nacm_set_user(session: *mut sr_session_ctx_t, user: *const c_char) -> c_int;
    pub fn sr_nacm_get_user(session: *mut sr_session_ctx_t) -> *const c_char;
    pub fn sr_nacm_check_operation(
        session: *mut sr_session_ctx_t,
        operation: *const lyd_node,
    ) -> c_int;
}
