//! Where the starting data is: inside the program, or in a folder.

use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::path::Path;

/// A file of starting data that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StartingDataError {
    #[error("{file}: {reason}")]
    Unreadable { file: String, reason: String },
    /// `line` counts from 1 and includes the header.
    #[error("{file}, line {line}: {reason}")]
    Bad { file: String, line: u64, reason: String },
}

/// The text of every file.
#[derive(Debug)]
pub struct Files {
    pub branches: NamedText,
    pub rule_sets: NamedText,
    pub procedures: NamedText,
    /// Folders made before there were schedules have none.
    pub schedules: Option<NamedText>,
    pub targets: NamedText,
    /// Every `holidays*.csv`.
    pub holidays: Vec<NamedText>,
}

#[derive(Debug)]
pub struct NamedText {
    pub name: String,
    text: Cow<'static, str>,
}

impl Files {
    /// The files of `folder`, or those inside the program.
    pub fn read(folder: Option<&Path>) -> Result<Self, StartingDataError> {
        match folder {
            None => Ok(Self::embedded()),
            Some(folder) => Self::of_folder(folder),
        }
    }

    fn embedded() -> Self {
        let inside =
            |name: &str, text: &'static str| NamedText { name: name.to_owned(), text: Cow::Borrowed(text) };
        Self {
            branches: inside("branches.csv", include_str!("../../config/branches.csv")),
            rule_sets: inside("rule_sets.csv", include_str!("../../config/rule_sets.csv")),
            procedures: inside("procedures.csv", include_str!("../../config/procedures.csv")),
            targets: Self::embedded_targets(),
            schedules: Some(inside("schedules.csv", include_str!("../../config/schedules.csv"))),
            holidays: vec![
                inside("holidays_2018_2026.csv", include_str!("../../config/holidays_2018_2026.csv")),
                inside(
                    "holidays_provisional_2027_2028.csv",
                    include_str!("../../config/holidays_provisional_2027_2028.csv"),
                ),
            ],
        }
    }

    fn embedded_targets() -> NamedText {
        let text = include_str!("../../config/targets.csv");
        NamedText { name: "targets.csv".to_owned(), text: Cow::Borrowed(text) }
    }

    fn of_folder(folder: &Path) -> Result<Self, StartingDataError> {
        let unreadable = |error: std::io::Error| StartingDataError::Unreadable {
            file: folder.display().to_string(),
            reason: error.to_string(),
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
            if name.starts_with("holidays") && name.ends_with(".csv") {
                names.push(name);
            }
        }
        names.sort();
        Ok(Self {
            branches: NamedText::read(folder, "branches.csv")?,
            rule_sets: NamedText::read(folder, "rule_sets.csv")?,
            procedures: NamedText::read(folder, "procedures.csv")?,
            schedules: if folder.join("schedules.csv").exists() {
                Some(NamedText::read(folder, "schedules.csv")?)
            } else {
                None
            },
            // Folders from before there were targets have none.
            targets: match folder.join("targets.csv").exists() {
                true => NamedText::read(folder, "targets.csv")?,
                false => Self::embedded_targets(),
            },
            holidays: names.iter().map(|name| NamedText::read(folder, name)).collect::<Result<_, _>>()?,
        })
    }
}

impl NamedText {
    fn read(folder: &Path, name: &str) -> Result<Self, StartingDataError> {
        let path = folder.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self { name: name.to_owned(), text: Cow::Owned(text) }),
            Err(error) => Err(StartingDataError::Unreadable {
                file: path.display().to_string(),
                reason: error.to_string(),
            }),
        }
    }

    /// The rows with their lines.
    pub(super) fn rows<T: DeserializeOwned>(&self) -> Result<Vec<(u64, T)>, StartingDataError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(self.text.trim_start_matches('\u{feff}').as_bytes());
        let headers = reader.headers().map_err(|error| self.bad(1, error))?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record =
                record.map_err(|error| self.bad(error.position().map_or(0, csv::Position::line), error))?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push((line, record.deserialize(Some(&headers)).map_err(|error| self.bad(line, error))?));
        }
        Ok(rows)
    }

    pub(super) fn bad(&self, line: u64, reason: impl ToString) -> StartingDataError {
        StartingDataError::Bad { file: self.name.clone(), line, reason: reason.to_string() }
    }
}
