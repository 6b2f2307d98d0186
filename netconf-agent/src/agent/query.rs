//! What of a request for operational data can be asked of the server by key.
//!
//! Sysrepo filters the answer again, so more than was asked for is right and less is wrong: what
//! is not understood in full asks for everything.

/// The value that the predicate `[key='value']` of the step `list` demands, if the whole request
/// is a single path in which that step has nothing but equalities.
pub(super) fn key<'r>(request: Option<&'r str>, list: &str, key: &str) -> Option<&'r str> {
    let request = request?;
    let (_, behind) = split_at_step(request, list)?;
    let mut rest = behind;
    let mut found = None;
    while let Some(predicate) = rest.strip_prefix('[') {
        let (name, value) = predicate.split_once('=')?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| ['\'', '"'].contains(c))?;
        let (value, after) = value.get(1..)?.split_once(quote)?;
        if local(name) == key {
            found = Some(value);
        }
        rest = after.trim_start().strip_prefix(']')?.trim_start();
    }
    // Another path beside this one, or an operator.
    (rest.is_empty() || rest.starts_with('/')).then_some(())?;
    if rest.contains('|') { None } else { found }
}

/// The request behind the step with this name, if everything before it is plain steps.
fn split_at_step<'r>(request: &'r str, list: &str) -> Option<(&'r str, &'r str)> {
    let mut at = 0;
    for step in request.split('/') {
        let end = step.find('[').unwrap_or(step.len());
        let name = step.get(..end)?;
        if local(name) == list {
            return Some((request.get(..at)?, request.get(at + end..)?));
        }
        let is_plain =
            step.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
        if !is_plain {
            return None;
        }
        at += step.len() + 1;
    }
    None
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
        assert_eq!(key(None, "lease", "ip-address"), None);
    }
}
