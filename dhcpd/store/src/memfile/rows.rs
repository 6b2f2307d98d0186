//! The lines of a lease file, one after the other.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::OpenError;
use super::csv::{self, Format, Row};

/// A lease file that is being read.
#[derive(Debug)]
pub(super) struct Rows<F: Format> {
    path: PathBuf,
    file: BufReader<File>,
    /// Length of the file when it was opened.
    pub(super) size: u64,
    columns: usize,
    line: Vec<u8>,
    number: u64,
    family: PhantomData<F>,
}

/// A line.
#[derive(Debug)]
pub(super) struct Numbered<F: Format> {
    /// Which line it is, from 1.
    pub(super) number: u64,
    /// What it says, or what is wrong with it.
    pub(super) row: Result<Row<F>, String>,
}

impl<F: Format> Rows<F> {
    /// Opens a file; `None` if it does not exist, or has nothing in it that could be lost.
    ///
    /// # Errors
    /// It cannot be read, or is not a lease file.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, OpenError> {
        if !path.exists() {
            return Ok(None);
        }
        let open = || {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            let mut file = BufReader::with_capacity(1 << 18, file);
            let mut line = Vec::new();
            file.read_until(b'\n', &mut line)?;
            Ok((file, size, line))
        };
        let (file, size, line) = open().map_err(OpenError::file(path, "cannot be read"))?;
        let whole = String::from_utf8_lossy(&line);
        let header = whole.trim_end_matches('\n');
        let Some(columns) = csv::columns::<F>(header) else {
            // The first write was cut short.
            if F::HEADER.starts_with(header) && size == line.len() as u64 {
                return Ok(None);
            }
            let header = header.chars().take(80).collect();
            let (path, family) = (path.to_owned(), F::NAME);
            return Err(OpenError::NotALeaseFile { path, family, header });
        };
        let (path, family) = (path.to_owned(), PhantomData);
        Ok(Some(Self { path, file, size, columns, line, number: 1, family }))
    }

    /// The next line that is not empty; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<Numbered<F>>, OpenError> {
        loop {
            self.line.clear();
            let read = self.file.read_until(b'\n', &mut self.line);
            if read.map_err(OpenError::file(&self.path, "cannot be read"))? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            if !line.is_empty() {
                let row = std::str::from_utf8(line)
                    .map_err(|_| "it is not text".to_owned())
                    .and_then(|line| {
                        csv::read_row::<F>(line, self.columns).map_err(|error| error.to_string())
                    });
                return Ok(Some(Numbered { number: self.number, row }));
            }
        }
    }
}
