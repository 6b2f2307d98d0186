//! Who may log in, by public key or by password.

use std::collections::HashMap;

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use russh::keys::PublicKey;
use sha_crypt::ShaCrypt;

use crate::config::User;

/// A user's entry that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// A public key that is none.
    #[error("user {user}: {line:?} is not a public key")]
    Key {
        /// The user.
        user: String,
        /// The line.
        line: String,
        /// Why.
        source: russh::keys::ssh_key::Error,
    },
    /// A hash of a kind that is not known.
    #[error("user {user}: password-hash is neither $argon2id$, $5$ nor $6$")]
    Hash {
        /// The user.
        user: String,
    },
}

/// Everybody who may log in.
#[derive(Debug)]
pub(super) struct Users(HashMap<String, Credentials>);

#[derive(Debug)]
struct Credentials {
    keys: Vec<PublicKey>,
    password: Option<PasswordHash>,
}

#[derive(Clone, Debug)]
enum PasswordHash {
    Argon2(String),
    ShaCrypt(String),
}

/// What a password of an unknown user is held against, so that it takes as long as a known one's.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA\
                      $c2Eyl1MbZ9ZVdrPzVjSbNJ0sAEhhDvFUgqmL1Wd4Gn0";

impl PasswordHash {
    fn parse(hash: &str) -> Option<Self> {
        if hash.starts_with("$argon2id$") {
            Some(Self::Argon2(hash.to_owned()))
        } else if hash.starts_with("$5$") || hash.starts_with("$6$") {
            Some(Self::ShaCrypt(hash.to_owned()))
        } else {
            None
        }
    }

    /// Both compare in constant time.
    fn accepts(&self, password: &[u8]) -> bool {
        match self {
            Self::Argon2(hash) => {
                Argon2::default().verify_password(password, hash.as_str()).is_ok()
            }
            Self::ShaCrypt(hash) => {
                ShaCrypt::default().verify_password(password, hash.as_str()).is_ok()
            }
        }
    }
}

impl Users {
    /// Reads the users of a configuration.
    pub(super) fn new(users: &[User]) -> Result<Self, UserError> {
        users.iter().map(Credentials::read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether this key logs this user in.
    pub(super) fn accept_key(&self, user: &str, key: &PublicKey) -> bool {
        let credentials = self.0.get(user);
        credentials.is_some_and(|known| known.keys.iter().any(|k| k.key_data() == key.key_data()))
    }

    /// Whether this password logs this user in. Takes its time: not for a thread that others
    /// wait for.
    pub(super) fn accept_password(&self, user: &str, password: &str) -> bool {
        match self.0.get(user).and_then(|known| known.password.as_ref()) {
            Some(hash) => hash.accepts(password.as_bytes()),
            None => {
                PasswordHash::Argon2(NOBODY.to_owned()).accepts(password.as_bytes());
                false
            }
        }
    }
}

impl Credentials {
    fn read(user: &User) -> Result<(String, Self), UserError> {
        let keys = user.authorized_keys.iter().map(|line| {
            PublicKey::from_openssh(line.trim()).map_err(|source| UserError::Key {
                user: user.name.clone(),
                line: line.clone(),
                source,
            })
        });
        let keys = keys.collect::<Result<_, _>>()?;
        let password = match &user.password_hash {
            Some(hash) => Some(
                PasswordHash::parse(hash)
                    .ok_or_else(|| UserError::Hash { user: user.name.clone() })?,
            ),
            None => None,
        };
        Ok((user.name.clone(), Self { keys, password }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, keys: &[&str], hash: Option<&str>) -> User {
        User {
            name: name.to_owned(),
            authorized_keys: keys.iter().map(|&key| key.to_owned()).collect(),
            password_hash: hash.map(str::to_owned),
        }
    }

    const KEY: &str = "ssh-ed25519 \
         AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti user@host";
    /// Of the password `Hello world!`, from the specification of SHA-crypt.
    const SHA: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnI\
                       FNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

    #[test]
    fn a_key_logs_in_whoever_it_belongs_to() {
        let users = Users::new(&[user("ada", &[KEY], None)]).unwrap();
        let key = PublicKey::from_openssh(KEY).unwrap();
        assert!(users.accept_key("ada", &key));
        assert!(!users.accept_key("bob", &key));
        assert!(!users.accept_password("ada", ""));
    }

    #[test]
    fn a_password_is_held_against_its_hash() {
        let users = Users::new(&[user("ada", &[], Some(SHA))]).unwrap();
        assert!(users.accept_password("ada", "Hello world!"));
        assert!(!users.accept_password("ada", "hello world!"));
        assert!(!users.accept_password("bob", "Hello world!"));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        assert!(matches!(Users::new(&[user("a", &["x"], None)]), Err(UserError::Key { .. })));
        let plain = Users::new(&[user("a", &[], Some("secret"))]);
        assert!(matches!(plain, Err(UserError::Hash { .. })));
    }
}
