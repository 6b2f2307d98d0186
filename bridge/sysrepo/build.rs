//! Links libyang and sysrepo, and proves that `src/sys` describes the installed headers.
//!
//! The declarations in `src/sys/*.rs` are kept by hand. From them this script writes C: every
//! function is declared once more, every callback type compared and every constant asserted. `abi.c`
//! compiles that text behind the real headers, so that a declaration which does not fit the
//! installed library is a compile error instead of a memory fault.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const BINDINGS: [&str; 3] = ["src/sys/libyang.rs", "src/sys/sysrepo.rs", "src/sys/shim.rs"];

fn main() {
    let mut includes = Vec::new();
    for (library, from, below) in [("libyang", "6.4", "7"), ("sysrepo", "5.2", "6")] {
        let found = pkg_config::Config::new().range_version(from..below).probe(library);
        match found {
            Ok(found) => includes.extend(found.include_paths),
            Err(error) => panic!("{library} from {from} on and below {below} is needed: {error}"),
        }
    }

    let check = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("abi_check.h");
    let mut text = String::new();
    for file in BINDINGS {
        println!("cargo::rerun-if-changed={file}");
        let source = fs::read_to_string(file).unwrap_or_else(|e| panic!("{file}: {e}"));
        check_of(&source, &mut text);
    }
    fs::write(&check, text).expect("OUT_DIR is writable");

    println!("cargo::rerun-if-changed=abi.c");
    cc::Build::new()
        .file("abi.c")
        .includes(includes)
        .include(check.parent().unwrap_or(Path::new(".")))
        .warnings(true)
        .extra_warnings(true)
        .warnings_into_errors(true)
        .compile("ruru_sysrepo_abi");
}

/// Appends the C text that checks all declarations of one Rust file.
fn check_of(source: &str, out: &mut String) {
    let code: String = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join(" ");
    for statement in code.split([';', '{', '}']) {
        let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(rest) = words.strip_prefix("pub const ") {
            constant(rest, out);
        } else if let Some(rest) = words.strip_prefix("pub type ") {
            callback(rest, out);
        } else if let Some(at) = words.find("pub fn ") {
            function(&words[at + "pub fn ".len()..], out);
        }
    }
}

/// `NAME: type = value`
fn constant(text: &str, out: &mut String) {
    let (name, value) = text.split_once('=').expect("a constant has a value");
    let name = name.split(':').next().unwrap_or("").trim();
    let value = value.trim().replace('_', "");
    let _ = writeln!(out, "_Static_assert({name} == {value}, \"{name}\");");
}

/// `name = Option<unsafe extern "C" fn(a: T) -> R>`; other aliases name C types and need no check.
fn callback(text: &str, out: &mut String) {
    let (name, definition) = text.split_once('=').expect("an alias has a definition");
    let name = name.trim();
    let Some(signature) = definition.trim().strip_prefix("Option<unsafe extern \"C\" fn") else {
        return;
    };
    let signature = signature.strip_suffix('>').expect("the bracket of Option");
    let (parameters, result) = parts(signature);
    let _ = writeln!(out, "typedef {result} (*ruru_check_{name})({parameters});");
    let _ = writeln!(
        out,
        "_Static_assert(__builtin_types_compatible_p(ruru_check_{name}, {name}), \"{name}\");"
    );
}

/// `name(a: T, …) -> R`
fn function(text: &str, out: &mut String) {
    let open = text.find('(').expect("a function has parameters");
    let (parameters, result) = parts(&text[open..]);
    let _ = writeln!(out, "{result} {}({parameters});", &text[..open]);
}

/// The C spelling of `(a: T, …) -> R`.
fn parts(signature: &str) -> (String, String) {
    let close = signature.rfind(')').expect("parameters end");
    let parameters = signature[1..close]
        .split(',')
        .filter(|parameter| !parameter.trim().is_empty())
        .map(|parameter| c_type(parameter.split_once(':').map_or(parameter, |(_, ty)| ty)))
        .collect::<Vec<_>>();
    let result = signature[close + 1..].trim().strip_prefix("->").map_or("void".into(), c_type);
    let parameters = if parameters.is_empty() { "void".into() } else { parameters.join(", ") };
    (parameters, result)
}

/// The C spelling of a type: pointers are written from the inside out.
fn c_type(rust: &str) -> String {
    let rust = rust.trim();
    if let Some(target) = rust.strip_prefix("*mut ") {
        return format!("{} *", c_type(target));
    }
    if let Some(target) = rust.strip_prefix("*const ") {
        return format!("{} const *", c_type(target));
    }
    let name = match rust {
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        "u32" => "uint32_t",
        "u64" => "uint64_t",
        "i64" => "int64_t",
        "c_int" => "int",
        "c_char" => "char",
        "c_void" => "void",
        "usize" => "size_t",
        "timespec" => "struct timespec",
        "lyd_type" => "enum lyd_type",
        other if other.starts_with("ly") => return format!("struct {other}"),
        other => other,
    };
    name.to_owned()
}
