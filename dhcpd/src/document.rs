//! The configuration file as a tree.

use std::fs;
use std::path::Path;

use ruru_control::apart;
use ruru_json::{Document, Limits, Loader};

/// Reads a configuration file with its includes.
pub(crate) fn read(path: &Path) -> Result<Document, String> {
    struct Includes<'a>(&'a Path);
    impl Loader for Includes<'_> {
        fn load(&self, name: &str) -> Result<String, String> {
            fs::read_to_string(self.0.join(name)).map_err(|error| error.to_string())
        }
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    let name = path.display().to_string();
    apart(|| {
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"));
        Document::read(&name, &text?, &Includes(directory), Limits::default())
            .map_err(|error| error.to_string())
    })
}
