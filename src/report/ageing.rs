//! `GET /reports/ageing`: the open dossiers, by how long ago they were received and by how many days there are to their due
//! date, by branch and sector; as they stand today, or stood on any evening before. Read from the dossiers that were open
//! then, through the indexes of what is open and of what has ended; those whose clock was moved since are asked for their
//! events (docs/decisions/0012).

use super::format::{Format, Sheet};
use super::lists::{Lists, address, column};
use super::tabled::{Place, by_place, columns as columns_from, tabled};
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::ageing::{Age, ToDue};
use crate::domain::ids::{BranchId, SectorId};
use crate::domain::local_time::day_of;
use crate::dossier::{OpenLine, open_now, open_on};
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgeingAsked {
    /// One branch; otherwise all that the asker sees.
    branch_code: Option<String>,
    /// The evening on which they are counted; today unless it is given.
    #[param(example = "2020-03-14")]
    as_of: Option<NaiveDate>,
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// The open dossiers of a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Ageing {
    pub as_of: NaiveDate,
    /// Null where several branches are told.
    pub branch_code: Option<String>,
    pub rows: Vec<AgeingRow>,
    pub total: AgeingCounts,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgeingRow {
    pub branch_code: String,
    pub sector_code: String,
    pub sector: String,
    #[serde(flatten)]
    pub counts: AgeingCounts,
}

/// Open dossiers; both ways of counting add up to `open`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgeingCounts {
    /// Received, and without a result: `in_process` of the rates with this `as_of`.
    pub open: i64,
    /// By calendar days since receipt: `up_to_5`, `up_to_10`, `up_to_20`, `up_to_30`, `up_to_60`, `up_to_90`, `over_90`.
    #[schema(value_type = std::collections::HashMap<String, i64>)]
    pub by_age: BTreeMap<&'static str, i64>,
    /// By calendar days to or after the due date: `late_over_30`, `late_up_to_30`, `late_up_to_10`, `late_up_to_3`,
    /// `due_today`, `due_within_3`, `due_within_10`, `due_later`; `waiting` for the applicant, whose clock stands still.
    #[schema(value_type = std::collections::HashMap<String, i64>)]
    pub by_due: BTreeMap<&'static str, i64>,
}

impl AgeingCounts {
    fn add(&mut self, line: &OpenLine, as_of: NaiveDate) {
        self.count((day_of(line.received_at.0), line.due_on, line.is_waiting), as_of);
    }

    fn count(&mut self, (received_on, due_on, is_waiting): (NaiveDate, NaiveDate, bool), as_of: NaiveDate) {
        self.open += 1;
        *self.by_age.entry(Age::of(received_on, as_of).as_str()).or_default() += 1;
        *self.by_due.entry(ToDue::of(due_on, is_waiting, as_of).as_str()).or_default() += 1;
    }

    /// What one open dossier counts: when it was received, when it is due, whether it waits.
    pub fn of_one(stands: (NaiveDate, NaiveDate, bool), as_of: NaiveDate) -> Self {
        let mut counts = Self::default();
        counts.count(stands, as_of);
        counts
    }

    /// With every class, also those in which there is nothing.
    pub fn whole(mut self) -> Self {
        for age in Age::ALL {
            self.by_age.entry(age.as_str()).or_default();
        }
        for to_due in ToDue::ALL {
            self.by_due.entry(to_due.as_str()).or_default();
        }
        self
    }

    pub fn age(&self, age: Age) -> i64 {
        self.by_age.get(age.as_str()).copied().unwrap_or(0)
    }

    pub fn to_due(&self, to_due: ToDue) -> i64 {
        self.by_due.get(to_due.as_str()).copied().unwrap_or(0)
    }
}

/// The open dossiers of a day by age and by due date, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "reports", params(AgeingAsked), responses((status = 200, body = Ageing)))]
#[get("/reports/ageing")]
pub async fn report_ageing(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<AgeingAsked>,
) -> Result<HttpResponse, Problem> {
    let AgeingAsked { branch_code, as_of, format } = asked.into_inner();
    let now = house.clock.now();
    let today = day_of(now);
    let as_of = as_of.unwrap_or(today);
    let read = move |c: &mut Conn<'_>, reference: &Reference| {
        let branch = officer.narrowed(reference, branch_code.as_deref())?;
        if as_of > today {
            return Err(Failure::field("/query/as_of", "after-today"));
        }
        let found = ageing(c, reference, branch, (as_of, today))?;
        let branch_code = found.branch_code.clone();
        Ok((found, branch_code))
    };
    let sheet = |found: &Ageing, heading| Sheet::of(table(found), heading).leading_to(lists(found));
    tabled(&house, (&letters, now), (format, format!("ho-so-ton-{as_of}")), read, sheet).await
}

/// The open dossiers of a branch, or of all, on a day: today or before.
///
/// # Errors
/// When the database fails.
pub fn ageing(
    c: &mut Conn<'_>,
    reference: &Reference,
    branch: Option<BranchId>,
    (as_of, today): (NaiveDate, NaiveDate),
) -> Outcome<Ageing> {
    let mut rows: BTreeMap<(BranchId, SectorId), AgeingCounts> = BTreeMap::new();
    let mut total = AgeingCounts::default();
    for line in open_lines(c, branch, (as_of, today))? {
        rows.entry((line.branch, line.sector)).or_default().add(&line, as_of);
        total.add(&line, as_of);
    }
    let rows = by_place(reference, rows, |Place { branch_code, sector_code, sector }, counts| AgeingRow {
        branch_code,
        sector_code,
        sector,
        counts,
    });
    let branch_code = branch.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
    Ok(Ageing { as_of, branch_code, rows, total })
}

/// The open dossiers of a branch, or of all, as they stand today or stood on an evening before.
pub(super) fn open_lines(
    c: &mut Conn<'_>,
    branch: Option<BranchId>,
    (as_of, today): (NaiveDate, NaiveDate),
) -> Outcome<Vec<OpenLine>> {
    if as_of < today { open_on(c, branch, as_of) } else { open_now(c, branch) }
}

/// How an age is called.
pub fn age_words(age: Age) -> &'static str {
    match age {
        Age::UpTo5 => "0–5 ngày",
        Age::UpTo10 => "6–10 ngày",
        Age::UpTo20 => "11–20 ngày",
        Age::UpTo30 => "21–30 ngày",
        Age::UpTo60 => "31–60 ngày",
        Age::UpTo90 => "61–90 ngày",
        Age::Over90 => "trên 90 ngày",
    }
}

/// How far it is to the due date.
pub fn due_words(to_due: ToDue) -> &'static str {
    match to_due {
        ToDue::LateOver30 => "Quá hạn trên 30 ngày",
        ToDue::LateUpTo30 => "Quá hạn 11–30 ngày",
        ToDue::LateUpTo10 => "Quá hạn 4–10 ngày",
        ToDue::LateUpTo3 => "Quá hạn 1–3 ngày",
        ToDue::Today => "Đến hạn hôm nay",
        ToDue::Within3 => "Còn 1–3 ngày",
        ToDue::Within10 => "Còn 4–10 ngày",
        ToDue::Later => "Còn trên 10 ngày",
        ToDue::Waiting => "Chờ bổ sung, nộp phí",
    }
}

fn lists(found: &Ageing) -> Lists {
    let as_of = found.as_of.to_string();
    let of = |branch: &str, sector: &str| {
        let pairs = [("as_of", as_of.as_str()), ("branch_code", branch), ("sector", sector)];
        Some(address("/reports/ageing/dossiers", &pairs))
    };
    let all = [Some(String::new())];
    let ages = Age::ALL.iter().map(|age| Some(column("age", *age)));
    let dues = ToDue::ALL.iter().map(|to_due| Some(column("due", *to_due)));
    Lists {
        columns: [None, None].into_iter().chain(all.clone()).chain(ages).chain(all).chain(dues).collect(),
        rows: found.rows.iter().map(|row| of(&row.branch_code, &row.sector_code)).collect(),
        total: of(found.branch_code.as_deref().unwrap_or_default(), ""),
        notes: Vec::new(),
    }
}

fn table(found: &Ageing) -> Table {
    const BY_AGE: &str = "Theo số ngày từ khi tiếp nhận";
    const BY_DUE: &str = "Theo hạn trả kết quả";
    let mut columns = vec![Column::new("Đơn vị", 12), Column::new("Lĩnh vực", 28)];
    columns.push(Column::of(BY_AGE, "Tổng số", 10));
    columns.extend(Age::ALL.iter().map(|age| Column::of(BY_AGE, age_words(*age), 9)));
    columns.push(Column::of(BY_DUE, "Tổng số", 10));
    columns.extend(ToDue::ALL.iter().map(|to_due| Column::of(BY_DUE, due_words(*to_due), 10)));
    let ages = columns_from(3, Age::ALL.len());
    let dues = columns_from(4 + Age::ALL.len(), ToDue::ALL.len());
    let cells = |counts: &AgeingCounts| {
        let mut cells = vec![Cell::Sum(ages.clone(), counts.open)];
        cells.extend(Age::ALL.iter().map(|age| Cell::Number(counts.age(*age))));
        cells.push(Cell::Sum(dues.clone(), counts.open));
        cells.extend(ToDue::ALL.iter().map(|to_due| Cell::Number(counts.to_due(*to_due))));
        cells
    };
    let rows = found.rows.iter().map(|row| {
        [Cell::text(&row.branch_code), Cell::text(&row.sector)]
            .into_iter()
            .chain(cells(&row.counts))
            .collect()
    });
    Table {
        title: "Hồ sơ đang giải quyết".to_owned(),
        heading: Some("HỒ SƠ ĐANG GIẢI QUYẾT THEO THỜI GIAN VÀ THEO HẠN".to_owned()),
        about: vec![format!("Tại ngày {}. Đơn vị tính: hồ sơ", dates::short(found.as_of))],
        columns,
        rows: rows.collect(),
        total: Some([Cell::text("Tổng số"), Cell::Empty].into_iter().chain(cells(&found.total)).collect()),
        notes: vec!["Số ngày là ngày theo lịch.".to_owned()],
    }
}
