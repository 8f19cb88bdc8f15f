//! What the pages of orders have in common: work that a job does piece by piece, and that can be stopped.

use super::form::Form;
use super::visit::{Shown, Visit, see_other};
use actix_web::http::{Method, StatusCode};

/// Stops the order at `api`, and goes on to its page at `page`; `what` are words under `pages.done.`
pub async fn stop(visit: &Visit, form: &Form, api: &str, page: &str, what: &str) -> Shown {
    match visit.send_at(Method::DELETE, api, None, form.key(), None).await {
        Ok(_) => visit.done(page, what),
        // It came to its end before that: the page says so.
        Err(problem) if problem.status() == StatusCode::CONFLICT => Ok(see_other(page)),
        Err(problem) => Err(problem),
    }
}
