//! Text to trees.

mod parser;
mod scanner;
#[cfg(test)]
mod tests;

use crate::value::{At, Value};
use parser::Parser;
use scanner::Scanner;

/// A tree that was read, and the names of the sources that its positions speak of.
#[derive(Clone, Debug)]
pub struct Document {
    /// The tree.
    pub root: Value,
    /// File names (or `<string>`-like names), by [`At::source`].
    pub sources: Vec<String>,
    /// Things that were accepted but should be changed, such as a trailing comma.
    pub warnings: Vec<Warning>,
}

/// Something that was accepted but should be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub at: At,
    /// What.
    pub text: &'static str,
}

/// Bounds on what is read, so that no text can exhaust the process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Depth of lists and maps.
    pub depth: usize,
    /// Depth of includes; Kea allows 10.
    pub includes: usize,
    /// Number of values, summed over all sources.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, includes: 10, values: 50_000_000 }
    }
}

/// Finds the text of an included file.
pub trait Loader {
    /// The text of `name`.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence fragment for the message.
    fn load(&self, name: &str) -> Result<String, String>;
}

/// Refuses every include: for texts that come from the network.
#[derive(Clone, Copy, Debug)]
pub struct NoIncludes;

impl Loader for NoIncludes {
    fn load(&self, _name: &str) -> Result<String, String> {
        Err("includes are allowed in configuration files only".to_owned())
    }
}

/// Why a text is not Kea's JSON; displays as `FILE:LINE:COLUMN: MESSAGE`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}:{}: {message}", at.line, at.column)]
pub struct SyntaxError {
    /// The name of the source.
    pub file: String,
    /// Where in the source.
    pub at: At,
    /// What is wrong.
    pub message: String,
}

impl Document {
    /// Reads `text`, which is called `name` in messages.
    ///
    /// # Errors
    /// The first fault, with its position.
    pub fn read(
        name: &str,
        text: &str,
        loader: &dyn Loader,
        limits: Limits,
    ) -> Result<Self, SyntaxError> {
        let scanner = Scanner::new(name, text, loader, limits.includes);
        Parser::new(scanner, limits).document()
    }

    /// Reads a text that came from the network: default limits, no includes.
    ///
    /// # Errors
    /// The first fault, with its position.
    pub fn from_peer(text: &str) -> Result<Self, SyntaxError> {
        Self::read("<string>", text, &NoIncludes, Limits::default())
    }

    /// `FILE:LINE:COLUMN` of a position in this document.
    #[must_use]
    pub fn locate(&self, at: At) -> String {
        let file = self.sources.get(usize::from(at.source)).map_or("<string>", String::as_str);
        format!("{file}:{}:{}", at.line, at.column)
    }
}
