//! The operations that delete leases.

use std::sync::Arc;

use ruru_command::{Request, ResultCode};
use ruru_json::Value;
use ruru_sysrepo::{Builder, Error, Refusal, Subscription};

use super::super::leases::failed;
use super::super::manager::{Manager, refused};
use super::super::model::IETF6;
use super::pool::{Kind, is_active};

/// Answers `delete-address-lease` and `delete-prefix-lease`.
pub(super) fn answer(subscription: &mut Subscription, manager: &Arc<Manager>) -> Result<(), Error> {
    let operations = [
        (Kind::Addresses, "delete-address-lease", "lease-address-to-delete"),
        (Kind::Prefixes, "delete-prefix-lease", "lease-prefix-to-delete"),
    ];
    for (kind, operation, leaf) in operations {
        let manager = Arc::clone(manager);
        subscription.on_call(&format!("/{IETF6}:{operation}"), 0, move |request, output| {
            let wanted = request.input.leaf(leaf).unwrap_or_default();
            let place = format!("/{IETF6}:{operation}/{leaf}");
            delete(&manager, kind, wanted, output).map_err(|refusal| refusal.at(place))
        })?;
    }
    Ok(())
}

fn delete(
    manager: &Manager,
    kind: Kind,
    wanted: &str,
    output: &mut Builder<'_>,
) -> Result<(), Refusal> {
    let (address, length) = match wanted.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (wanted, None),
    };
    let none = || Refusal::new("data-missing", format!("there is no active lease of {wanted}"));
    let lease = || {
        let kind = ("type", Value::from(kind.lease_type()));
        Value::object([("ip-address", Value::from(address)), kind])
    };
    let found = manager.ask(&Request::with("lease6-get", lease())).map_err(failed)?;
    let found = match found.result {
        ResultCode::SUCCESS => found.arguments.ok_or_else(none)?,
        ResultCode::EMPTY => return Err(none()),
        _ => return Err(failed(refused(&found))),
    };
    let its_length = found.get("prefix-len").and_then(Value::as_int).map(|bits| bits.to_string());
    if !is_active(&found) || length.is_some_and(|length| its_length.as_deref() != Some(length)) {
        return Err(none());
    }
    let answer = manager.ask(&Request::with("lease6-del", lease())).map_err(failed)?;
    match answer.result {
        ResultCode::SUCCESS => {
            let text = answer.text.unwrap_or_else(|| "Lease deleted.".to_owned());
            Ok(output.leaf("return-message", &format!("{wanted}: {text}"))?)
        }
        ResultCode::EMPTY => Err(none()),
        _ => Err(failed(refused(&answer))),
    }
}
