//! The file of lines left out: the same columns and one more that says why. Corrected, it is a register again.

use super::ImportFault;
use super::columns::Column;
use super::line::CellFault;
use super::sheet::{Row, Sheet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Written beside its name and put there when the check is over; made only when there is something to write.
pub(super) struct BadLines<'a> {
    path: PathBuf,
    sheet: &'a Sheet,
    words: &'a dyn Fn(&CellFault) -> String,
    file: Option<csv::Writer<File>>,
}

impl<'a> BadLines<'a> {
    pub fn new(path: &Path, sheet: &'a Sheet, words: &'a dyn Fn(&CellFault) -> String) -> Self {
        Self { path: path.to_owned(), sheet, words, file: None }
    }

    pub fn add(&mut self, row: &Row, faults: &[CellFault]) -> Result<(), ImportFault> {
        let columns = self.sheet.header.columns();
        let known = |column: &&Column| **column != Column::Error;
        let path = unfinished(&self.path);
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = File::create(&path)?;
                // Spreadsheets take a file without this mark for another encoding.
                file.write_all("\u{feff}".as_bytes())?;
                let mut file = csv::WriterBuilder::new()
                    .delimiter(self.sheet.delimiter())
                    .flexible(true)
                    .from_writer(file);
                file.write_record(
                    columns.iter().filter(known).chain([&Column::Error]).map(|column| column.as_str()),
                )?;
                self.file.insert(file)
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
        file.write_record(cells.chain([why.as_bytes()]))?;
        Ok(())
    }

    pub fn finish(self) -> Result<(), ImportFault> {
        if let Some(mut file) = self.file {
            file.flush()?;
            drop(file);
            std::fs::rename(unfinished(&self.path), &self.path)?;
        }
        Ok(())
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
