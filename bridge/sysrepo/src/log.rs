//! sysrepo's log: passed on to a function, and collected for calls that report nothing else.

use std::cell::RefCell;
use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Once, OnceLock};

use crate::error::Detail;
use crate::sys;
use crate::text::copied;
use crate::{Code, Error};

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is odd.
    Warning,
    /// What happens.
    Info,
    /// Every detail.
    Debug,
}

/// Takes log lines.
type Sink = fn(Level, &str);

static SINK: OnceLock<(Level, Sink)> = OnceLock::new();
static START: Once = Once::new();

thread_local! {
    static COLLECTED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Sends sysrepo's log lines up to `level` to `sink`, which must not call sysrepo. The first call
/// decides; later ones answer `false`.
pub fn set_sink(level: Level, sink: Sink) -> bool {
    let first = SINK.set((level, sink)).is_ok();
    start();
    let raw = match SINK.get().map_or(level, |&(level, _)| level) {
        Level::Error => sys::SR_LL_ERR,
        Level::Warning => sys::SR_LL_WRN,
        Level::Info => sys::SR_LL_INF,
        Level::Debug => sys::SR_LL_DBG,
    };
    // SAFETY: a global setting of the library.
    unsafe { sys::sr_log_set_cb_level(raw) };
    first
}

fn start() {
    START.call_once(|| {
        // SAFETY: the callback is a function that lives as long as the process.
        unsafe {
            sys::sr_log_set_cb(Some(on_line));
            sys::sr_log_set_cb_level(sys::SR_LL_ERR);
        }
    });
}

/// Calls a function that reports by its code only, and makes an error of that code and of the lines
/// that were logged meanwhile in this thread.
pub(crate) fn collect(call: impl FnOnce() -> i32) -> Result<(), Error> {
    start();
    let before = COLLECTED.replace(Some(Vec::new()));
    let code = call().cast_unsigned();
    let lines = COLLECTED.replace(before).unwrap_or_default();
    if code == sys::SR_ERR_OK {
        return Ok(());
    }
    let code = Code(code);
    let detail = |message| Detail { code, message, netconf: None };
    Err(Error::Sysrepo { code, details: lines.into_iter().map(detail).collect() })
}

unsafe extern "C" fn on_line(level: sys::sr_log_level_t, message: *const c_char) {
    let level = match level {
        sys::SR_LL_NONE => return,
        sys::SR_LL_ERR => Level::Error,
        sys::SR_LL_WRN => Level::Warning,
        sys::SR_LL_INF => Level::Info,
        _ => Level::Debug,
    };
    // SAFETY: sysrepo passes a C string that lives for the call.
    let text = unsafe { copied(message) };
    // A panic must not reach C; a broken sink loses its line, nothing else.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        if let Some((up_to, sink)) = SINK.get()
            && level <= *up_to
        {
            sink(level, &text);
        }
        if level == Level::Error {
            COLLECTED.with_borrow_mut(|lines| {
                if let Some(lines) = lines {
                    lines.push(text);
                }
            });
        }
    }));
}
