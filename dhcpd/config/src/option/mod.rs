//! Options of the configuration: from `option-data` to the bytes that are sent.

mod decode;
mod definitions;
mod encode;

pub use definitions::{DEFINITIONS, Definition, Type};

use ruru_wire::v4::{Guard, OptionCode, OptionSet, SentOption};

use crate::Settings;
use crate::complaint::{Complaint, Within};

/// Encodes the `option-data` of one scope.
///
/// # Errors
/// An option is unknown, its data does not fit its definition, or it stands twice.
pub fn encode_all(scope: &Settings) -> Result<OptionSet, Complaint> {
    let mut options: Vec<SentOption> = Vec::new();
    for (at, settings) in scope.maps("option-data").iter().enumerate() {
        let option = encode_one(settings).at_index(at).under("option-data")?;
        let is_same =
            |other: &&SentOption| other.code == option.code && other.guard == option.guard;
        if options.iter().any(|other| is_same(&other)) {
            let message = format!("option {} stands twice in the same scope", option.code.0);
            return Err(Complaint::new(message).at_index(at).under("option-data"));
        }
        options.push(option);
    }
    Ok(OptionSet::new(options))
}

/// Which option a map of `option-data` means, as code and, if there is one, definition.
///
/// # Errors
/// Neither name nor code is given, they do not agree, or the name is unknown.
pub fn identify(
    settings: &Settings,
) -> Result<(OptionCode, Option<&'static Definition>), Complaint> {
    let space = settings.text("space").unwrap_or("dhcp4");
    if space != "dhcp4" {
        let message = format!("option space '{space}' is not supported yet; only dhcp4 is");
        return Err(Complaint::new(message).under("space"));
    }
    let named = settings.text("name").map(|name| {
        Definition::by_name(name).ok_or_else(|| {
            let message = format!("there is no option '{name}' in space dhcp4; give its code");
            Complaint::new(message).under("name")
        })
    });
    match (named, settings.number("code")) {
        (None, None) => Err(Complaint::new("an option needs a 'name' or a 'code'")),
        (_, Some(0 | 255)) => {
            Err(Complaint::new("option codes of space dhcp4 are 1 to 254").under("code"))
        }
        (Some(named), None) => named.map(|definition| (definition.code, Some(definition))),
        // A code of its own may go with any name: it is the code that is sent.
        (named, Some(code)) => {
            let code = OptionCode(u8::try_from(code).unwrap_or(u8::MAX));
            let definition = Definition::by_code(code);
            if let Some(Ok(other)) = named.filter(|n| n.as_ref().is_ok_and(|d| d.code != code)) {
                let message =
                    format!("option '{}' has code {}, not {}", other.name, other.code.0, code.0);
                return Err(Complaint::new(message).under("code"));
            }
            Ok((code, definition))
        }
    }
}

fn encode_one(settings: &Settings) -> Result<SentOption, Complaint> {
    let (code, definition) = identify(settings)?;
    refuse_server_options(code)?;
    let data = settings.text("data").unwrap_or_default();
    let csv = settings.flag("csv-format").unwrap_or(definition.is_some());
    let content = match definition {
        Some(definition) if csv => encode::text(definition, data),
        None if csv => Err(format!(
            "option {} has no definition: set 'csv-format' to false and give hexadecimal data",
            code.0
        )),
        _ => encode::hexadecimal(data),
    };
    Ok(SentOption {
        code,
        content: content.map_err(|message| Complaint::new(message).under("data"))?.into(),
        always: settings.flag("always-send").unwrap_or(false),
        never: settings.flag("never-send").unwrap_or(false),
        guard: Guard::new(settings.texts("client-classes").into()),
    })
}

/// The text of an option's payload by its definition, as expressions compare it: codes from the
/// outermost option inwards.
#[must_use]
pub fn text_of(codes: &[u16], payload: &[u8]) -> String {
    let definition = match codes {
        [code] => u8::try_from(*code).ok().and_then(|code| Definition::by_code(OptionCode(code))),
        _ => None,
    };
    decode::text(definition, payload)
}

/// Options whose content only the server can know.
fn refuse_server_options(code: OptionCode) -> Result<(), Complaint> {
    let refused = [OptionCode::MESSAGE_TYPE, OptionCode::RELAY_AGENT, OptionCode::OVERLOAD];
    if refused.contains(&code) {
        let message = format!("option {code} is made by the server and cannot be configured");
        return Err(Complaint::new(message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ruru_json::Document;

    use super::*;
    use crate::params::Scope;

    fn encode(text: &str) -> Result<Vec<u8>, String> {
        let text = format!("{{ \"option-data\": [ {text} ] }}");
        let document = Document::from_peer(&text).unwrap();
        Settings::read(Scope::Subnet, &document.root)
            .and_then(|settings| encode_all(&settings))
            .map(|set| set.iter().flat_map(|o| o.content.to_vec()).collect())
            .map_err(|complaint| complaint.to_string())
    }

    #[test]
    fn data_is_encoded_by_the_definition() {
        for (option, bytes) in [
            (
                r#"{ "name": "routers", "data": "192.0.2.1, 192.0.2.2" }"#,
                &[192, 0, 2, 1, 192, 0, 2, 2][..],
            ),
            (r#"{ "code": 15, "data": "example.com" }"#, b"example.com"),
            (r#"{ "name": "domain-search", "data": "a.b, c" }"#, b"\x01a\x01b\0\x01c\0"),
            (r#"{ "name": "ip-forwarding", "data": "true" }"#, &[1]),
            (r#"{ "name": "time-offset", "data": "-2" }"#, &[255, 255, 255, 254]),
            (r#"{ "name": "client-ndi", "data": "1, 2, 3" }"#, &[1, 2, 3]),
            (
                r#"{ "name": "classless-static-route", "data": "10.0.0.0/9 - 192.0.2.1" }"#,
                &[9, 10, 0, 192, 0, 2, 1],
            ),
            (
                r#"{ "name": "routers", "csv-format": false, "data": "C0 00 02 01" }"#,
                &[192, 0, 2, 1],
            ),
            (r#"{ "code": 222, "data": "0x0102" }"#, &[1, 2]),
            (
                r#"{ "name": "option-6rd", "data": "16, 32, 2001:db8::, 192.0.2.1, 192.0.2.2" }"#,
                &[
                    16, 32, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1,
                    192, 0, 2, 2,
                ],
            ),
        ] {
            assert_eq!(encode(option).as_deref(), Ok(bytes), "{option}");
        }
    }

    #[test]
    fn a_wrong_option_says_what_is_expected() {
        for (option, message) in [
            (r#"{ "data": "x" }"#, "an option needs a 'name' or a 'code' (option-data[0])"),
            (
                r#"{ "name": "rooters", "data": "x" }"#,
                "there is no option 'rooters' in space dhcp4; give its code (option-data[0].name)",
            ),
            (
                r#"{ "name": "routers", "data": "x" }"#,
                "\"x\" is not an IPv4 address (option-data[0].data)",
            ),
            (
                r#"{ "name": "routers", "code": 4 }"#,
                "option 'routers' has code 3, not 4 (option-data[0].code)",
            ),
            (
                r#"{ "name": "boot-size", "data": "65536" }"#,
                "\"65536\" is not a number from 0 to 65535 (option-data[0].data)",
            ),
            (
                r#"{ "name": "subnet-mask", "data": "1.1.1.1, 2.2.2.2" }"#,
                "there is more data than option 1 has fields (option-data[0].data)",
            ),
            (
                r#"{ "code": 222, "data": "xyz" }"#,
                "\"xyz\" is not hexadecimal (option-data[0].data)",
            ),
            (
                r#"{ "code": 53, "data": "1" }"#,
                "option dhcp-message-type (53) is made by the server and cannot be configured (option-data[0])",
            ),
            (
                r#"{ "code": 3, "data": "192.0.2.1" }, { "code": 3, "data": "192.0.2.2" }"#,
                "option 3 stands twice in the same scope (option-data[1])",
            ),
        ] {
            assert_eq!(encode(option), Err(message.to_owned()), "{option}");
        }
    }
}
