//! The list of lines left out: the same columns and one more that says why. Corrected, it is a register again.

use super::columns::Column;
use super::line::CellFault;
use super::sheet::{Row, Sheet};
use super::{BadTo, ImportFault};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};

/// Made only when there is something to write. A file is written beside its name and put there when the check is over.
pub(super) struct BadLines<'a> {
    place: BadTo<'a>,
    sheet: &'a Sheet,
    words: &'a dyn Fn(&CellFault) -> String,
    out: Option<csv::Writer<Out>>,
}

enum Out {
    File(File),
    Memory(Vec<u8>),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Memory(memory) => memory.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Memory(_) => Ok(()),
        }
    }
}

impl<'a> BadLines<'a> {
    pub fn new(place: BadTo<'a>, sheet: &'a Sheet, words: &'a dyn Fn(&CellFault) -> String) -> Self {
        Self { place, sheet, words, out: None }
    }

    pub fn add(&mut self, row: &Row, faults: &[CellFault]) -> Result<(), ImportFault> {
        let columns = self.sheet.header.columns();
        let known = |column: &&Column| **column != Column::Error;
        let out = match &mut self.out {
            Some(out) => out,
            None => {
                let mut out = match self.place {
                    BadTo::File(path) => Out::File(File::create(unfinished(path))?),
                    BadTo::Memory => Out::Memory(Vec::new()),
                };
                // Spreadsheets take a file without this mark for another encoding.
                out.write_all("\u{feff}".as_bytes())?;
                let mut out = csv::WriterBuilder::new()
                    .delimiter(self.sheet.delimiter())
                    .flexible(true)
                    .from_writer(out);
                out.write_record(
                    columns.iter().filter(known).chain([&Column::Error]).map(|column| column.as_str()),
                )?;
                self.out.insert(out)
            }
        };
        let why = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.column, (self.words)(fault)))
            .collect::<Vec<_>>()
            .join(" ");
        let cells = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| known(column))
            .map(|(place, _)| row.cells.get(place).unwrap_or_default());
        out.write_record(cells.chain([why.as_bytes()]))?;
        Ok(())
    }

    /// What was written, where it was written in memory.
    pub fn finish(self) -> Result<Option<Vec<u8>>, ImportFault> {
        let Some(out) = self.out else { return Ok(None) };
        let out = out.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        match (out, self.place) {
            (Out::Memory(memory), _) => Ok(Some(memory)),
            (Out::File(file), BadTo::File(path)) => {
                drop(file);
                std::fs::rename(unfinished(path), path)?;
                Ok(None)
            }
            (Out::File(_), BadTo::Memory) => Ok(None),
        }
    }
}

/// Whether the file is a list of bad lines from before, which may be written anew. Anything else is somebody's own.
pub(super) fn is_one(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut head = String::new();
    if BufReader::new(file.take(4096)).read_line(&mut head).is_err() {
        return false;
    }
    let last = head.trim_end().rsplit([',', ';', '\t']).next();
    head.starts_with('\u{feff}') && last == Some(Column::Error.as_str())
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
