//! The pages: what people at the counter, in a branch and in the department work with all day.
//!
//! A page is a client of the API, in the same process: it asks [`api::Api`] for what it shows and sends it what
//! was entered. So there is one set of rules, refusals and words, whoever asks; a page has only what it looks like.
//!
//! # A page, whole
//!
//! One file here, one template in `templates/pages/`, one line in [`routes::PAGES`], words in `locales/pages.yml`.
//!
//! ```text
//! #[derive(Template)]
//! #[template(path = "pages/branches.html")]     // {% extends "pages/parts/base.html" %}
//! struct Page { f: Frame, list: Listed<Branch>, form: Form }
//!
//! pub async fn show(visit: Visit) -> Shown {
//!     let list = visit.get::<Listed<Branch>>("/branches").await?;        // problems become a page of their own
//!     visit.page(&Page { f: visit.frame("branches"), list, form: Form::default() })
//! }
//!
//! pub async fn create(visit: Visit, form: Form) -> Shown {              // its CSRF token has been checked
//!     match visit.send(Method::POST, "/branches", &form, form.json()).await {
//!         Ok(_) => visit.done("/chi-nhanh", "branch-created"),           // 303; words under pages.done.…
//!         Err(problem) => …the page again, with form.refused(&problem, visit.lang): words beside their fields
//!     }
//! }
//! ```
//!
//! Fields are named like the JSON pointer they fill, without the first slash (`applicant/name`), so that what the
//! API says about a field stands beside it; `_seen` (version), `_key` (idempotency) and `_csrf` are sent along.

pub mod api;
pub mod assets;
pub mod cookies;
pub mod entry;
pub mod form;
pub mod frame;
pub mod gate;
pub mod periods;
mod places;
pub mod routes;
pub mod told;
pub mod visit;
pub mod when;

mod accounts;
mod acts;
mod apologies;
mod apology;
mod approvals;
mod batches;
mod behind;
mod calendar;
mod calendar_change;
mod catalogue;
mod chart;
mod closing;
mod closings;
mod dossier;
mod dossiers;
mod due_date;
mod figures;
mod foresight;
mod frozen;
mod hand_over;
mod handling;
mod home;
mod imports;
mod indicators;
mod intake;
mod jobs;
mod listed;
mod notices;
mod orders;
mod parts;
mod password;
mod preferences;
mod procedure;
mod public_rates;
mod rates;
mod rates_asked;
mod rates_drawn;
mod rates_rows;
mod recount;
mod report_table;
mod reports;
mod schedules;
mod sessions;
mod settings;
mod sign_in;
mod signs;
mod story;
mod targets;
mod templates;
mod today;
mod track;
mod warnings;

pub use api::{Api, Inside};
pub use routes::{OPEN, PAGES, install};
