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
use chrono::{DateTime, Days};

/// How far back a dossier of the same owner for the same procedure is worth a word (rules: refused and registered
/// again within 30 days).
const SHORTLY: Days = Days::new(30);

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

/// Dossiers of the same owner for the same procedure, of the last thirty days.
async fn handed_in_before(visit: &Visit, form: &Form, procedure: &Procedure) -> Result<Vec<Line>, Problem> {
    let owner = ["applicant/id_number", "applicant/phone", "applicant/name"]
        .iter()
        .find_map(|name| form.given(name))
        .filter(|owner| owner.chars().count() >= 3);
    let Some(owner) = owner else { return Ok(Vec::new()) };
    let since = visit.today.checked_sub_days(SHORTLY).unwrap_or(visit.today).to_string();
    let path = with_query(
        "/dossiers",
        &[("q", owner), ("procedure_code", &procedure.code), ("received_from", &since), ("limit", "3")],
    );
    match visit.get::<Listed<Line>>(&path).await {
        Ok(found) => Ok(found.items),
        // A number that is only begun may be nothing to search for.
        Err(problem) if problem.status() == 422 => Ok(Vec::new()),
        Err(problem) => Err(problem),
    }
}
