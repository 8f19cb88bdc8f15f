//! A line of the register, cell by cell: what is asked for, with every fault that its cells have.

use super::columns::{Column, Header};
use crate::documents::letter::cause_words;
use crate::domain::apology::CauseCode;
use crate::domain::decide::Command;
use crate::domain::event::{Channel, Particulars, ResultKind, ReturnChannel};
use crate::domain::local_time::{moment, whole_seconds};
use crate::domain::people::{self, Applicant, ApplicantKind};
use crate::domain::time_limit::TimeLimit;
use crate::dossier::Intake;
use crate::failure::{Failure, FieldFault, Fields};
use crate::reference::{Branch, Reference};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use csv::ByteRecord;
use std::sync::Arc;

/// What the register does not say is said once, here: events need a reason, and this is the true one.
const SAID_BY_THE_REGISTER: &str = "Theo sổ theo dõi hồ sơ được nhập";
/// Longest dossier code taken in; our own have 24 characters.
const LONGEST_CODE: usize = 64;

/// What is wrong with one cell. The code is stable; the command line has the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    pub column: Column,
    pub code: &'static str,
    pub fact: Option<String>,
}

impl CellFault {
    pub fn new(column: Column, code: &'static str) -> Self {
        Self { column, code, fact: None }
    }

    pub fn with(column: Column, code: &'static str, fact: impl ToString) -> Self {
        Self { column, code, fact: Some(fact.to_string()) }
    }
}

/// A line whose cells can be read.
#[derive(Debug)]
pub struct Entry {
    pub branch: Arc<Branch>,
    /// Empty: to be numbered.
    pub code: Option<String>,
    pub intake: Intake,
    pub received_at: DateTime<Utc>,
    /// What came after receipt, in the order of a dossier's life, each with the column that says when.
    pub acts: Vec<(Column, Command, DateTime<Utc>)>,
    pub cause: Option<CauseCode>,
}

/// Reads the cells of a line.
///
/// # Errors
/// All faults of its cells.
pub fn read(header: &Header, cells: &ByteRecord, reference: &Reference) -> Result<Entry, Vec<CellFault>> {
    let cells = Cells::of(header, cells)?;
    let mut fields = Fields::new();
    let entry = entry(&cells, &mut fields, reference);
    fields.done(|| entry).map_err(|failure| match failure {
        Failure::Invalid(faults) => faults.iter().map(as_cell_fault).collect(),
        // Unreachable: every cell that gave nothing has noted why.
        _ => vec![CellFault::new(Column::DossierCode, "bad-form")],
    })
}

fn entry(cells: &Cells<'_>, fields: &mut Fields, reference: &Reference) -> Option<Entry> {
    let branch = required(cells, fields, Column::BranchCode, |code| {
        reference.branch(code).cloned().ok_or("unknown-branch")
    });
    let code = optional(cells, fields, Column::DossierCode, dossier_code);
    let procedure_code = required(cells, fields, Column::ProcedureCode, |code| {
        reference.procedure(code).map(|procedure| procedure.code.clone()).ok_or("unknown-procedure")
    });
    let case = optional(cells, fields, Column::Case, |text| people::line(text, 60));
    let time_limit = optional(cells, fields, Column::TimeLimit, |text| {
        text.parse::<TimeLimit>().map_err(|_| "bad-time-limit")
    });
    let channel = required(cells, fields, Column::Channel, str::parse::<Channel>);
    let applicant = applicant(cells, fields);
    let received_at = required(cells, fields, Column::ReceivedAt, read_moment);
    let requested_at = optional(cells, fields, Column::SupplementRequestedAt, read_moment);
    let supplied_at = optional(cells, fields, Column::SuppliedAt, read_moment);
    let resolved_at = optional(cells, fields, Column::ResolvedAt, read_moment);
    let outcome = optional(cells, fields, Column::Outcome, str::parse::<ResultKind>);
    let returned_at = optional(cells, fields, Column::ReturnedAt, read_moment);
    let return_channel = optional(cells, fields, Column::ReturnChannel, str::parse::<ReturnChannel>);
    let withdrawn_at = optional(cells, fields, Column::WithdrawnAt, read_moment);
    let cause = optional(cells, fields, Column::Cause, read_cause);
    if outcome.flatten().is_some() && cells.get(Column::ResolvedAt).is_none() {
        fields.fault(FieldFault::new(Column::Outcome.as_str(), "outcome-without-result"));
    }

    let return_channel = return_channel?;
    let acts = [
        (Column::SupplementRequestedAt, request_supplement(), requested_at?),
        (Column::SuppliedAt, Command::Supply { items: Vec::new() }, supplied_at?),
        (Column::ResolvedAt, resolve(outcome?.unwrap_or(ResultKind::Granted)), resolved_at?),
        (Column::ReturnedAt, hand_out(return_channel.unwrap_or(ReturnChannel::InPerson)), returned_at?),
        (Column::WithdrawnAt, Command::Withdraw { reason: SAID_BY_THE_REGISTER.to_owned() }, withdrawn_at?),
    ];
    Some(Entry {
        branch: branch?,
        code: code?,
        intake: Intake {
            procedure_code: procedure_code?,
            case: case?,
            time_limit: time_limit?,
            channel: channel?,
            particulars: Particulars {
                applicant: applicant?,
                representative: None,
                components: Vec::new(),
                request_summary: None,
                return_channel,
            },
            register_only: false,
        },
        received_at: received_at?,
        acts: acts.into_iter().filter_map(|(column, act, at)| Some((column, act, at?))).collect(),
        cause: cause?,
    })
}

fn request_supplement() -> Command {
    Command::RequestSupplement { items: Vec::new(), reason: SAID_BY_THE_REGISTER.to_owned() }
}

fn resolve(outcome: ResultKind) -> Command {
    Command::Resolve { outcome, document_number: None, reason: None }
}

fn hand_out(channel: ReturnChannel) -> Command {
    Command::Return { channel, received_by: None }
}

fn applicant(cells: &Cells<'_>, fields: &mut Fields) -> Option<Applicant> {
    let name = required(cells, fields, Column::ApplicantName, |text| people::line(text, 200));
    let kind = required(cells, fields, Column::ApplicantKind, str::parse::<ApplicantKind>);
    let id_number = optional(cells, fields, Column::IdNumber, people::id_number);
    let phone = optional(cells, fields, Column::Phone, people::phone);
    let email = optional(cells, fields, Column::Email, people::email);
    let address = optional(cells, fields, Column::Address, |text| people::line(text, 500));
    Some(Applicant {
        name: name?,
        kind: kind?,
        id_number: id_number?,
        phone: phone?,
        email: email?,
        address: address?,
    })
}

fn required<T, E: crate::failure::fields::IntoFault>(
    cells: &Cells<'_>,
    fields: &mut Fields,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    match cells.get(column) {
        Some(text) => fields.take(column.as_str(), parse(text)),
        None => fields.take(column.as_str(), Err("empty")),
    }
}

fn optional<T, E: crate::failure::fields::IntoFault>(
    cells: &Cells<'_>,
    fields: &mut Fields,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<Option<T>> {
    fields.optional(column.as_str(), cells.get(column), parse)
}

/// A fault as [`Fields`] notes it: the pointer is the name of the column, or a field of the intake.
pub(super) fn as_cell_fault(fault: &FieldFault) -> CellFault {
    let name = fault.pointer.trim_start_matches('/');
    let column = name.parse().unwrap_or(Column::ProcedureCode);
    CellFault { column, code: fault.code, fact: fault.fact.clone() }
}

/// The cells of a line as texts, trimmed; blank ones are not there.
struct Cells<'a>([Option<&'a str>; Column::ALL.len()]);

impl<'a> Cells<'a> {
    fn of(header: &Header, cells: &'a ByteRecord) -> Result<Self, Vec<CellFault>> {
        let mut texts = [None; Column::ALL.len()];
        let mut faults = Vec::new();
        for (column, cell) in header.columns().iter().zip(cells) {
            match std::str::from_utf8(cell) {
                Ok(text) => {
                    let text = text.trim();
                    if let (false, Some(place)) = (text.is_empty(), texts.get_mut(*column as usize)) {
                        *place = Some(text);
                    }
                }
                Err(_) => faults.push(CellFault::new(*column, "not-utf8")),
            }
        }
        let beyond = cells.iter().skip(header.columns().len()).any(|cell| !cell.trim_ascii().is_empty());
        if beyond {
            let last = header.columns().last().copied().unwrap_or(Column::DossierCode);
            faults.push(CellFault::with(last, "too-many-cells", header.columns().len()));
        }
        if faults.is_empty() { Ok(Self(texts)) } else { Err(faults) }
    }

    fn get(&self, column: Column) -> Option<&'a str> {
        self.0.get(column as usize).copied().flatten()
    }
}

/// `YYYY-MM-DD HH:MM[:SS]` at the counter, or RFC 3339. Whole seconds: what the law counts in.
fn read_moment(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let at = wall_clock(text)
        .map(moment)
        .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc)));
    // A year beyond is a slip of the hand.
    let plausible = |at: &DateTime<Utc>| (1900..=9999).contains(&at.year());
    at.filter(plausible).map(whole_seconds).ok_or("bad-moment")
}

/// Read by hand, because a register has half a dozen in every line.
fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    let signs = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        10 => byte == b' ' || byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    if !signs || !matches!(text.len(), 16 | 19) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(number(0, 4)?).ok()?;
    let second = if text.len() == 19 { number(17, 19)? } else { 0 };
    NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?.and_hms_opt(
        number(11, 13)?,
        number(14, 16)?,
        second,
    )
}

/// `^[0-9A-Z]+(\.[0-9A-Z]+)*-\d{6}-\d{4,}$`: either order of the identifier (TT 01/2018/TT-VPCP Đ19).
fn dossier_code(text: &str) -> Result<String, &'static str> {
    let well_formed = || {
        let (rest, number) = text.rsplit_once('-')?;
        let (agency, date) = rest.rsplit_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let part = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        };
        (digits(number)
            && number.len() >= 4
            && digits(date)
            && date.len() == 6
            && agency.split('.').all(part)
            && text.len() <= LONGEST_CODE)
            .then(|| text.to_owned())
    };
    well_formed().ok_or("bad-dossier-code")
}

/// One of the built-in causes, by its code or by the words in which letters give it.
fn read_cause(text: &str) -> Result<CauseCode, &'static str> {
    let folded = people::fold(text);
    CauseCode::BUILT_IN
        .iter()
        .find(|(code, _)| {
            *code == text || cause_words(code).is_some_and(|words| people::fold(words) == folded)
        })
        .and_then(|(code, _)| CauseCode::parse(code).ok())
        .ok_or("unknown-cause")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::at;

    #[test]
    fn moments_are_the_counters_unless_they_say_otherwise() {
        for text in [
            "2020-01-21 10:00",
            "2020-01-21 10:00:00",
            "2020-01-21T10:00",
            "2020-01-21T10:00:00+07:00",
            "2020-01-21T03:00:00Z",
            "2020-01-21T03:00:00.900Z",
        ] {
            assert_eq!(read_moment(text), Ok(at("2020-01-21 10:00")), "{text}");
        }
        for text in ["2020-01-21", "21/01/2020 10:00", "2020-02-30 10:00", "10:00", "12020-01-21 10:00"] {
            assert_eq!(read_moment(text), Err("bad-moment"), "{text}");
        }
    }

    #[test]
    fn both_orders_of_the_identifier_are_codes_and_nothing_else_is() {
        for code in ["000.00.03.H29-200121-0001", "H29.03.00.000-200121-12345", "G09-200121-0001"] {
            assert_eq!(dossier_code(code), Ok(code.to_owned()));
        }
        for code in [
            "",
            "0001",
            "-200121-0001",
            "H29.-200121-0001",
            ".H29-200121-0001",
            "h29-200121-0001",
            "H29-20012-0001",
            "H29-200121-001",
            "H29-200121-00a1",
            "H29-200121-0001 ",
            "H 9-200121-0001",
            "H29--200121-0001",
        ] {
            assert_eq!(dossier_code(code), Err("bad-dossier-code"), "{code:?}");
        }
        assert!(dossier_code(&format!("H29-200121-{}", "1".repeat(60))).is_err());
    }

    #[test]
    fn a_cause_is_a_code_or_the_words_of_a_letter() {
        assert_eq!(read_cause("overload").unwrap().as_str(), "overload");
        assert_eq!(read_cause("cho_xac_minh_2"), Err("unknown-cause"));
        let words = cause_words("disaster").unwrap();
        assert_eq!(read_cause(words).unwrap().as_str(), "disaster");
        assert_eq!(read_cause(&words.to_uppercase()).unwrap().as_str(), "disaster");
        assert_eq!(read_cause("Không rõ"), Err("unknown-cause"));
    }
}
