//! What a request asks for: RFC 6241 sections 7 and 8, RFC 5277, RFC 6022, RFC 6243, RFC 8526.
//!
//! Operations of other modules, and actions, are kept as text: only their schema tells what
//! belongs into them.

use crate::error::{ErrorTag, ErrorType, RpcError};
use crate::namespace;
use crate::parameters::{Parameters, choose, text};
use crate::xml::Element;

/// A datastore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datastore {
    /// What is loaded at start.
    Startup,
    /// What is shared and not in force yet.
    Candidate,
    /// What is in force.
    Running,
    /// What is the case.
    Operational,
}

/// Which data are asked for.
#[derive(Clone, Debug)]
pub enum Filter<'a> {
    /// What this subtree selects: elements that declare their namespaces.
    Subtree(String),
    /// What the expression selects; the element tells what its prefixes mean.
    XPath(String, Element<'a>),
}

/// How default values are reported, RFC 6243.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithDefaults {
    /// All of them.
    ReportAll,
    /// All of them, marked as defaults.
    ReportAllTagged,
    /// None whose value is the default.
    Trim,
    /// Those that a client has set.
    Explicit,
}

/// What a node without an operation of its own does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultOperation {
    /// It is merged.
    Merge,
    /// It replaces what is there.
    Replace,
    /// It only leads to nodes that have an operation.
    None,
}

/// Whether an edit is checked, made, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestOption {
    /// Check, then make it if nothing is wrong.
    TestThenSet,
    /// Make it.
    Set,
    /// Only check.
    TestOnly,
}

/// What happens when a part of an edit fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorOption {
    /// The rest is not done.
    StopOnError,
    /// The rest is done all the same.
    ContinueOnError,
    /// What was done is undone.
    RollbackOnError,
}

/// Data inside of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Elements that declare their namespaces.
    Inline(String),
    /// At an address.
    Url(String),
}

/// What is copied or checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A datastore.
    Datastore(Datastore),
    /// Data inside of the request, or at an address.
    Content(Content),
}

/// The parameters of `<edit-config>` and `<edit-data>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is edited.
    pub target: Datastore,
    /// What a node without an operation does.
    pub default_operation: DefaultOperation,
    /// Whether it is only checked, if the client says so.
    pub test_option: Option<TestOption>,
    /// What happens on error.
    pub error_option: ErrorOption,
    /// The edit.
    pub content: Content,
}

/// The parameters of `<get-data>`.
#[derive(Clone, Debug)]
pub struct GetData<'a> {
    /// What is read.
    pub datastore: Datastore,
    /// Which data.
    pub filter: Option<Filter<'a>>,
    /// Only nodes of this value of `config`.
    pub config: Option<bool>,
    /// How many levels, 0 for all.
    pub max_depth: u16,
    /// Whether the origin is reported.
    pub with_origin: bool,
    /// Only these origins.
    pub origins: Vec<String>,
    /// None of these origins.
    pub not_origins: Vec<String>,
    /// How defaults are reported.
    pub with_defaults: Option<WithDefaults>,
}

/// The parameters of `<commit>`, RFC 6241 section 8.4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Whether it is undone unless another one confirms it.
    pub confirmed: bool,
    /// After how many seconds.
    pub timeout: Option<u32>,
    /// A name under which other sessions can confirm it.
    pub persist: Option<String>,
    /// The name of the one that this confirms.
    pub persist_id: Option<String>,
}

/// The parameters of `<create-subscription>`, RFC 5277 section 2.1.1.
#[derive(Clone, Debug)]
pub struct CreateSubscription<'a> {
    /// The stream; `NETCONF` is all of them.
    pub stream: Option<String>,
    /// Which notifications.
    pub filter: Option<Filter<'a>>,
    /// From when on stored notifications are sent.
    pub start: Option<String>,
    /// When the subscription ends.
    pub stop: Option<String>,
}

/// An operation and its parameters.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are those of the RFCs")]
pub enum Operation<'a> {
    Get { filter: Option<Filter<'a>>, with_defaults: Option<WithDefaults> },
    GetConfig { source: Datastore, filter: Option<Filter<'a>>, with_defaults: Option<WithDefaults> },
    EditConfig(Edit),
    CopyConfig { target: Datastore, source: Source, with_defaults: Option<WithDefaults> },
    DeleteConfig { target: Datastore },
    Lock { target: Datastore },
    Unlock { target: Datastore },
    CloseSession,
    KillSession { session_id: u32 },
    Commit(Commit),
    CancelCommit { persist_id: Option<String> },
    DiscardChanges,
    Validate { source: Source },
    GetData(GetData<'a>),
    EditData(Edit),
    CreateSubscription(CreateSubscription<'a>),
    GetSchema { identifier: String, version: Option<String>, format: Option<String> },
    Other(Element<'a>),
}

const DEFAULTS: &[(&str, WithDefaults)] = &[
    ("report-all", WithDefaults::ReportAll),
    ("report-all-tagged", WithDefaults::ReportAllTagged),
    ("trim", WithDefaults::Trim),
    ("explicit", WithDefaults::Explicit),
];

const DEFAULT_OPERATIONS: &[(&str, DefaultOperation)] = &[
    ("merge", DefaultOperation::Merge),
    ("replace", DefaultOperation::Replace),
    ("none", DefaultOperation::None),
];

impl<'a> Operation<'a> {
    /// Reads an operation.
    pub fn parse(element: &Element<'a>) -> Result<Self, RpcError> {
        let mut parameters = Parameters::of(element)?;
        let operation = match (element.namespace(), element.name()) {
            (namespace::BASE, name) => match base(name, &mut parameters)? {
                Some(operation) => operation,
                None => return Ok(Self::Other(element.clone())),
            },
            (namespace::NMDA, "get-data") => Self::GetData(get_data(&mut parameters)?),
            (namespace::NMDA, "edit-data") => Self::EditData(edit_data(&mut parameters)?),
            (namespace::MONITORING, "get-schema") => Self::GetSchema {
                identifier: text(&parameters.required("identifier")?)?,
                version: parameters.text("version")?,
                format: parameters.text("format")?,
            },
            (namespace::NOTIFICATION, "create-subscription") => {
                Self::CreateSubscription(CreateSubscription {
                    stream: parameters.text("stream")?,
                    filter: filter(&mut parameters)?,
                    start: parameters.text("startTime")?,
                    stop: parameters.text("stopTime")?,
                })
            }
            _ => return Ok(Self::Other(element.clone())),
        };
        parameters.finish()?;
        Ok(operation)
    }
}

fn base<'a>(
    name: &str,
    parameters: &mut Parameters<'a>,
) -> Result<Option<Operation<'a>>, RpcError> {
    Ok(Some(match name {
        "get" => Operation::Get {
            filter: filter(parameters)?,
            with_defaults: with_defaults(parameters)?,
        },
        "get-config" => Operation::GetConfig {
            source: datastore(&parameters.required("source")?)?,
            filter: filter(parameters)?,
            with_defaults: with_defaults(parameters)?,
        },
        "edit-config" => Operation::EditConfig(edit_config(parameters)?),
        "copy-config" => Operation::CopyConfig {
            target: datastore(&parameters.required("target")?)?,
            source: source(&parameters.required("source")?)?,
            with_defaults: with_defaults(parameters)?,
        },
        "delete-config" => {
            Operation::DeleteConfig { target: datastore(&parameters.required("target")?)? }
        }
        "lock" => Operation::Lock { target: datastore(&parameters.required("target")?)? },
        "unlock" => Operation::Unlock { target: datastore(&parameters.required("target")?)? },
        "close-session" => Operation::CloseSession,
        "kill-session" => {
            let id = text(&parameters.required("session-id")?)?;
            Operation::KillSession { session_id: number("session-id", &id)? }
        }
        "commit" => Operation::Commit(commit(parameters)?),
        "cancel-commit" => Operation::CancelCommit { persist_id: parameters.text("persist-id")? },
        "discard-changes" => Operation::DiscardChanges,
        "validate" => Operation::Validate { source: source(&parameters.required("source")?)? },
        _ => return Ok(None),
    }))
}

fn edit_config(parameters: &mut Parameters<'_>) -> Result<Edit, RpcError> {
    Ok(Edit {
        target: datastore(&parameters.required("target")?)?,
        default_operation: parameters
            .one_of("default-operation", DEFAULT_OPERATIONS)?
            .unwrap_or(DefaultOperation::Merge),
        test_option: parameters.one_of(
            "test-option",
            &[
                ("test-then-set", TestOption::TestThenSet),
                ("set", TestOption::Set),
                ("test-only", TestOption::TestOnly),
            ],
        )?,
        error_option: parameters
            .one_of(
                "error-option",
                &[
                    ("stop-on-error", ErrorOption::StopOnError),
                    ("continue-on-error", ErrorOption::ContinueOnError),
                    ("rollback-on-error", ErrorOption::RollbackOnError),
                ],
            )?
            .unwrap_or(ErrorOption::StopOnError),
        content: content(parameters)?.ok_or_else(|| RpcError::missing_element("config"))?,
    })
}

fn edit_data(parameters: &mut Parameters<'_>) -> Result<Edit, RpcError> {
    Ok(Edit {
        target: identity(&parameters.required("datastore")?)?,
        default_operation: parameters
            .one_of("default-operation", DEFAULT_OPERATIONS)?
            .unwrap_or(DefaultOperation::Merge),
        test_option: None,
        error_option: ErrorOption::RollbackOnError,
        content: content(parameters)?.ok_or_else(|| RpcError::missing_element("config"))?,
    })
}

fn get_data<'a>(parameters: &mut Parameters<'a>) -> Result<GetData<'a>, RpcError> {
    let origins = |elements: Vec<Element<'a>>| {
        elements.iter().map(text).collect::<Result<Vec<_>, _>>().map(|names| {
            let local = |name: String| name.rsplit(':').next().unwrap_or_default().to_owned();
            names.into_iter().map(local).collect::<Vec<_>>()
        })
    };
    let subtree = parameters.optional("subtree-filter")?;
    let xpath = parameters.optional("xpath-filter")?;
    let filter = match (subtree, xpath) {
        (Some(_), Some(_)) => {
            return Err(RpcError::bad_element("xpath-filter", "one filter at a time"));
        }
        (Some(element), None) => Some(subtree_of(&element)?),
        (None, Some(element)) => Some(Filter::XPath(text(&element)?, element)),
        (None, None) => None,
    };
    let max_depth = match parameters.text("max-depth")?.as_deref() {
        None | Some("unbounded") => 0,
        Some(depth) => match number::<u16>("max-depth", depth)? {
            0 => return Err(RpcError::invalid_value("max-depth", "max-depth is at least 1")),
            depth => depth,
        },
    };
    Ok(GetData {
        datastore: identity(&parameters.required("datastore")?)?,
        filter,
        config: parameters.one_of("config-filter", &[("true", true), ("false", false)])?,
        max_depth,
        with_origin: parameters.optional("with-origin")?.is_some(),
        origins: origins(parameters.all("origin-filter"))?,
        not_origins: origins(parameters.all("negated-origin-filter"))?,
        with_defaults: with_defaults(parameters)?,
    })
}

fn commit(parameters: &mut Parameters<'_>) -> Result<Commit, RpcError> {
    let timeout = parameters.text("confirm-timeout")?;
    let commit = Commit {
        confirmed: parameters.optional("confirmed")?.is_some(),
        timeout: timeout.map(|seconds| number("confirm-timeout", &seconds)).transpose()?,
        persist: parameters.text("persist")?,
        persist_id: parameters.text("persist-id")?,
    };
    if commit.timeout == Some(0) {
        return Err(RpcError::invalid_value("confirm-timeout", "the time is at least 1 second"));
    }
    if !commit.confirmed && (commit.timeout.is_some() || commit.persist.is_some()) {
        let name = if commit.persist.is_some() { "persist" } else { "confirm-timeout" };
        return Err(RpcError::bad_element(name, format!("<{name}> goes with <confirmed>")));
    }
    Ok(commit)
}

fn with_defaults(parameters: &mut Parameters<'_>) -> Result<Option<WithDefaults>, RpcError> {
    let element = parameters.optional_of(namespace::WITH_DEFAULTS, "with-defaults")?;
    element.map(|element| choose("with-defaults", &text(&element)?, DEFAULTS)).transpose()
}

fn filter<'a>(parameters: &mut Parameters<'a>) -> Result<Option<Filter<'a>>, RpcError> {
    let Some(element) = parameters.optional("filter")? else { return Ok(None) };
    // RFC 6241 gives the attributes no namespace; some clients give them the protocol's.
    let attribute = |name: &str| {
        let prefixed = format!("{}:{name}", element.prefix());
        element.attribute(name).or_else(|| element.attribute(&prefixed))
    };
    match attribute("type").as_deref() {
        None | Some("subtree") => Ok(Some(subtree_of(&element)?)),
        Some("xpath") => match attribute("select") {
            Some(select) => Ok(Some(Filter::XPath(select, element))),
            None => Err(RpcError::missing_attribute(ErrorType::Protocol, "select", "filter")),
        },
        Some(_) => Err(RpcError::bad_attribute("type", "filter", "a filter is subtree or xpath")),
    }
}

fn subtree_of<'a>(element: &Element<'a>) -> Result<Filter<'a>, RpcError> {
    element
        .standalone_children()
        .map(Filter::Subtree)
        .map_err(|reason| RpcError::bad_element(element.name(), reason.to_string()))
}

/// The datastore inside of `<source>` or `<target>`.
fn datastore(element: &Element<'_>) -> Result<Datastore, RpcError> {
    match source(element)? {
        Source::Datastore(datastore) => Ok(datastore),
        Source::Content(Content::Inline(_)) => Err(RpcError::bad_element("config", "no datastore")),
        Source::Content(Content::Url(_)) => Err(url_not_supported()),
    }
}

fn source(element: &Element<'_>) -> Result<Source, RpcError> {
    let inner = Parameters::of(element)?.only(element.name())?;
    Ok(match (inner.namespace(), inner.name()) {
        (namespace::BASE, "startup") => Source::Datastore(Datastore::Startup),
        (namespace::BASE, "candidate") => Source::Datastore(Datastore::Candidate),
        (namespace::BASE, "running") => Source::Datastore(Datastore::Running),
        (namespace::BASE, "url") => Source::Content(Content::Url(text(&inner)?)),
        (namespace::BASE, "config") => Source::Content(inline(&inner)?),
        (namespace::NMDA, "datastore") => Source::Datastore(identity(&inner)?),
        _ => return Err(RpcError::unknown_element(inner.name())),
    })
}

/// A datastore named by its identity, RFC 8342.
fn identity(element: &Element<'_>) -> Result<Datastore, RpcError> {
    let value = text(element)?;
    let (prefix, name) = value.split_once(':').unwrap_or(("", &value));
    if element.resolve(prefix) != Some(namespace::DATASTORES) {
        let message = format!("{value} is not a datastore of ietf-datastores");
        return Err(RpcError::invalid_value(element.name(), message));
    }
    choose(
        element.name(),
        name,
        &[
            ("startup", Datastore::Startup),
            ("candidate", Datastore::Candidate),
            ("running", Datastore::Running),
            ("operational", Datastore::Operational),
        ],
    )
}

fn content(parameters: &mut Parameters<'_>) -> Result<Option<Content>, RpcError> {
    match (parameters.optional("config")?, parameters.optional("url")?) {
        (Some(_), Some(_)) => Err(RpcError::bad_element("url", "config or url, not both")),
        (Some(config), None) => Ok(Some(inline(&config)?)),
        (None, Some(url)) => Ok(Some(Content::Url(text(&url)?))),
        (None, None) => Ok(None),
    }
}

fn inline(element: &Element<'_>) -> Result<Content, RpcError> {
    element
        .standalone_children()
        .map(Content::Inline)
        .map_err(|reason| RpcError::bad_element(element.name(), reason.to_string()))
}

fn url_not_supported() -> RpcError {
    let message = "data at an address are not supported";
    RpcError::new(ErrorType::Protocol, ErrorTag::OperationNotSupported, message)
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, RpcError> {
    value.parse().map_err(|_| RpcError::invalid_value(name, format!("<{name}> is no such number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "urn:ietf:params:xml:ns:netconf:base:1.0";

    fn tag(operation: &str) -> ErrorTag {
        let element = Element::document(operation).unwrap();
        Operation::parse(&element).unwrap_err().tag
    }

    fn base(content: &str) -> String {
        let end = content.find(['>', '/', ' ']).unwrap();
        format!("{} xmlns='{BASE}'{}", &content[..end], &content[end..])
    }

    #[test]
    fn an_edit_has_the_defaults_of_the_rfc() {
        let text = base(
            "<edit-config><target><candidate/></target><config><a xmlns='urn:a'/></config>\
             </edit-config>",
        );
        let element = Element::document(&text).unwrap();
        let Ok(Operation::EditConfig(edit)) = Operation::parse(&element) else { panic!() };
        assert_eq!(edit.target, Datastore::Candidate);
        assert_eq!(edit.default_operation, DefaultOperation::Merge);
        assert_eq!(edit.test_option, None);
        assert_eq!(edit.error_option, ErrorOption::StopOnError);
        assert_eq!(edit.content, Content::Inline("<a xmlns='urn:a'/>".to_owned()));
    }

    #[test]
    fn a_datastore_of_nmda_is_an_identity_with_any_prefix() {
        let nmda = namespace::NMDA;
        let text = format!(
            "<get-data xmlns='{nmda}' xmlns:x='{}'><datastore>x:operational</datastore>\
             <max-depth>3</max-depth></get-data>",
            namespace::DATASTORES
        );
        let element = Element::document(&text).unwrap();
        let Ok(Operation::GetData(get)) = Operation::parse(&element) else { panic!() };
        assert_eq!((get.datastore, get.max_depth), (Datastore::Operational, 3));
        let element = text.replace("x:operational", "operational");
        let element = Element::document(&element).unwrap();
        assert_eq!(Operation::parse(&element).unwrap_err().tag, ErrorTag::InvalidValue);
    }

    #[test]
    fn a_wrong_parameter_has_the_tag_of_the_rfc() {
        let target = "<target><running/></target>";
        for (operation, expected) in [
            ("<get-config/>".to_owned(), ErrorTag::MissingElement),
            ("<get-config><source/></get-config>".to_owned(), ErrorTag::MissingElement),
            ("<get-config><source><x/></source></get-config>".to_owned(), ErrorTag::UnknownElement),
            ("<get><x/></get>".to_owned(), ErrorTag::UnknownElement),
            ("<get><x xmlns='urn:x'/></get>".to_owned(), ErrorTag::UnknownNamespace),
            ("<get><filter type='xpath'/></get>".to_owned(), ErrorTag::MissingAttribute),
            ("<get><filter type='x'/></get>".to_owned(), ErrorTag::BadAttribute),
            (format!("<edit-config>{target}</edit-config>"), ErrorTag::MissingElement),
            (
                format!(
                    "<edit-config>{target}<default-operation>x</default-operation><config/>\
                     </edit-config>"
                ),
                ErrorTag::InvalidValue,
            ),
            (format!("<edit-config>{target}{target}<config/></edit-config>"), ErrorTag::BadElement),
            (
                "<kill-session><session-id>x</session-id></kill-session>".to_owned(),
                ErrorTag::InvalidValue,
            ),
            ("<commit><persist>x</persist></commit>".to_owned(), ErrorTag::BadElement),
            (
                "<delete-config><target><url>file:///x</url></target></delete-config>".to_owned(),
                ErrorTag::OperationNotSupported,
            ),
        ] {
            assert_eq!(tag(&base(&operation)), expected, "{operation}");
        }
    }

    #[test]
    fn other_operations_are_left_to_their_schema() {
        for text in ["<lease-page xmlns='urn:x'><limit>1</limit></lease-page>", "<action/>"] {
            let element = Element::document(text).unwrap();
            assert!(matches!(Operation::parse(&element), Ok(Operation::Other(_))));
        }
    }
}
