//! `ietf-dhcpv6-server` with what `ruru-ietf-dhcpv6` adds to it, and the deviations.

mod tools;

use tools::{clean, pyang, validate_in};

/// Asserts what yanglint says of a configuration.
fn says(test: &str, config: &str, complaint: Option<&str>) {
    let output = validate_in(
        &["ruru-ietf-dhcpv6", "ruru-ietf-dhcpv6-deviations"],
        test,
        &format!(
            r#"<dhcpv6-server xmlns="urn:ietf:params:xml:ns:yang:ietf-dhcpv6-server">{config}</dhcpv6-server>"#
        ),
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    match complaint {
        None => assert!(output.status.success(), "{config}: {errors}"),
        Some(complaint) => assert!(errors.contains(complaint), "{config}: {errors}"),
    }
}

fn settings(content: &str) -> String {
    format!(
        r#"<vendor-config><settings xmlns="urn:ruru:yang:ruru-ietf-dhcpv6">{content}</settings></vendor-config>"#
    )
}

#[test]
fn a_fault_is_named_before_commit() {
    let duid = "<server-duid>000300010200000000aa</server-duid>";
    let whole = format!("{duid}{}", settings("<server-id><type>LL</type></server-id>"));
    says("both", &whole, Some("exclude each other"));
    let persist = format!("{duid}{}", settings("<server-id><persist>true</persist></server-id>"));
    says("persist", &persist, None);
    says("type", &settings("<server-id><htype>1</htype></server-id>"), Some("needs a type"));
    let lifetimes = "<min-valid-lifetime>2</min-valid-lifetime>\
                     <max-valid-lifetime>1</max-valid-lifetime>";
    says("lifetimes", &settings(lifetimes), Some("exceeds max-valid-lifetime"));
    let network = "<shared-network><name>n</name><allocation-range>1</allocation-range>\
                   </shared-network>";
    says("network", &settings(network), Some("allocation-range"));
}

#[test]
fn deviations_load_with_the_module() {
    let modules = ["ietf-dhcpv6-server", "ruru-ietf-dhcpv6", "ruru-ietf-dhcpv6-deviations"];
    let [server, own, deviations] =
        modules.map(|name| ruru_yang::module(name).map(ruru_yang::Module::file_name));
    let (server, own) = (format!("ietf/{}", server.unwrap_or_default()), own.unwrap_or_default());
    let deviation = format!("--deviation-module={}", deviations.unwrap_or_default());
    let tree = clean("pyang", &pyang(&["-f", "tree", &deviation, &server, &own]));
    assert!(tree.contains("lease-address-to-delete"), "{tree}");
    assert!(tree.contains("ruru-ietf6:settings"), "{tree}");
}
