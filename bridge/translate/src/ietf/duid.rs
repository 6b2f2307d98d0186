//! DUIDs: in one piece in the RFC's nodes, in parts in the server's `server-id`.

use ruru_json::{Map, Value};

/// The parts of a DUID of the types 1 to 3, RFC 8415 section 11, as members of `server-id`; `None`
/// for others, which the server cannot be told to have.
pub(super) fn parts(duid: &str) -> Option<Map> {
    let number = |from: usize, to: usize| {
        let digits = duid.get(from..to)?;
        i64::from_str_radix(digits, 16).ok()
    };
    let mut map = Map::default();
    let rest = match duid.get(..4)? {
        "0001" => {
            map.insert("type", "LLT");
            map.insert("htype", number(4, 8)?);
            map.insert("time", number(8, 16)?);
            duid.get(16..)?
        }
        "0002" => {
            map.insert("type", "EN");
            map.insert("enterprise-id", number(4, 12)?);
            duid.get(12..)?
        }
        "0003" => {
            map.insert("type", "LL");
            map.insert("htype", number(4, 8)?);
            duid.get(8..)?
        }
        _ => return None,
    };
    let is_whole = map.iter().all(|(_, value)| value.as_int() != Some(0)) && !rest.is_empty();
    map.insert("identifier", rest);
    is_whole.then_some(map)
}

/// Takes the DUID out of `server-id`, if its parts make one that goes back into the same parts.
pub(super) fn take(server_id: &mut Map) -> Option<String> {
    let int = |key: &str| server_id.get(key).and_then(Value::as_int);
    let number = |key: &str, width: usize| Some(format!("{:0width$x}", int(key)?));
    let start = match server_id.get("type")?.as_text()? {
        "LLT" => format!("0001{}{}", number("htype", 4)?, number("time", 8)?),
        "EN" => format!("0002{}", number("enterprise-id", 8)?),
        "LL" => format!("0003{}", number("htype", 4)?),
        _ => return None,
    };
    let duid = start + server_id.get("identifier")?.as_text()?;
    let parts = parts(&duid).filter(|_| is_of_the_type(&duid))?;
    let kinds = ["type", "htype", "time", "enterprise-id", "identifier"];
    if kinds.iter().any(|key| parts.get(key) != server_id.get(key)) {
        return None;
    }
    for key in kinds {
        server_id.remove(key);
    }
    Some(duid)
}

/// The hexadecimal digits of a DUID of the RFC's type, for JSON.
pub(super) fn with_colons(duid: &str) -> String {
    let digits: Vec<char> = duid.chars().collect();
    let bytes = digits.chunks(2).map(|byte| byte.iter().collect::<String>());
    bytes.collect::<Vec<_>>().join(":")
}

/// The digits of a DUID of JSON, if they are all that it is and there are enough.
pub(super) fn plain(duid: &str) -> Option<String> {
    let digits = if duid.contains(':') {
        let is_byte = |part: &str| part.len() == 2;
        if !duid.split(':').all(is_byte) {
            return None;
        }
        duid.replace(':', "")
    } else {
        duid.to_owned()
    };
    is_of_the_type(&digits).then_some(digits)
}

/// Whether these are the digits of a DUID as the RFC's type has it: 3 to 130 bytes, and as many as
/// the kind of DUID needs.
fn is_of_the_type(digits: &str) -> bool {
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let lengths = match digits.get(..4) {
        Some("0001") => 16..=260,
        Some("0002") => 12..=260,
        Some("0003") => 8..=260,
        Some("0004") => 36..=36,
        _ => 6..=260,
    };
    is_hex && digits.len().is_multiple_of(2) && lengths.contains(&digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_id(duid: &str) -> Option<String> {
        parts(duid).map(|map| ruru_json::compact(&Value::from(map)))
    }

    #[test]
    fn a_duid_is_taken_apart_and_put_together() {
        for duid in ["00010001123456780200000000aa", "00020000a8f3c0ffee", "0003000102aa"] {
            let mut map = parts(duid).unwrap();
            map.insert("persist", true);
            assert_eq!(take(&mut map).as_deref(), Some(duid));
            assert_eq!(ruru_json::compact(&Value::from(map)), r#"{"persist":true}"#);
        }
        let llt = server_id("00010001000000FF02aa").unwrap();
        assert_eq!(llt, r#"{"type":"LLT","htype":1,"time":255,"identifier":"02aa"}"#);
        for other in ["00049f03b182705747e38a1e422910078642", "7b6a00", "000100", "00030001"] {
            assert_eq!(server_id(other), None, "{other}");
        }
    }

    #[test]
    fn what_the_server_makes_up_is_no_duid() {
        for text in [r#"{"type":"LLT"}"#, r#"{"type":"LL","htype":0,"identifier":"02aa"}"#] {
            let document = ruru_json::Document::from_peer(text).unwrap();
            let mut map = document.root.as_map().unwrap().clone();
            assert_eq!(take(&mut map), None);
            assert!(map.get("type").is_some());
        }
    }

    #[test]
    fn colons_come_and_go() {
        assert_eq!(with_colons("00010203"), "00:01:02:03");
        assert_eq!(plain("00:03:00:01:02").as_deref(), Some("0003000102"));
        assert_eq!(plain("0a0102").as_deref(), Some("0a0102"));
        for wrong in ["a:1:2:3", "0a01", "'abc'", "0a010", "", "000102", "0004000102"] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }
}
