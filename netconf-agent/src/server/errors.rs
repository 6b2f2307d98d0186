//! What sysrepo and libyang say, as errors of NETCONF.

use ruru_netconf_protocol::{ErrorPath, ErrorTag, ErrorType, Info, RpcError, data_path_to_xml};
use ruru_sysrepo::{Code, Context, Detail, Error, NetconfError, Session, YangDetail};

/// Why an operation failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// In the words of the protocol.
    Protocol(Box<RpcError>),
    /// In the words of sysrepo or libyang.
    Sysrepo(Error),
    /// Constraints that are broken, in the words of libyang.
    Invalid(Vec<YangDetail>),
    /// For several reasons.
    Several(Vec<Self>),
}

impl From<RpcError> for Failure {
    fn from(error: RpcError) -> Self {
        Self::Protocol(Box::new(error))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sysrepo(error)
    }
}

/// The errors to answer with, at least one.
pub(super) fn rpc_errors(failure: Failure, session: &Session) -> Vec<RpcError> {
    let context = session.context();
    let (errors, reason) = match (failure, context) {
        (Failure::Protocol(error), _) => return vec![*error],
        (Failure::Several(all), _) => {
            return all.into_iter().flat_map(|failure| rpc_errors(failure, session)).collect();
        }
        (Failure::Sysrepo(error), Ok(context)) => (of_error(&error, &context), error.to_string()),
        (Failure::Sysrepo(error), Err(_)) => (Vec::new(), error.to_string()),
        (Failure::Invalid(details), Ok(context)) => {
            let broken = |detail| of_yang(detail, ErrorTag::OperationFailed, &context);
            (details.iter().map(broken).collect(), String::new())
        }
        (Failure::Invalid(_), Err(error)) => (Vec::new(), error.to_string()),
    };
    if errors.is_empty() { vec![RpcError::failed(reason)] } else { errors }
}

fn of_error(error: &Error, context: &Context) -> Vec<RpcError> {
    match error {
        Error::Sysrepo { code, details } if details.is_empty() => {
            vec![RpcError::new(ErrorType::Application, of_code(*code), error.to_string())]
        }
        // What a created node has inside exists as well: one complaint is enough.
        Error::Sysrepo { code: Code::EXISTS, details } => {
            details.iter().take(1).map(|detail| of_detail(Code::EXISTS, detail, context)).collect()
        }
        Error::Sysrepo { code, details } => {
            details.iter().map(|detail| of_detail(*code, detail, context)).collect()
        }
        Error::Yang { details, .. } => {
            details.iter().map(|detail| of_yang(detail, ErrorTag::InvalidValue, context)).collect()
        }
        Error::ZeroByte | Error::OtherContext => Vec::new(),
    }
}

fn of_code(code: Code) -> ErrorTag {
    match code {
        Code::EXISTS => ErrorTag::DataExists,
        Code::NOT_FOUND => ErrorTag::DataMissing,
        Code::UNAUTHORIZED => ErrorTag::AccessDenied,
        Code::LOCKED => ErrorTag::InUse,
        Code::NO_MEMORY => ErrorTag::ResourceDenied,
        Code::UNSUPPORTED => ErrorTag::OperationNotSupported,
        Code::INVALID_ARGUMENT => ErrorTag::InvalidValue,
        _ => ErrorTag::OperationFailed,
    }
}

fn of_detail(code: Code, detail: &Detail, context: &Context) -> RpcError {
    if let Some(netconf) = &detail.netconf {
        return of_netconf(netconf, context);
    }
    let code = if detail.code == Code::OK { code } else { detail.code };
    // sysrepo puts the path behind the message.
    let (message, path) = match detail.message.rsplit_once(" (path \"") {
        Some((message, path)) => (message, path.strip_suffix("\")")),
        None => (detail.message.as_str(), None),
    };
    let mut error = RpcError::new(ErrorType::Application, of_code(code), message);
    error.path = path.and_then(|path| xml_path(path, context));
    error
}

fn of_netconf(netconf: &NetconfError, context: &Context) -> RpcError {
    let kind = match netconf.kind.as_str() {
        "transport" => ErrorType::Transport,
        "rpc" => ErrorType::Rpc,
        "protocol" => ErrorType::Protocol,
        _ => ErrorType::Application,
    };
    let tag = ErrorTag::from_name(&netconf.tag).unwrap_or(ErrorTag::OperationFailed);
    let info = netconf.info.iter().filter_map(|(name, value)| match name.as_str() {
        "bad-attribute" => Some(Info::BadAttribute(value.clone())),
        "bad-element" => Some(Info::BadElement(value.clone())),
        "bad-namespace" => Some(Info::BadNamespace(value.clone())),
        "session-id" => value.parse().ok().map(Info::SessionId),
        _ => None,
    });
    RpcError {
        kind,
        tag,
        app_tag: netconf.app_tag.clone(),
        path: netconf.path.as_deref().and_then(|path| xml_path(path, context)),
        message: Some(netconf.message.clone()),
        info: info.collect(),
    }
}

/// An error of libyang. Constraints have the tags of RFC 7950 section 15; what is left is a value
/// that does not fit, or a constraint of the module's own.
fn of_yang(detail: &YangDetail, otherwise: ErrorTag, context: &Context) -> RpcError {
    let named = |tag, info: fn(String) -> Info| {
        let error = RpcError::new(ErrorType::Application, tag, &detail.message);
        match detail.message.split('"').nth(1) {
            Some(name) => error.with_info(info(name.to_owned())),
            None => error,
        }
    };
    let path = detail.data_path.as_deref().unwrap_or_default();
    let (path, attribute) = match path.rsplit_once("/@") {
        Some((element, attribute)) => (element, Some(attribute)),
        None => (path, None),
    };
    let mut error = match &detail.message {
        text if let Some(attribute) = attribute => {
            RpcError::new(ErrorType::Application, ErrorTag::BadAttribute, text)
                .with_info(Info::BadAttribute(local_name(attribute)))
                .with_info(Info::BadElement(local_name(path)))
        }
        text if text.starts_with("List instance is missing its key") => {
            named(ErrorTag::MissingElement, Info::BadElement)
        }
        text if text.starts_with("Mandatory node") => {
            named(ErrorTag::MissingElement, Info::BadElement)
        }
        text if text.starts_with("Node ") && text.contains("not found") => {
            named(ErrorTag::UnknownElement, Info::BadElement)
        }
        text if text.starts_with("No module with namespace") => {
            named(ErrorTag::UnknownNamespace, Info::BadNamespace)
        }
        text => {
            let tag = match detail.app_tag.as_deref() {
                Some("instance-required" | "missing-choice") => ErrorTag::DataMissing,
                _ => otherwise,
            };
            RpcError::new(ErrorType::Application, tag, text)
        }
    };
    error.app_tag.clone_from(&detail.app_tag);
    error.path = xml_path(path, context);
    error
}

/// The last name of a path, without its module and keys.
fn local_name(path: &str) -> String {
    let step = path.rsplit('/').next().unwrap_or_default();
    let name = step.split('[').next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// A path with module names in front of names, with prefixes instead.
fn xml_path(path: &str, context: &Context) -> Option<Box<ErrorPath>> {
    let path = data_path_to_xml(path, |module| {
        let module = context.any_module(module, None)?;
        Some((module.prefix().to_owned(), module.namespace().to_owned()))
    });
    path.map(Box::new)
}
