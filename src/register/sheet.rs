//! The register's file: CSV as it is, XLSX turned into the same. Lines are read one after the other or at a
//! place, never all at once.

use super::Input;
use super::columns::{Header, HeaderFault};
use super::workbook;
use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;

/// A CSV file is streamed; this only keeps somebody from feeding in a disk image.
const MOST_BYTES: u64 = 4 << 30;
/// A workbook is unpacked in memory.
const MOST_WORKBOOK_BYTES: u64 = 100 << 20;
/// Lines longer than this are no lines of a register: a quotation mark was never closed.
const LONGEST_LINE: usize = 64 << 10;

/// Why a file is no register.
#[derive(Debug)]
pub enum SheetFault {
    Io(io::Error),
    TooLarge {
        most_megabytes: u64,
    },
    NotUtf8,
    OldWorkbook,
    Workbook(String),
    Empty,
    Header(HeaderFault),
    /// A quotation mark opened on this line and never closed swallows all that follows.
    OpenQuote {
        line: u64,
    },
}

impl From<io::Error> for SheetFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<csv::Error> for SheetFault {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            _ => Self::NotUtf8,
        }
    }
}

/// A register, opened: its header is understood.
pub struct Sheet {
    source: Source,
    delimiter: u8,
    pub header: Header,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// How much there is to read.
    pub bytes: u64,
    ends_with_break: bool,
}

enum Source {
    File(PathBuf),
    Memory(Arc<[u8]>),
    /// A workbook as CSV, each line beginning with the number of its row.
    Workbook(Arc<[u8]>),
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub byte: u64,
    /// As a text editor or a spreadsheet counts, from 1.
    pub line: u64,
}

/// A line that is not blank.
#[derive(Debug, Clone)]
pub struct Row {
    pub place: Place,
    pub cells: ByteRecord,
}

trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

pub struct Rows {
    reader: Reader<Box<dyn ReadSeek>>,
    numbered: bool,
    /// Where the file ends.
    bytes: u64,
    ends_with_break: bool,
}

impl Sheet {
    pub fn open(input: &Input) -> Result<Self, SheetFault> {
        let mut file: Box<dyn ReadSeek> = match input {
            Input::Path(path) => Box::new(File::open(path)?),
            Input::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        };
        let length = file.seek(io::SeekFrom::End(0))?;
        file.rewind()?;
        if length > MOST_BYTES {
            return Err(SheetFault::TooLarge { most_megabytes: MOST_BYTES >> 20 });
        }
        let mut start = Vec::new();
        file.by_ref().take(64 << 10).read_to_end(&mut start)?;
        file.rewind()?;
        let sha256 = fingerprint(&mut file)?;
        let mut last = [0];
        if length > 0 {
            file.seek(io::SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        let (source, delimiter, bytes) = match start.as_slice() {
            [b'P', b'K', 3, 4, ..] => {
                if length > MOST_WORKBOOK_BYTES {
                    return Err(SheetFault::TooLarge { most_megabytes: MOST_WORKBOOK_BYTES >> 20 });
                }
                file.rewind()?;
                let lines: Arc<[u8]> = workbook::as_csv(io::BufReader::new(file))?.into();
                let bytes = lines.len();
                (Source::Workbook(lines), b',', u64::try_from(bytes).unwrap_or(u64::MAX))
            }
            [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(SheetFault::OldWorkbook),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(SheetFault::NotUtf8),
            start => {
                let source = match input {
                    Input::Path(path) => Source::File(path.clone()),
                    Input::Bytes(bytes) => Source::Memory(Arc::clone(bytes)),
                };
                (source, delimiter_of(start), length)
            }
        };
        let ends_with_break = last == *b"\n";
        let mut sheet = Self { source, delimiter, header: Header::none(), sha256, bytes, ends_with_break };
        let first = sheet.all_rows()?.next_row()?.ok_or(SheetFault::Empty)?;
        let mut cells = first.cells.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>();
        if let Ok(cells) = &mut cells {
            // Spreadsheets write the empty columns beside a table too.
            while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                cells.pop();
            }
        }
        sheet.header = Header::read(cells.map_err(|_| SheetFault::NotUtf8)?).map_err(SheetFault::Header)?;
        Ok(sheet)
    }

    /// The lines under the header.
    pub fn rows(&self) -> Result<Rows, SheetFault> {
        let mut rows = self.all_rows()?;
        rows.next_row()?;
        Ok(rows)
    }

    /// For reading lines at their places: little is read in vain when these lie apart.
    pub fn places(&self) -> Result<Rows, SheetFault> {
        self.read(4 << 10)
    }

    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    fn all_rows(&self) -> Result<Rows, SheetFault> {
        self.read(64 << 10)
    }

    fn read(&self, buffer: usize) -> Result<Rows, SheetFault> {
        let (source, numbered): (Box<dyn ReadSeek>, _) = match &self.source {
            Source::File(path) => (Box::new(File::open(path)?), false),
            Source::Memory(bytes) => (Box::new(Cursor::new(Arc::clone(bytes))), false),
            Source::Workbook(lines) => (Box::new(Cursor::new(Arc::clone(lines))), true),
        };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            // A carriage return before it is trimmed with the cell: so every line ends where an editor ends it.
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(buffer)
            .from_reader(source);
        Ok(Rows { reader, numbered, bytes: self.bytes, ends_with_break: self.ends_with_break })
    }
}

impl Rows {
    /// The next line that is not blank.
    pub fn next_row(&mut self) -> Result<Option<Row>, SheetFault> {
        let mut cells = ByteRecord::new();
        while self.reader.read_byte_record(&mut cells)? {
            let byte = cells.position().map_or(0, Position::byte);
            let mut place = Place { byte, line: self.line_of(&cells) };
            if self.numbered {
                let number = cells.get(0).and_then(|cell| std::str::from_utf8(cell).ok()?.parse().ok());
                place.line = number.unwrap_or(place.line);
                cells = cells.iter().skip(1).collect();
            }
            // The last cell of the file took the last line's break with it: nobody closed it.
            let at_end = self.reader.position().byte() >= self.bytes && self.ends_with_break;
            let swallows = at_end && cells.iter().next_back().is_some_and(|cell| cell.ends_with(b"\n"));
            if swallows || cells.as_slice().len() > LONGEST_LINE {
                return Err(SheetFault::OpenQuote { line: place.line + u64::from(swallows) });
            }
            if !cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
                return Ok(Some(Row { place, cells }));
            }
        }
        Ok(None)
    }

    /// The line at a place where one was found before.
    pub fn row_at(&mut self, place: Place) -> Result<Option<Row>, SheetFault> {
        let mut position = Position::new();
        position.set_byte(place.byte).set_line(place.line);
        self.reader.seek(position)?;
        self.next_row()
    }

    /// On which line the record begins that was just read. Its own position lies before blank lines, so it is
    /// counted back from where the reader stands.
    fn line_of(&self, cells: &ByteRecord) -> u64 {
        let breaks = cells.as_slice().iter().filter(|byte| **byte == b'\n').count();
        // The last line may end without a break of its own.
        let own = u64::from(self.ends_with_break || self.reader.position().byte() != self.bytes);
        let within = u64::try_from(breaks).unwrap_or(u64::MAX);
        self.reader.position().line().saturating_sub(within).saturating_sub(own)
    }

    /// How far it has been read.
    pub fn byte(&self) -> u64 {
        self.reader.position().byte()
    }
}

fn fingerprint(file: &mut impl Read) -> Result<String, SheetFault> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some([]) | None => return Ok(crate::hex::hex(&hash.finalize())),
            Some(bytes) => hash.update(bytes),
        }
    }
}

/// The sign that stands most often in the first line: Vietnamese spreadsheets write semicolons.
fn delimiter_of(start: &[u8]) -> u8 {
    let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| first_line.iter().filter(|byte| **byte == sign).count();
    let mut best = b',';
    for sign in [b';', b'\t'] {
        if count(sign) > count(best) {
            best = sign;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "branch_code,procedure_code,channel,applicant_name,applicant_kind,received_at";

    fn sheet(text: &[u8]) -> Result<Sheet, SheetFault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, text).unwrap();
        let sheet = Sheet::open(&Input::Path(path));
        // The file stays open by name only: keep the folder until the test's process ends.
        std::mem::forget(folder);
        sheet
    }

    fn lines(sheet: &Sheet) -> Vec<(u64, String)> {
        let mut rows = sheet.rows().unwrap();
        let mut seen = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            let again = sheet.rows().unwrap().row_at(row.place).unwrap().unwrap();
            assert_eq!(again.cells, row.cells);
            seen.push((row.place.line, String::from_utf8_lossy(row.cells.get(0).unwrap()).into_owned()));
        }
        seen
    }

    #[test]
    fn commas_semicolons_tabs_and_the_byte_order_mark_are_understood() {
        for (sign, mark) in [(",", ""), (";", "\u{feff}"), ("\t", ""), (",", "\u{feff}")] {
            let text = format!("{mark}{HEADER}\nTS,1,2,3,4,5\nKL,1,2,3,4,5\n").replace(',', sign);
            let sheet = sheet(text.as_bytes()).unwrap();
            assert_eq!(lines(&sheet), [(2, "TS".to_owned()), (3, "KL".to_owned())], "{sign:?} {mark:?}");
        }
    }

    #[test]
    fn blank_lines_are_passed_over_and_lines_within_quotes_counted() {
        for end in ["\r\n", "\n"] {
            for last in ["", "\n", "\r\n", "\n\n"] {
                let text =
                    format!("{HEADER}\n\nTS,1,2,\"a\nb\",4,\"5\"\n,,,,,\nKL,1,2,3,4,5\nCN,1,2,3,4,\"5\"");
                let text = format!("{}{last}", text.replace('\n', end));
                let seen = lines(&sheet(text.as_bytes()).unwrap());
                let wanted = [(3, "TS".to_owned()), (6, "KL".to_owned()), (7, "CN".to_owned())];
                assert_eq!(seen, wanted, "{end:?} {last:?}");
            }
        }
    }

    #[test]
    fn what_is_no_register_says_so() {
        assert!(matches!(sheet(b""), Err(SheetFault::Empty)));
        assert!(matches!(sheet(b"a,b\n1,2\n"), Err(SheetFault::Header(HeaderFault::Unknown(_)))));
        assert!(matches!(sheet(b"\xff\xfeb\0r\0"), Err(SheetFault::NotUtf8)));
        assert!(matches!(sheet(b"\xd0\xcf\x11\xe0rest"), Err(SheetFault::OldWorkbook)));
        assert!(matches!(sheet(b"PK\x03\x04rest"), Err(SheetFault::Workbook(_))));
        let mut latin = HEADER.as_bytes().to_vec();
        latin.push(0xe9);
        assert!(matches!(sheet(&latin), Err(SheetFault::NotUtf8)));
    }

    #[test]
    fn a_file_in_memory_is_read_like_one_on_the_disk() {
        let text = format!("{HEADER}\n\nTS,1,2,\"a\nb\",4,5\nKL,1,2,3,4,5\n");
        let in_memory = Sheet::open(&Input::Bytes(text.as_bytes().into())).unwrap();
        let on_disk = sheet(text.as_bytes()).unwrap();
        assert_eq!(lines(&in_memory), lines(&on_disk));
        assert_eq!((in_memory.sha256, in_memory.bytes), (on_disk.sha256, on_disk.bytes));
    }

    #[test]
    fn the_same_file_has_the_same_fingerprint() {
        let text = format!("{HEADER}\nTS,1,2,3,4,5\n");
        assert_eq!(sheet(text.as_bytes()).unwrap().sha256, sheet(text.as_bytes()).unwrap().sha256);
        assert_eq!(sheet(text.as_bytes()).unwrap().sha256.len(), 64);
    }
}
