//! HTTP basic authentication, RFC 7617.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap};
use subtle::{Choice, ConstantTimeEq};

/// Who may send commands.
#[derive(Clone, Debug)]
pub struct Authentication {
    /// What a client is asked for its password of.
    pub realm: String,
    /// The users; without any everybody is refused.
    pub clients: Vec<Credential>,
}

/// A user and a password.
#[derive(Clone)]
pub struct Credential {
    /// The user; has no colon.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Authentication {
    /// Whether a request names a user with the right password. All are compared to the end, so that
    /// the time it takes tells nothing.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(given) = headers.get(AUTHORIZATION).and_then(|value| decode(value.as_bytes()))
        else {
            return false;
        };
        let is_right = |client: &Credential| {
            let wanted = format!("{}:{}", client.user, client.password);
            wanted.as_bytes().ct_eq(&given)
        };
        self.clients.iter().fold(Choice::from(0), |found, client| found | is_right(client)).into()
    }
}

/// User and password of `Basic BASE64`; the scheme is in whatever case.
fn decode(value: &[u8]) -> Option<Vec<u8>> {
    let (scheme, encoded) = value.split_at_checked(6)?;
    scheme.eq_ignore_ascii_case(b"basic ").then_some(())?;
    BASE64_STANDARD.decode(encoded.trim_ascii()).ok()
}
