//! What is wrong with a register, in words (`locales/register.yml`).

use super::columns::{Column, HeaderFault};
use super::line::CellFault;
use super::sheet::SheetFault;
use crate::domain::event::{Channel, ResultKind, ReturnChannel};
use crate::domain::lifecycle::Status;
use crate::domain::people::ApplicantKind;
use crate::http::Lang;
use crate::http::words::words;
use serde_json::{Map, Value};

/// What is wrong with a cell.
pub fn cell_words(lang: Lang, fault: &CellFault) -> String {
    let fact = fault.fact.as_deref().unwrap_or_default();
    let waiting = fact.parse() == Ok(Status::SupplementRequested);
    let key = match (fault.code, fault.column) {
        ("wrong-state", Column::SuppliedAt) => "supplied-unasked",
        ("wrong-state", Column::ResolvedAt) if waiting => "resolved-while-waiting",
        ("wrong-state", Column::ReturnedAt) => "returned-without-result",
        ("wrong-state", Column::WithdrawnAt) => "withdrawn-after-result",
        ("unknown-case", _) if fact.is_empty() => "no-cases",
        (code, _) => code,
    };
    let allowed = match fault.column {
        Column::Channel => codes(Channel::ALL.iter().map(|one| one.as_str())),
        Column::ReturnChannel => codes(ReturnChannel::ALL.iter().map(|one| one.as_str())),
        Column::ApplicantKind => codes(ApplicantKind::ALL.iter().map(|one| one.as_str())),
        Column::Outcome => codes(ResultKind::ALL.iter().map(|one| one.as_str())),
        _ => String::new(),
    };
    let facts = [("told", fact), ("allowed", &allowed), ("code", fault.code)];
    said(lang, &format!("cell.{key}"), &facts)
        .or_else(|| said(lang, "cell.other", &facts))
        .unwrap_or_default()
}

/// Why a file is no register.
pub fn sheet_words(lang: Lang, fault: &SheetFault) -> String {
    let (key, fact) = match fault {
        SheetFault::Io(error) => return error.to_string(),
        SheetFault::TooLarge { most_megabytes } => ("too-large", most_megabytes.to_string()),
        SheetFault::NotUtf8 => ("not-utf8", String::new()),
        SheetFault::OldWorkbook => ("old-workbook", String::new()),
        SheetFault::Workbook(reason) => ("workbook", reason.clone()),
        SheetFault::Empty => ("empty", String::new()),
        SheetFault::OpenQuote { line } => ("open-quote", line.to_string()),
        SheetFault::Header(HeaderFault::Unknown(names)) => {
            ("unknown-columns", codes(names.iter().map(|name| format!("{name:?}"))))
        }
        SheetFault::Header(HeaderFault::Twice(names)) => ("columns-twice", names.join(", ")),
        SheetFault::Header(HeaderFault::Missing(names)) => ("columns-missing", names.join(", ")),
    };
    let columns = codes(Column::ALL.iter().map(|column| column.as_str()));
    said(lang, &format!("sheet.{key}"), &[("told", &fact), ("columns", &columns)]).unwrap_or_default()
}

fn codes<T: AsRef<str>>(all: impl Iterator<Item = T>) -> String {
    all.map(|one| one.as_ref().to_owned()).collect::<Vec<_>>().join(", ")
}

fn said(lang: Lang, key: &str, facts: &[(&str, &str)]) -> Option<String> {
    let facts: Map<String, Value> =
        facts.iter().map(|(name, fact)| ((*name).to_owned(), Value::from(*fact))).collect();
    words(lang, &format!("register.{key}"), &facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of a cell that is made in this room or comes from a parser it uses.
    const CODES: &[&str] = &[
        "empty",
        "too-long",
        "not-nfc",
        "control-character",
        "not-utf8",
        "too-many-cells",
        "bad-moment",
        "bad-time-limit",
        "bad-dossier-code",
        "code-number-too-large",
        "code-twice",
        "code-taken",
        "unknown-value",
        "unknown-branch",
        "unknown-procedure",
        "not-of-this-branch",
        "not-in-force-that-day",
        "case-required",
        "unknown-case",
        "no-time-limit-known",
        "rule-set-missing",
        "unknown-cause",
        "outcome-without-result",
        "calendar-missing",
        "occurred-in-future",
        "occurred-before-last-event",
        "wrong-state",
        "bad-form",
    ];

    #[test]
    fn every_fault_of_a_cell_has_words_of_its_own_in_both_languages() {
        for lang in [Lang::Vi, Lang::En] {
            for code in CODES {
                let words = cell_words(lang, &CellFault::new(Column::Channel, code));
                let other = words.starts_with("không nhận được") || words.starts_with("cannot be taken");
                assert!(!words.is_empty() && !other, "{code}: {words}");
            }
        }
    }

    #[test]
    fn the_values_that_may_stand_there_are_named() {
        let words = cell_words(Lang::Vi, &CellFault::new(Column::Outcome, "unknown-value"));
        assert_eq!(words, "giá trị phải là một trong: granted, denied.");
    }

    #[test]
    fn every_fault_of_a_file_has_words() {
        let faults = [
            SheetFault::TooLarge { most_megabytes: 16 },
            SheetFault::NotUtf8,
            SheetFault::OldWorkbook,
            SheetFault::Workbook("x".into()),
            SheetFault::Empty,
            SheetFault::OpenQuote { line: 3 },
            SheetFault::Header(HeaderFault::Unknown(vec!["x".into()])),
            SheetFault::Header(HeaderFault::Twice(vec!["x".into()])),
            SheetFault::Header(HeaderFault::Missing(vec!["x"])),
        ];
        for fault in &faults {
            assert!(
                !sheet_words(Lang::Vi, fault).is_empty() && !sheet_words(Lang::En, fault).is_empty(),
                "{fault:?}"
            );
        }
    }
}
