//! What of a request for operational data can be asked of the server by key.
//!
//! Sysrepo filters the answer again, so more than was asked for is right and less is wrong: what
//! is not understood in full asks for everything.

/// The value that the predicate `[key='value']` of the step `list` demands, if the whole request
/// is a single path in which that step and those before it have nothing but equalities.
pub(super) fn key<'r>(request: Option<&'r str>, list: &str, key: &str) -> Option<&'r str> {
    let mut rest = request?;
    loop {
        let (step, behind) = name(rest)?;
        rest = behind;
        let mut found = None;
        while let Some(predicate) = rest.strip_prefix('[') {
            let (name, value, behind) = equality(predicate)?;
            if local(name) == key {
                found = Some(value);
            }
            rest = behind;
        }
        if local(step) == list {
            // Another path beside this one, or an operator.
            let is_path = rest.is_empty() || rest.starts_with('/') && !rest.contains('|');
            return found.filter(|_| is_path);
        }
    }
}

/// The name of the first step of a path, and what is behind.
fn name(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix('/')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    Some(path.split_at(path.find(|c| !is_plain(c)).unwrap_or(path.len())))
}

/// What is on both sides of `=` in a predicate, and what is behind the predicate.
fn equality(predicate: &str) -> Option<(&str, &str, &str)> {
    let (name, value) = predicate.split_once('=')?;
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| ['\'', '"'].contains(c))?;
    let (value, behind) = value.get(1..)?.split_once(quote)?;
    Some((name, value, behind.trim_start().strip_prefix(']')?.trim_start()))
}

fn local(name: &str) -> &str {
    name.trim().rsplit(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(request: &str) -> Option<&str> {
        key(Some(request), "lease", "ip-address")
    }

    #[test]
    fn a_key_is_found_however_it_is_written() {
        let path = "/kea-dhcp4-server:state/leases/lease";
        for predicate in [
            "[ip-address='192.0.2.1']",
            "[ip-address=\"192.0.2.1\"]/hostname",
            "[ kea-dhcp4-server:ip-address = '192.0.2.1' ]",
            "[subnet-id='1'][ip-address='192.0.2.1']",
        ] {
            assert_eq!(address(&format!("{path}{predicate}")), Some("192.0.2.1"), "{predicate}");
        }
        let request = "/kea-dhcp4-server:state/kea-dhcp4-server:leases/kea-dhcp4-server:lease[ip-address='192.0.2.1']";
        assert_eq!(address(request), Some("192.0.2.1"));
        let nested = "/s:ranges/range[id='a/b[1]']/lease[ip-address='192.0.2.1']/x[y='z']";
        assert_eq!(address(nested), Some("192.0.2.1"));
        assert_eq!(key(Some(nested), "range", "id"), Some("a/b[1]"));
    }

    #[test]
    fn what_is_not_understood_asks_for_everything() {
        let path = "/kea-dhcp4-server:state/leases/lease";
        for predicate in [
            "",
            "[ip-address='192.0.2.1' or ip-address='192.0.2.2']",
            "[1]",
            "[hostname='x']",
            "[ip-address!='192.0.2.1']",
            "[contains(ip-address, '192')]",
            "[ip-address='192.0.2.1'] | /kea-dhcp4-server:state/leases/lease[ip-address='192.0.2.2']",
            "[ip-address='192.0.2.1']/a | /b",
            "[ip-address='192.0.2.1",
        ] {
            assert_eq!(address(&format!("{path}{predicate}")), None, "{predicate}");
        }
        assert_eq!(address("//lease[ip-address='192.0.2.1']/.."), Some("192.0.2.1"));
        assert_eq!(address("/a:*[x='/lease[ip-address']"), None);
        assert_eq!(address("/a:b[c>'1']/lease[ip-address='192.0.2.1']"), None);
        assert_eq!(key(None, "lease", "ip-address"), None);
    }
}
