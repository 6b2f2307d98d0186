//! Bytes to requests.

use std::net::IpAddr;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::{
    Change, ConflictResolution, DhcidError, Directions, ExpiryError, NameChangeRequest, NameError,
};

/// What is no request.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The datagram has no room for a length.
    #[error("{0} bytes are too few for a length")]
    NoLength(usize),
    /// The datagram ends too early.
    #[error("the length says {announced} bytes, but {received} came")]
    Cut {
        /// What the length says.
        announced: usize,
        /// What there is.
        received: usize,
    },
    /// The text is not JSON.
    #[error("the request is not JSON")]
    Json(#[source] serde_json::Error),
    /// The text is JSON of another kind.
    #[error("the request is not a map")]
    NotAMap,
    /// A member is not there.
    #[error("'{0}' is missing")]
    Missing(&'static str),
    /// A member is of another kind.
    #[error("'{member}' is not {kind}")]
    Kind {
        /// Its name.
        member: &'static str,
        /// What it should be.
        kind: &'static str,
    },
    /// A member cannot be used.
    #[error("'{member}' cannot be used")]
    Value {
        /// Its name.
        member: &'static str,
        /// What is wrong with it.
        source: ValueError,
    },
    /// Nothing is to be changed.
    #[error("neither 'forward-change' nor 'reverse-change' is true")]
    NoDirection,
}

/// What is wrong with a member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// It is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It is no address.
    #[error("it is neither an IPv4 nor an IPv6 address")]
    Address(#[from] std::net::AddrParseError),
    /// It is no DHCID.
    #[error(transparent)]
    Dhcid(#[from] DhcidError),
    /// It is no time.
    #[error(transparent)]
    Expiry(#[from] ExpiryError),
    /// It is no change.
    #[error("{0} is neither 0, to add, nor 1, to remove")]
    Change(i64),
    /// It does not fit 32 bits.
    #[error("it is not a number from 0 to 4294967295")]
    Range,
    /// Nobody knows the mode.
    #[error("there is no such mode")]
    Mode,
}

impl NameChangeRequest {
    /// Reads a datagram; what comes after the announced length is left out of account.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn decode(datagram: &[u8]) -> Result<Self, DecodeError> {
        let (length, rest) =
            datagram.split_first_chunk().ok_or(DecodeError::NoLength(datagram.len()))?;
        let announced = usize::from(u16::from_be_bytes(*length));
        let cut = DecodeError::Cut { announced, received: rest.len() };
        Self::from_json(rest.get(..announced).ok_or(cut)?)
    }

    /// Reads the JSON text.
    ///
    /// Members that nobody knows are left out of account, as in Kea. Without a mode of conflict
    /// resolution the older flag `use-conflict-resolution` counts, and without that the usual mode.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn from_json(text: &[u8]) -> Result<Self, DecodeError> {
        let members = match serde_json::from_slice(text).map_err(DecodeError::Json)? {
            Value::Object(members) => Members(members),
            _ => return Err(DecodeError::NotAMap),
        };
        let directions = Directions::new(
            members.needed("forward-change", Members::flag)?,
            members.needed("reverse-change", Members::flag)?,
        );
        Ok(Self {
            change: members.needed("change-type", Members::change)?,
            directions: directions.ok_or(DecodeError::NoDirection)?,
            name: members.needed("fqdn", Members::parsed)?,
            address: members.needed("ip-address", Members::parsed::<IpAddr>)?,
            dhcid: members.needed("dhcid", Members::parsed)?,
            lease_expires_on: members.parsed("lease-expires-on")?,
            lease_length: members.needed("lease-length", Members::seconds)?,
            conflict_resolution: members.conflict_resolution()?,
        })
    }
}

struct Members(Map<String, Value>);

impl Members {
    fn needed<T>(
        &self,
        member: &'static str,
        read: impl Fn(&Self, &'static str) -> Result<Option<T>, DecodeError>,
    ) -> Result<T, DecodeError> {
        read(self, member)?.ok_or(DecodeError::Missing(member))
    }

    /// A member of one kind, if it is there.
    fn of_kind<'a, T>(
        &'a self,
        member: &'static str,
        kind: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, DecodeError> {
        let read = |value| read(value).ok_or(DecodeError::Kind { member, kind });
        self.0.get(member).map(read).transpose()
    }

    fn flag(&self, member: &'static str) -> Result<Option<bool>, DecodeError> {
        self.of_kind(member, "true or false", Value::as_bool)
    }

    fn parsed<T>(&self, member: &'static str) -> Result<Option<T>, DecodeError>
    where
        T: FromStr,
        ValueError: From<T::Err>,
    {
        let text = self.of_kind(member, "a string", Value::as_str)?;
        let parse = |text: &str| text.parse().map_err(|error: T::Err| value(member, error));
        text.map(parse).transpose()
    }

    fn change(&self, member: &'static str) -> Result<Option<Change>, DecodeError> {
        let number = self.of_kind(member, "an integer", Value::as_i64)?;
        let change = |number| match number {
            0 => Ok(Change::Add),
            1 => Ok(Change::Remove),
            number => Err(value(member, ValueError::Change(number))),
        };
        number.map(change).transpose()
    }

    fn seconds(&self, member: &'static str) -> Result<Option<u32>, DecodeError> {
        let number = self.of_kind(member, "an integer", Value::as_i64)?;
        let seconds = |number| u32::try_from(number).map_err(|_| value(member, ValueError::Range));
        number.map(seconds).transpose()
    }

    fn conflict_resolution(&self) -> Result<ConflictResolution, DecodeError> {
        const MODE: &str = "conflict-resolution-mode";
        if let Some(name) = self.of_kind(MODE, "a string", Value::as_str)? {
            return ConflictResolution::from_name(name).ok_or(value(MODE, ValueError::Mode));
        }
        let flag = self.flag("use-conflict-resolution")?;
        Ok(flag.map(ConflictResolution::from_flag).unwrap_or_default())
    }
}

fn value(member: &'static str, source: impl Into<ValueError>) -> DecodeError {
    DecodeError::Value { member, source: source.into() }
}
