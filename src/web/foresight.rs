//! What can be said of a dossier before it is taken in: when it would be due and why, what it costs, and whether the
//! same was handed in shortly before.

use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::story::thousands;
use super::told::{DueDate, Line, Listed, Procedure};
use super::visit::Visit;
use super::when;
use crate::http::Problem;
use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, Days, NaiveDate};
use std::cmp::Reverse;

/// How far back a dossier of the same owner for the same procedure is worth a word (rules: refused and registered
/// again within 30 days).
const SHORTLY: Days = Days::new(30);

/// So many are named at most.
const MOST: usize = 6;

#[derive(Template)]
#[template(path = "pages/parts/foresight.html")]
pub struct Foresight {
    f: Frame,
    /// A procedure is chosen, and a case where it has several.
    ready: bool,
    due: Option<DueDate>,
    time_limit: String,
    fee: String,
    /// Why no due date can be said.
    unknown: String,
    before: Vec<Line>,
}

// Drawn inside of the page: what it holds was escaped when it was drawn.
impl HtmlSafe for Foresight {}

impl Foresight {
    /// When it was received; what was not, when it was handed in.
    fn day(&self, line: &Line) -> String {
        let registered = || registered_on(&line.code).map(|day| day.to_string());
        self.f.date(&line.received_at.clone().or_else(registered))
    }
}

pub async fn foresee(
    visit: &Visit,
    form: &Form,
    procedure: Option<&Procedure>,
) -> Result<Foresight, Problem> {
    let f = visit.frame("intake");
    let mut ahead = Foresight {
        f,
        ready: false,
        due: None,
        time_limit: String::new(),
        fee: String::new(),
        unknown: String::new(),
        before: Vec::new(),
    };
    let Some(procedure) = procedure else { return Ok(ahead) };
    let Some(version) = procedure.current() else { return Ok(ahead) };
    let wanted = form.given("case");
    let case = match version.cases.as_slice() {
        [only] => Some(only),
        several => several.iter().find(|case| case.code.as_deref() == wanted && wanted.is_some()),
    };
    ahead.before = handed_in_before(visit, form, procedure).await?;
    let Some(case) = case else { return Ok(ahead) };
    ahead.ready = true;
    ahead.fee = match (case.fee_vnd, &case.fee_note) {
        (Some(fee), _) => format!("{} đ", thousands(&fee.to_string())),
        (None, Some(note)) => note.clone(),
        (None, None) => String::new(),
    };
    let Some(limit) = &case.time_limit else { return Ok(ahead) };
    ahead.time_limit = limit.clone();
    let entered = form.given("occurred_at").and_then(|text| when::read_moment(text, visit.today));
    let start = entered.and_then(|moment| DateTime::parse_from_rfc3339(&moment).ok()).unwrap_or(visit.now);
    let start = start.format("%Y-%m-%dT%H:%M").to_string();
    let path =
        with_query("/calendar/due-date", &[("start", &start), ("time_limit", limit), ("explain", "true")]);
    match visit.get::<DueDate>(&path).await {
        Ok(due) => ahead.due = Some(due),
        Err(problem) => ahead.unknown = problem.worded(visit.lang()).detail,
    }
    Ok(ahead)
}

/// Dossiers of the same owner for the same procedure, of the last thirty days, the newest first. An owner is known by
/// the identity number or by the phone: either may have changed since.
async fn handed_in_before(visit: &Visit, form: &Form, procedure: &Procedure) -> Result<Vec<Line>, Problem> {
    let given = |name: &str| form.given(name).filter(|owner| owner.chars().count() >= 3);
    let mut owners: Vec<&str> =
        ["applicant/id_number", "applicant/phone"].into_iter().filter_map(given).collect();
    if owners.is_empty() {
        owners.extend(given("applicant/name"));
    }
    let since = visit.today.checked_sub_days(SHORTLY).unwrap_or(visit.today);
    let from = since.to_string();
    // What was never received has no day to ask for, and comes oldest first: the code says when it was handed in.
    let asked = [
        ("received_from", from.as_str(), "3"),
        ("status", "registered", "200"),
        ("status", "refused", "200"),
    ];
    let mut before: Vec<Line> = Vec::new();
    for owner in owners {
        for (name, value, limit) in asked {
            let path = with_query(
                "/dossiers",
                &[("q", owner), ("procedure_code", &procedure.code), (name, value), ("limit", limit)],
            );
            let found = match visit.get::<Listed<Line>>(&path).await {
                Ok(found) => found.items,
                // A number that is only begun may be nothing to search for.
                Err(problem) if problem.status() == 422 => Vec::new(),
                Err(problem) => return Err(problem),
            };
            for line in found {
                let shortly =
                    line.received_at.is_some() || registered_on(&line.code).is_some_and(|day| day >= since);
                if shortly && before.iter().all(|known| known.code != line.code) {
                    before.push(line);
                }
            }
        }
    }
    before.sort_by_key(|line| Reverse(registered_on(&line.code)));
    before.truncate(MOST);
    Ok(before)
}

/// The day in a dossier's code.
fn registered_on(code: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(code.rsplit('-').nth(1)?, "%y%m%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_when_it_was_given() {
        assert_eq!(registered_on("000.00.03.H29-260310-0777"), NaiveDate::from_ymd_opt(2026, 3, 10));
        assert_eq!([registered_on("000.00.03.H29-261310-0777"), registered_on("X")], [None, None]);
    }
}
