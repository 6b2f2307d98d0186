//! What can go wrong: sysrepo's errors, libyang's errors, and the NETCONF errors inside them.

use std::fmt;
use std::ptr::{null, null_mut};

use crate::sys;
use crate::text::{borrowed, copied, copied_option};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// sysrepo refused.
    #[error("{}", details.first().map_or_else(|| code.to_string(), |first| first.message.clone()))]
    Sysrepo {
        /// The code that the call returned.
        code: Code,
        /// All that the session reported, the first cause first; may be empty.
        details: Vec<Detail>,
    },
    /// libyang refused.
    #[error("{}", details.first().map_or_else(|| code.to_string(), YangDetail::to_string))]
    Yang {
        /// The code that the call returned.
        code: YangCode,
        /// All that libyang reported, the first cause first; may be empty.
        details: Vec<YangDetail>,
    },
    /// A text holds a zero byte, which no C string can.
    #[error("a text holds a zero byte")]
    ZeroByte,
    /// Two trees are of different contexts; [`crate::Tree::duplicate_to`] helps.
    #[error("the data are of another context")]
    OtherContext,
}

impl Error {
    /// sysrepo's code, if sysrepo refused.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        if let Self::Sysrepo { code, .. } = self { Some(*code) } else { None }
    }

    /// The NETCONF errors that a subscriber or sysrepo itself attached.
    pub fn netconf(&self) -> impl Iterator<Item = &NetconfError> {
        let details = if let Self::Sysrepo { details, .. } = self { &details[..] } else { &[] };
        details.iter().filter_map(|detail| detail.netconf.as_ref())
    }
}

/// One thing that a session reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Its code.
    pub code: Code,
    /// What happened.
    pub message: String,
    /// The members of an `rpc-error`, when the error was made for NETCONF.
    pub netconf: Option<NetconfError>,
}

/// The members of a NETCONF `rpc-error`, RFC 6241 section 4.3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetconfError {
    /// `error-type`: transport, rpc, protocol or application.
    pub kind: String,
    /// `error-tag`, such as `operation-failed`.
    pub tag: String,
    /// `error-app-tag`.
    pub app_tag: Option<String>,
    /// `error-path`: an instance path with module names as prefixes.
    pub path: Option<String>,
    /// `error-message`.
    pub message: String,
    /// The elements of `error-info` and their values.
    pub info: Vec<(String, String)>,
}

impl NetconfError {
    /// An error of type `application`.
    pub fn application(tag: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind: "application".to_owned(),
            tag: tag.into(),
            message: message.into(),
            ..Self::default()
        }
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident; $($(#[$code_doc:meta])* $code:ident = $value:ident,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub u32);

        impl $name {
            $($(#[$code_doc])* pub const $code: Self = Self(sys::$value);)*
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match *self {
                    $(Self::$code => f.write_str(stringify!($code)),)*
                    Self(other) => write!(f, "{}({other})", stringify!($name)),
                }
            }
        }
    };
}

codes! {
    /// A code of sysrepo.
    Code;
    /// No error.
    OK = SR_ERR_OK,
    /// An argument is not right.
    INVALID_ARGUMENT = SR_ERR_INVAL_ARG,
    /// libyang failed.
    YANG = SR_ERR_LY,
    /// A system call failed.
    SYSTEM = SR_ERR_SYS,
    /// No memory is left.
    NO_MEMORY = SR_ERR_NO_MEMORY,
    /// There is no such thing.
    NOT_FOUND = SR_ERR_NOT_FOUND,
    /// There is such a thing already.
    EXISTS = SR_ERR_EXISTS,
    /// Something failed that should not.
    INTERNAL = SR_ERR_INTERNAL,
    /// Not supported.
    UNSUPPORTED = SR_ERR_UNSUPPORTED,
    /// The changes are not valid.
    VALIDATION_FAILED = SR_ERR_VALIDATION_FAILED,
    /// The operation failed.
    OPERATION_FAILED = SR_ERR_OPERATION_FAILED,
    /// Access is denied.
    UNAUTHORIZED = SR_ERR_UNAUTHORIZED,
    /// Another session holds the lock.
    LOCKED = SR_ERR_LOCKED,
    /// Nobody answered in time.
    TIMED_OUT = SR_ERR_TIME_OUT,
    /// A subscriber refused.
    CALLBACK_FAILED = SR_ERR_CALLBACK_FAILED,
    /// The operation succeeded, but a subscriber failed to hear of it.
    OK_CALLBACK_FAILED = SR_ERR_OK_CALLBACK_FAILED,
}

codes! {
    /// A code of libyang.
    YangCode;
    /// No memory is left.
    NO_MEMORY = LY_EMEM,
    /// A system call failed.
    SYSTEM = LY_ESYS,
    /// A value is not right.
    INVALID = LY_EINVAL,
    /// There is such a thing already.
    EXISTS = LY_EEXIST,
    /// There is no such thing.
    NOT_FOUND = LY_ENOTFOUND,
    /// Something failed that should not.
    INTERNAL = LY_EINT,
    /// Data or schema are not valid.
    NOT_VALID = LY_EVALID,
    /// The operation is not allowed.
    DENIED = LY_EDENIED,
    /// The operation needs more than it was given.
    INCOMPLETE = LY_EINCOMPLETE,
    /// Not what was expected: a message whose root is another element.
    NOT = LY_ENOT,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: the function answers a string constant for every number.
        f.write_str(&unsafe { copied(sys::sr_strerror(self.0.cast_signed())) })
    }
}

impl fmt::Display for YangCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: the function answers a string constant for every number.
        f.write_str(&unsafe { copied(sys::ly_strerr(self.0)) })
    }
}

/// One thing that libyang reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YangDetail {
    /// Its code.
    pub code: u32,
    /// What is wrong.
    pub message: String,
    /// The instance path of the node, if there is one.
    pub data_path: Option<String>,
    /// The path of the schema node, if there is one.
    pub schema_path: Option<String>,
    /// The `error-app-tag` that the module or RFC 7950 section 15 gives.
    pub app_tag: Option<String>,
    /// The line of the input, 0 if unknown.
    pub line: u64,
}

impl fmt::Display for YangDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (self.data_path.as_ref().or(self.schema_path.as_ref()), self.line) {
            (Some(path), _) => write!(f, " ({path})"),
            (None, 0) => Ok(()),
            (None, line) => write!(f, " (line {line})"),
        }
    }
}

/// Turns libyang's printing to standard error off in this thread while it lives: what fails is
/// kept and returned.
pub(crate) struct Quiet {
    before: *mut u32,
}

impl Quiet {
    pub(crate) fn new() -> Self {
        use std::sync::atomic::AtomicU32;
        static STORE_ONLY: AtomicU32 = AtomicU32::new(sys::LY_LOSTORE);
        // SAFETY: libyang only reads through the pointer, and a static never goes away.
        Self { before: unsafe { sys::ly_temp_log_options(STORE_ONLY.as_ptr()) } }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // SAFETY: the pointer is what was set before, still valid by nesting.
        unsafe { sys::ly_temp_log_options(self.before) };
    }
}

/// Calls libyang and collects what it reports.
pub(crate) fn yang(
    context: *const sys::ly_ctx,
    call: impl FnOnce() -> sys::LY_ERR,
) -> Result<(), Error> {
    let _quiet = Quiet::new();
    // SAFETY: the context is null or live, as everywhere in this crate.
    unsafe { sys::ly_err_clean(context, null_mut()) };
    match call() {
        sys::LY_SUCCESS => Ok(()),
        code => Err(yang_error(context, code)),
    }
}

/// The error of a call that returned `code`; takes the stored reports away.
pub(crate) fn yang_error(context: *const sys::ly_ctx, code: sys::LY_ERR) -> Error {
    let mut details = Vec::new();
    // SAFETY: items belong to the calling thread until they are cleaned, at the end.
    unsafe {
        let mut item = sys::ly_err_first(context);
        while !item.is_null() {
            if sys::ruru_ly_err_level(item) == sys::LY_LLERR {
                details.push(YangDetail {
                    code: sys::ruru_ly_err_code(item),
                    message: copied(sys::ruru_ly_err_message(item)),
                    data_path: copied_option(sys::ruru_ly_err_data_path(item)),
                    schema_path: copied_option(sys::ruru_ly_err_schema_path(item)),
                    app_tag: copied_option(sys::ruru_ly_err_app_tag(item)),
                    line: sys::ruru_ly_err_line(item),
                });
            }
            item = sys::ruru_ly_err_next(item);
        }
        sys::ly_err_clean(context, null_mut());
        if details.is_empty()
            && context.is_null()
            && let Some(message) = copied_option(sys::ly_last_logmsg())
        {
            details.push(YangDetail { code, message, ..YangDetail::default() });
        }
    }
    Error::Yang { code: YangCode(code), details }
}

/// The error of a sysrepo call on `session` that returned `code`.
pub(crate) fn session_error(session: *mut sys::sr_session_ctx_t, code: u32) -> Error {
    let mut info = null();
    let mut details = Vec::new();
    // SAFETY: the session is live; what it reports stays until its next call.
    unsafe {
        sys::sr_session_get_error(session, &raw mut info);
        for index in 0..sys::ruru_sr_error_count(info) {
            let error = sys::ruru_sr_error_at(info, index);
            details.push(Detail {
                code: Code(sys::ruru_sr_error_code(error)),
                message: copied(sys::ruru_sr_error_message(error)),
                netconf: netconf_error(error),
            });
        }
    }
    Error::Sysrepo { code: Code(code), details }
}

/// # Safety
/// `error` is live.
unsafe fn netconf_error(error: *const sys::sr_error_info_err_t) -> Option<NetconfError> {
    let (mut kind, mut tag, mut app_tag) = (null(), null(), null());
    let (mut path, mut message) = (null(), null());
    let (mut elements, mut values, mut count) = (null_mut(), null_mut(), 0);
    // SAFETY: the error is live, and the answered strings live as long as it; the two arrays are
    // from `malloc` and are ours.
    unsafe {
        if borrowed(sys::ruru_sr_error_format(error)) != Some("NETCONF") {
            return None;
        }
        let code = sys::sr_err_get_netconf_error(
            error,
            &raw mut kind,
            &raw mut tag,
            &raw mut app_tag,
            &raw mut path,
            &raw mut message,
            &raw mut elements,
            &raw mut values,
            &raw mut count,
        );
        if code.cast_unsigned() != sys::SR_ERR_OK {
            return None;
        }
        let info = (0..count as usize)
            .map(|index| (copied(*elements.add(index)), copied(*values.add(index))))
            .collect();
        sys::ruru_free(elements.cast());
        sys::ruru_free(values.cast());
        Some(NetconfError {
            kind: copied(kind),
            tag: copied(tag),
            app_tag: copied_option(app_tag),
            path: copied_option(path),
            message: copied(message),
            info,
        })
    }
}
