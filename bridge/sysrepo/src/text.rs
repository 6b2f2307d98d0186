//! Strings across the border to C.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};

use crate::Error;
use crate::sys;

/// A text with the zero byte that C wants behind it.
pub(crate) fn c_text(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::ZeroByte)
}

/// The same for a text that may be missing.
pub(crate) fn c_text_option(text: Option<&str>) -> Result<Option<CString>, Error> {
    text.map(c_text).transpose()
}

/// The pointer of a text that may be missing.
pub(crate) fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}

/// Calls with a text as a C string; short texts, which most are, are not allocated.
pub(crate) fn with_c_text<T>(
    text: &str,
    call: impl FnOnce(*const c_char) -> Result<T, Error>,
) -> Result<T, Error> {
    const SHORT: usize = 128;
    if text.len() >= SHORT {
        return call(c_text(text)?.as_ptr());
    }
    if text.as_bytes().contains(&0) {
        return Err(Error::ZeroByte);
    }
    let mut buffer = [0_u8; SHORT];
    buffer[..text.len()].copy_from_slice(text.as_bytes());
    call(buffer.as_ptr().cast())
}

/// A borrowed C string; `None` for a null pointer and for text that is not UTF-8, which YANG
/// does not allow.
///
/// # Safety
/// `text` is null or a C string that lives unchanged for `'a`.
pub(crate) unsafe fn borrowed<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller vouches for the rest.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

/// A copy of a C string; empty for a null pointer.
///
/// # Safety
/// `text` is null or a C string.
pub(crate) unsafe fn copied(text: *const c_char) -> String {
    // SAFETY: as the caller says.
    unsafe { copied_option(text) }.unwrap_or_default()
}

/// A copy of a C string, if there is one.
///
/// # Safety
/// `text` is null or a C string.
pub(crate) unsafe fn copied_option(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller vouches for the rest.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// Takes over a string that the library allocated.
///
/// # Safety
/// `text` is null or a C string from `malloc` that nobody else frees.
pub(crate) unsafe fn taken(text: *mut c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, a C string.
    let copy = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let copy = Cow::into_owned(copy);
    // SAFETY: it came from `malloc` and is ours.
    unsafe { sys::ruru_free(text.cast()) };
    Some(copy)
}
