//! What the pages of orders have in common: work that a job does piece by piece, and that can be stopped.

use super::form::Form;
use super::places::with_query;
use super::told::Listed;
use super::visit::{Shown, Visit, see_other};
use crate::http::Problem;
use actix_web::http::{Method, StatusCode};
use serde::de::DeserializeOwned;

/// How far it is: in whole percent, cut off.
pub fn percent(done: i64, total: i64) -> i64 {
    if total > 0 { (done.saturating_mul(100) / total).clamp(0, 100) } else { 0 }
}

/// The colour beside where it stands; `whole` when it ended and nothing was left out.
pub fn tag(at_work: bool, whole: bool) -> &'static str {
    match (at_work, whole) {
        (true, _) => "tag-waiting",
        (false, true) => "tag-met",
        (false, false) => "tag-due_soon",
    }
}

/// The orders at `api`, as the page at `page` lists them, and where that goes on.
pub async fn listed<O: DeserializeOwned>(
    visit: &Visit,
    api: &str,
    page: &str,
) -> Result<(Vec<O>, String), Problem> {
    let asked = visit.asked();
    let query = [("limit", "20"), ("cursor", asked.value("cursor"))];
    let listed: Listed<O> = visit.get(&with_query(api, &query)).await?;
    let next = listed.next.map(|next| with_query(page, &[("cursor", &next)]));
    Ok((listed.items, next.unwrap_or_default()))
}

/// An order, and what came of its pieces as far as one looks at them.
pub struct Looked<O, I> {
    pub order: O,
    /// What they came to; empty for all.
    pub outcome: String,
    pub items: Vec<I>,
    pub next: String,
}

/// The order at `api` with its `pieces`, for its page at `page`.
pub async fn looked_at<O: DeserializeOwned, I: DeserializeOwned>(
    visit: &Visit,
    api: &str,
    pieces: &str,
    page: &str,
) -> Result<Looked<O, I>, Problem> {
    let order: O = visit.get(api).await?;
    let asked = visit.asked();
    let (outcome, cursor) = (asked.value("ket-qua"), asked.value("cursor"));
    let query = [("limit", "50"), ("outcome", outcome), ("cursor", cursor)];
    let listed: Listed<I> = visit.get(&with_query(&format!("{api}/{pieces}"), &query)).await?;
    let next = listed.next.map(|next| with_query(page, &[("ket-qua", outcome), ("cursor", &next)]));
    Ok(Looked { order, outcome: outcome.to_owned(), items: listed.items, next: next.unwrap_or_default() })
}

/// Whether the page is shown again with why it was not ordered.
pub fn is_refusal(problem: &Problem) -> bool {
    [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT].contains(&problem.status())
}

/// Stops the order at `api`, and goes on to its page at `page`; `what` are words under `pages.done.`
pub async fn stop(visit: &Visit, form: &Form, api: &str, page: &str, what: &str) -> Shown {
    match visit.send_at(Method::DELETE, api, None, form.key(), None).await {
        Ok(_) => visit.done(page, what),
        // It came to its end before that: the page says so.
        Err(problem) if problem.status() == StatusCode::CONFLICT => Ok(see_other(page)),
        Err(problem) => Err(problem),
    }
}
