//! The compilers that the tests ask: `yanglint` (libyang-tools) and `pyang`.

#![allow(dead_code, missing_docs, clippy::unwrap_used, unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SYSTEM: &str = "/usr/share/yang/modules";

pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn files() -> Vec<PathBuf> {
    let ietf = here().join("ietf");
    let files: Vec<_> = [here(), &ietf]
        .into_iter()
        .flat_map(|dir| dir.read_dir().unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yang"))
        .collect();
    assert_eq!(files.len(), ruru_yang::MODULES.len(), "a file is not in MODULES");
    files
}

pub fn clean(tool: &str, output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{tool}: {errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn yanglint(arguments: &[&str]) -> Output {
    Command::new("yanglint")
        .current_dir(here())
        .args(["-D", "-p", ".", "-p", "ietf", "-p"])
        .arg(format!("{SYSTEM}/libyang"))
        .arg("-p")
        .arg(format!("{SYSTEM}/sysrepo"))
        .args(arguments)
        .output()
        .expect("yanglint runs")
}

pub fn pyang(arguments: &[&str]) -> Output {
    Command::new("pyang")
        .current_dir(here())
        .arg(format!("--path=.:ietf:{SYSTEM}/libyang:{SYSTEM}/sysrepo"))
        .args(arguments)
        .output()
        .expect("pyang runs")
}

/// What yanglint says of a configuration of a module.
pub fn validate(module: &str, test: &str, config: &str) -> Output {
    let data = format!(r#"<config xmlns="urn:ietf:params:xml:ns:yang:{module}">{config}</config>"#);
    validate_in(&[module], test, &data)
}

/// What yanglint says of data in these modules and those that they import.
pub fn validate_in(modules: &[&str], test: &str, data: &str) -> Output {
    let name = format!("ruru-{}-{}-{test}.xml", modules[0], std::process::id());
    let file = std::env::temp_dir().join(name);
    std::fs::write(&file, data).unwrap();
    let mut arguments: Vec<String> =
        modules.iter().map(|name| ruru_yang::module(name).unwrap().file_name()).collect();
    arguments.push(file.to_str().unwrap().to_owned());
    let output = yanglint(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    std::fs::remove_file(file).unwrap();
    output
}

/// Asserts that each of the configurations is refused with a complaint.
pub fn refused(module: &str, faults: &[(&str, &str)]) {
    for (index, (config, complaint)) in faults.iter().enumerate() {
        let output = validate(module, &index.to_string(), config);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "loads: {config}");
        assert!(errors.contains(complaint), "{config}: {errors}");
    }
}

/// Asserts that a configuration is taken.
pub fn taken(module: &str, config: &str) {
    clean("yanglint", &validate(module, "good", config));
}
