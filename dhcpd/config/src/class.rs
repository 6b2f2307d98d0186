//! Client classes.

use std::collections::HashMap;

use ruru_eval::{Family, Names, ParseError, Template, Test};
use ruru_json::Value;
use ruru_wire::OptionSet;

use crate::Protocol;
use crate::complaint::{Complaint, Within};
use crate::effective::Lifetime;
use crate::family::Configured;
use crate::option::{self, Definitions, Key, Known as KnownOptions};
use crate::params::Scope;
use crate::settings::Settings;

/// A client class, in the place where it is evaluated.
#[derive(Clone, Debug)]
pub struct ClientClass<F: Configured> {
    /// The name.
    pub name: Box<str>,
    /// Who is in it.
    pub condition: Condition,
    /// Whether it is evaluated for additional lists only.
    pub only_additional: bool,
    /// Whether it can be evaluated only when it is known whether the client has a reservation.
    pub depends_on_known: bool,
    /// Its options.
    pub options: OptionSet<F::Code>,
    /// What it says of options that clients use as their vendors like.
    pub definitions: Definitions,
    /// Lifetime of leases, if it is given.
    pub lifetime: Option<Lifetime>,
    /// What only one protocol has.
    pub own: F::OfClass,
    settings: Settings,
}

/// Who is in a class.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Whoever is put into it: by a reservation, or by an additional list.
    Given,
    /// Packets for which this holds.
    Test(Test),
    /// Packets for which this is not empty: they are also in a class with the value in its name.
    Template(Template),
}

/// All classes, in the order in which they are evaluated.
#[derive(Clone, Debug)]
pub struct Classes<F: Configured> {
    list: Box<[ClientClass<F>]>,
    by_name: HashMap<Box<str>, usize>,
}

/// The parameters of a lifetime, and of its bounds.
const VALID: [&str; 3] = ["valid-lifetime", "min-valid-lifetime", "max-valid-lifetime"];
/// Classes that the server itself knows members of.
const BUILT_IN: [&str; 4] = ["ALL", "KNOWN", "UNKNOWN", "BOOTP"];
/// Classes whose members are not served.
const REFUSING: [&str; 2] = ["DROP", "REJECT"];

impl<F: Configured> Classes<F> {
    pub(crate) fn build(values: &[Value], definitions: &Definitions) -> Result<Self, Complaint> {
        let mut list: Vec<ClientClass<F>> = Vec::with_capacity(values.len());
        let mut by_name = HashMap::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            let class =
                ClientClass::build(value, &Known { list: &list, by_name: &by_name, definitions });
            let class = class.at_index(at).under("client-classes")?;
            if by_name.insert(class.name.clone(), at).is_some() {
                let message = format!("client class '{}' stands twice", class.name);
                return Err(Complaint::new(message)
                    .under("name")
                    .at_index(at)
                    .under("client-classes"));
            }
            list.push(class);
        }
        Ok(Self { list: list.into(), by_name })
    }

    /// All classes in order.
    pub fn iter(&self) -> std::slice::Iter<'_, ClientClass<F>> {
        self.list.iter()
    }

    /// Configured classes whose members the packet itself tells: `ALL`, and those of vendors.
    pub fn of_reception(&self) -> impl Iterator<Item = &ClientClass<F>> {
        let of_reception = |class: &&ClientClass<F>| {
            &*class.name == "ALL" || class.name.starts_with("VENDOR_CLASS_")
        };
        self.list.iter().filter(of_reception)
    }

    /// A class by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ClientClass<F>> {
        self.list.get(*self.by_name.get(name)?)
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<Value> {
        self.iter().map(|class| class.settings.to_json()).collect()
    }
}

/// The classes that stand before the one that is being built.
struct Known<'a, F: Configured> {
    list: &'a [ClientClass<F>],
    by_name: &'a HashMap<Box<str>, usize>,
    definitions: &'a Definitions,
}

impl<F: Configured> Names for Known<'_, F> {
    fn option(&self, name: &str) -> Option<u16> {
        let definition = self.definitions.find(F::PROTOCOL.space(), Key::Name(name));
        definition.map(|definition| definition.code)
    }

    fn class(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }
}

impl<F: Configured> Known<'_, F> {
    fn depends_on_known(&self, class: &str) -> bool {
        self.by_name.get(class).is_some_and(|at| self.list[*at].depends_on_known)
    }
}

impl<F: Configured> ClientClass<F> {
    fn build(value: &Value, known: &Known<'_, F>) -> Result<Self, Complaint> {
        let settings = Settings::read(F::PROTOCOL, Scope::Class, value)?;
        let name = settings
            .text("name")
            .filter(|name| !name.is_empty())
            .ok_or_else(|| Complaint::new("a client class needs a 'name'"))?;
        let (condition, depends_on_known) = condition(&settings, known)?;
        let only_additional = settings.flag("only-in-additional-list").unwrap_or(false);
        check_built_in(name, &condition, only_additional)?;
        let definitions = Definitions::of_class(&settings)?;
        let options = KnownOptions::in_class(&definitions, known.definitions);
        Ok(Self {
            name: name.into(),
            condition,
            only_additional,
            depends_on_known,
            options: option::encode_all(&settings, options)?,
            definitions,
            lifetime: lifetime(&settings, VALID)?,
            own: F::of_class(&settings)?,
            settings,
        })
    }
}

fn condition<F: Configured>(
    settings: &Settings,
    known: &Known<'_, F>,
) -> Result<(Condition, bool), Complaint> {
    let family = match F::PROTOCOL {
        Protocol::V4 => Family::V4,
        Protocol::V6 => Family::V6,
    };
    let text = |name| settings.text(name).filter(|text| !text.is_empty());
    let depends = |class: &str| known.depends_on_known(class);
    match (text("test"), text("template-test")) {
        (None, None) => Ok((Condition::Given, false)),
        (Some(_), Some(_)) => {
            let message = "a client class has a 'test' or a 'template-test', not both";
            Err(Complaint::new(message).under("template-test"))
        }
        (Some(text), None) => {
            let test = Test::parse(text, family, known);
            let test = test.map_err(|error| fault("test", text, &error))?;
            let depends = test.depends_on_known(depends);
            Ok((Condition::Test(test), depends))
        }
        (None, Some(text)) => {
            let template = Template::parse(text, family, known);
            let template = template.map_err(|error| fault("template-test", text, &error))?;
            let depends = template.depends_on_known(depends);
            Ok((Condition::Template(template), depends))
        }
    }
}

fn fault(parameter: &str, text: &str, error: &ParseError) -> Complaint {
    Complaint::new(format!("'{parameter}' is not an expression: {}", error.render(text)))
        .under(parameter)
}

fn check_built_in(
    name: &str,
    condition: &Condition,
    only_additional: bool,
) -> Result<(), Complaint> {
    let is_built_in = BUILT_IN.contains(&name);
    if is_built_in && !matches!(condition, Condition::Given) {
        let message = format!("the server itself tells who is in class {name}: it has no test");
        return Err(Complaint::new(message).under("test"));
    }
    if only_additional && (is_built_in || REFUSING.contains(&name)) {
        let message = format!("class {name} is always evaluated, not for additional lists only");
        return Err(Complaint::new(message).under("only-in-additional-list"));
    }
    Ok(())
}

/// The least and the most are those of the usual lifetime, if they are not given; that is the one
/// that is given, if it is not.
pub(crate) fn lifetime(
    settings: &Settings,
    names: [&str; 3],
) -> Result<Option<Lifetime>, Complaint> {
    let [usual, least, most] = names.map(|name| settings.number(name));
    let usual = match (usual, least, most) {
        (None, None, None) => return Ok(None),
        (None, Some(_), Some(_)) => {
            let [usual, least, most] = names;
            let message = format!("'{least}' and '{most}' need '{usual}'");
            return Err(Complaint::new(message));
        }
        (Some(usual), _, _) | (None, Some(usual), None) | (None, None, Some(usual)) => usual,
    };
    Lifetime { least, usual, most }.checked().map(Some)
}
