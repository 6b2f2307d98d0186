//! What options consist of: the standard definitions, and those of `option-def`.

use std::borrow::Cow;

use super::{DHCP4, Type, definitions};
use crate::complaint::{Complaint, Within};
use crate::{Protocol, Settings};

/// What an option's content consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The protocol whose options it is about.
    pub protocol: Protocol,
    /// The option space that the code is of.
    pub space: Cow<'static, str>,
    /// The code.
    pub code: u16,
    /// The name.
    pub name: Cow<'static, str>,
    /// The fields; there is at least one, and those with several are records.
    pub fields: Cow<'static, [Type]>,
    /// Whether the last field may repeat.
    pub array: bool,
    /// The space of the options in it; empty if it has none.
    pub encapsulates: Cow<'static, str>,
}

/// By what a definition is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// By its code.
    Code(u16),
    /// By its name.
    Name(&'a str),
}

impl Definition {
    pub(super) const fn standard(
        protocol: Protocol,
        space: &'static str,
        code: u16,
        name: &'static str,
        fields: &'static [Type],
        encapsulates: &'static str,
    ) -> Self {
        Self {
            protocol,
            space: Cow::Borrowed(space),
            code,
            name: Cow::Borrowed(name),
            fields: Cow::Borrowed(fields),
            array: false,
            encapsulates: Cow::Borrowed(encapsulates),
        }
    }

    pub(super) const fn array(mut self) -> Self {
        self.array = true;
        self
    }

    /// The standard definition of a code of the messages' own space.
    #[must_use]
    pub fn by_code(protocol: Protocol, code: u16) -> Option<&'static Self> {
        standard(protocol, protocol.space(), Key::Code(code))
    }

    /// The standard definition of a name of the messages' own space.
    #[must_use]
    pub fn by_name(protocol: Protocol, name: &str) -> Option<&'static Self> {
        standard(protocol, protocol.space(), Key::Name(name))
    }

    /// Whether it is an option of DHCPv4 messages with this code.
    pub(super) fn is_dhcp4(&self, code: u16) -> bool {
        self.protocol == Protocol::V4 && self.space == DHCP4 && self.code == code
    }

    fn has(&self, space: &str, key: Key<'_>) -> bool {
        let is_same = match key {
            Key::Code(code) => self.code == code,
            Key::Name(name) => self.name == name,
        };
        is_same && self.space == space
    }

    /// `option-def`, checked as Kea checks it.
    fn read(settings: &Settings) -> Result<Self, Complaint> {
        let text = |name: &str| settings.text(name).unwrap_or_default();
        let needed = |name: &'static str| {
            let message = format!("an option definition needs a '{name}'");
            settings.text(name).ok_or_else(|| Complaint::new(message))
        };
        let (name, kind) = (needed("name")?, needed("type")?);
        let code = settings
            .number("code")
            .and_then(|code| u16::try_from(code).ok())
            .ok_or_else(|| Complaint::new("an option definition needs a 'code'"))?;
        let protocol = settings.protocol();
        let space = settings.text("space").unwrap_or(protocol.space());
        check_name(name, "an option").under("name")?;
        check_name(space, "an option space").under("space")?;
        let definition = Self {
            protocol,
            space: space.to_owned().into(),
            code,
            name: name.to_owned().into(),
            fields: fields(kind, settings.text("record-types").unwrap_or_default())?.into(),
            array: settings.flag("array").unwrap_or(false),
            encapsulates: text("encapsulate").to_owned().into(),
        };
        definition.check()?;
        Ok(definition)
    }

    fn check(&self) -> Result<(), Complaint> {
        let Self { space, name, encapsulates, .. } = self;
        check_code(self.protocol, space, self.code)?;
        if self.array
            && let Some(last) = self.fields.last()
            && matches!(last, Type::String | Type::Binary | Type::Empty | Type::Internal)
        {
            let message = format!("values of type {} cannot repeat: they have no end", last.name());
            return Err(Complaint::new(message).under("array"));
        }
        if encapsulates.is_empty() {
            return Ok(());
        }
        check_name(encapsulates, "an option space").under("encapsulate")?;
        if self.array {
            let message =
                format!("option '{name}' has values that repeat: it cannot hold other options");
            return Err(Complaint::new(message).under("encapsulate"));
        }
        if space == encapsulates {
            let message = format!("option '{name}' cannot hold options of its own space '{space}'");
            return Err(Complaint::new(message).under("encapsulate"));
        }
        Ok(())
    }
}

/// Definitions that are configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definitions {
    protocol: Protocol,
    list: Box<[Definition]>,
}

impl Definitions {
    /// None beside the standard ones.
    #[must_use]
    pub fn none(protocol: Protocol) -> Self {
        Self { protocol, list: Box::default() }
    }

    /// The protocol.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The `option-def` of the whole configuration.
    ///
    /// # Errors
    /// A definition is wrong, or its code or name is taken.
    pub fn of_all(settings: &Settings) -> Result<Self, Complaint> {
        Self::read(settings, |definition| {
            let Definition { protocol, space, code, name, .. } = definition;
            let known = |key| is_fixed(space) && is_standard(*protocol, space, key);
            if known(Key::Code(*code)) {
                let message = format!("option {code} of space {space} is a standard option");
                return Err(Complaint::new(message).under("code"));
            }
            if known(Key::Name(name)) {
                let message = format!("option '{name}' of space {space} is a standard option");
                return Err(Complaint::new(message).under("name"));
            }
            Ok(())
        })
    }

    /// The `option-def` of a client class.
    ///
    /// # Errors
    /// A definition is wrong, its code or name is taken, or it is not of an option that clients use
    /// as their vendors like.
    pub fn of_class(settings: &Settings) -> Result<Self, Complaint> {
        Self::read(settings, |definition| {
            let Definition { space, code, .. } = definition;
            if definition.protocol == Protocol::V4 && space == DHCP4 && is_deferred(*code) {
                return Ok(());
            }
            let message = format!(
                "a client class can define options 43 and 224 to 254 of space dhcp4, not {code} of {space}"
            );
            Err(Complaint::new(message).under("code"))
        })
    }

    fn read(
        settings: &Settings,
        check: impl Fn(&Definition) -> Result<(), Complaint>,
    ) -> Result<Self, Complaint> {
        let mut list: Vec<Definition> = Vec::new();
        for (at, settings) in settings.maps("option-def").iter().enumerate() {
            let add = || {
                let definition = Definition::read(settings)?;
                check(&definition)?;
                let Definition { space, code, name, .. } = &definition;
                let is_taken = |key| list.iter().any(|other| other.has(space, key));
                if is_taken(Key::Code(*code)) {
                    let message = format!("option {code} of space {space} is defined twice");
                    return Err(Complaint::new(message).under("code"));
                }
                if is_taken(Key::Name(name)) {
                    let message = format!("option '{name}' of space {space} is defined twice");
                    return Err(Complaint::new(message).under("name"));
                }
                Ok(definition)
            };
            let definition = add().at_index(at).under("option-def")?;
            list.push(definition);
        }
        Ok(Self { protocol: settings.protocol(), list: list.into() })
    }

    /// The definition of an option: a standard one, or one of these.
    #[must_use]
    pub fn find(&self, space: &str, key: Key<'_>) -> Option<&Definition> {
        // Option 43 is the vendor's to define; the standard only says what else it is.
        let own = || self.own(space, key);
        let standard = standard(self.protocol, space, key);
        standard.filter(|found| !found.is_dhcp4(43)).or_else(own).or(standard)
    }

    /// The definition of an option that is one of these.
    #[must_use]
    pub fn own(&self, space: &str, key: Key<'_>) -> Option<&Definition> {
        self.list.iter().find(|definition| definition.has(space, key))
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Definition> {
        self.list.iter()
    }
}

/// The definitions that hold in a scope.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    class: Option<&'a Definitions>,
    all: &'a Definitions,
}

impl<'a> Known<'a> {
    /// Those of a client class come before all others.
    #[must_use]
    pub fn in_class(class: &'a Definitions, all: &'a Definitions) -> Self {
        Self { class: Some(class), all }
    }

    /// The protocol.
    #[must_use]
    pub fn protocol(self) -> Protocol {
        self.all.protocol
    }

    /// The definition of an option.
    #[must_use]
    pub fn find(self, space: &str, key: Key<'_>) -> Option<&'a Definition> {
        let of_class = self.class.and_then(|class| class.own(space, key));
        of_class.or_else(|| self.all.find(space, key))
    }
}

impl<'a> From<&'a Definitions> for Known<'a> {
    fn from(all: &'a Definitions) -> Self {
        Self { class: None, all }
    }
}

/// Options that clients use as their vendors like, and that are understood when the client's
/// classes are known.
#[must_use]
pub fn is_deferred(code: u16) -> bool {
    matches!(code, 43 | 224..=254)
}

fn standard(protocol: Protocol, space: &str, key: Key<'_>) -> Option<&'static Definition> {
    let space = match (protocol, space) {
        // An older name, by which options can be written and are not sent: no option holds them.
        (Protocol::V4, "docsis3-v4") | (Protocol::V6, "docsis3-v6") => "vendor-4491",
        _ => space,
    };
    definitions(protocol).iter().find(|definition| definition.has(space, key))
}

/// Whether the standard options of a space cannot be defined otherwise: those of vendors can.
fn is_fixed(space: &str) -> bool {
    !space.starts_with("vendor-")
}

fn is_standard(protocol: Protocol, space: &str, key: Key<'_>) -> bool {
    standard(protocol, space, key).is_some_and(|definition| !definition.is_dhcp4(43))
}

fn fields(kind: &str, record: &str) -> Result<Vec<Type>, Complaint> {
    let unknown = |name: &str| format!("there is no type '{name}' of option data");
    if kind != "record" {
        if !record.is_empty() {
            let message = format!("'record-types' is for type record, this is {kind}");
            return Err(Complaint::new(message).under("record-types"));
        }
        let found = Type::by_name(kind).ok_or_else(|| Complaint::new(unknown(kind)));
        return found.map(|kind| vec![kind]).under("type");
    }
    let names = record.split(',').map(str::trim).filter(|name| !name.is_empty());
    let fields = names
        .map(|name| match Type::by_name(name) {
            Some(Type::Empty | Type::Internal) => {
                Err(format!("a record cannot have fields of type {name}"))
            }
            Some(kind) => Ok(kind),
            None => Err(unknown(name)),
        })
        .collect::<Result<Vec<Type>, String>>();
    let check = |fields: Vec<Type>| match fields.split_last() {
        None | Some((_, [])) => Err("a record has two fields or more".to_owned()),
        Some((_, first)) => {
            match first.iter().find(|kind| matches!(kind, Type::String | Type::Binary)) {
                Some(kind) => Err(format!("a field of type {} must be the last one", kind.name())),
                None => Ok(fields),
            }
        }
    };
    fields.and_then(check).map_err(|message| Complaint::new(message).under("record-types"))
}

/// Letters, digits, and within also hyphens and underscores.
fn check_name(name: &str, what: &str) -> Result<(), Complaint> {
    let is_mark = |c: char| matches!(c, '-' | '_');
    let is_good = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || is_mark(c))
        && !name.starts_with(is_mark)
        && !name.ends_with(is_mark);
    if is_good {
        return Ok(());
    }
    let message = format!(
        "'{name}' is no name of {what}: it has letters, digits, and within also hyphens and underscores"
    );
    Err(Complaint::new(message))
}

pub(super) fn check_space(protocol: Protocol, space: &str) -> Result<(), Complaint> {
    check_name(space, "an option space")?;
    let other = protocol.other();
    if space == other.space() {
        Err(Complaint::new(format!("space {space} is for the {} server", other.name())))
    } else {
        Ok(())
    }
}

/// What codes an option of messages may have.
pub(super) fn check_code(protocol: Protocol, space: &str, code: u16) -> Result<(), Complaint> {
    let (is_good, range) = match protocol {
        Protocol::V4 => (!matches!(code, 0 | 255), "1 to 254"),
        Protocol::V6 => (code != 0, "1 to 65535"),
    };
    if space != protocol.space() || is_good {
        return Ok(());
    }
    let message = format!("option codes of space {space} are {range}, not {code}");
    Err(Complaint::new(message).under("code"))
}
