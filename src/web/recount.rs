//! `/lich/tinh-lai`: due dates of open dossiers are counted again after a change of the calendar: ordered by an
//! administrator, watched by whoever sees the calendar.

use super::calendar_change::Impact;
use super::form::Form;
use super::frame::Frame;
use super::orders::{self, Looked};
use super::places::{segment, with_query};
use super::visit::{Shown, Visit, see_other};
use crate::http::Problem;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Order {
    id: String,
    reason: String,
    state: String,
    total: i64,
    looked_at: i64,
    moved: i64,
    kept: i64,
    failed: i64,
    ordered_at: String,
    ordered_by: String,
}

impl Order {
    fn at_work(&self) -> bool {
        self.state == "working"
    }

    fn percent(&self) -> i64 {
        orders::percent(self.looked_at, self.total)
    }

    fn tag(&self) -> &'static str {
        orders::tag(self.at_work(), self.state == "done" && self.failed == 0)
    }
}

/// What became of a dossier.
#[derive(Deserialize)]
struct Item {
    code: String,
    branch_code: String,
    outcome: String,
    due_on: String,
    computed_due_on: Option<String>,
    detail: Option<String>,
}

impl Item {
    fn tag(&self) -> &'static str {
        match self.outcome.as_str() {
            "moved" => "tag-met",
            "kept" => "",
            _ => "tag-missed",
        }
    }
}

#[derive(Template)]
#[template(path = "pages/recounts.html")]
struct Page {
    f: Frame,
    form: Form,
    /// What the present calendar would move, for those who may order it.
    impact: Option<Impact>,
    orders: Vec<Order>,
    next: String,
}

impl Page {
    /// The one that is being worked on.
    fn at_work(&self) -> Option<&Order> {
        self.orders.first().filter(|order| order.at_work())
    }
}

#[derive(Template)]
#[template(path = "pages/recount.html")]
struct OrderPage {
    f: Frame,
    standing: Standing,
}

/// The part of the page that changes while the work goes on.
#[derive(Template)]
#[template(path = "pages/parts/recount_standing.html")]
struct Standing {
    f: Frame,
    order: Order,
    /// moved, kept, failed, or all.
    outcome: String,
    items: Vec<Item>,
    next: String,
}

// Drawn inside of the page: what it holds was escaped when it was drawn.
impl askama::filters::HtmlSafe for Standing {}

impl Standing {
    /// What the list can be narrowed down to, with how many there are.
    fn outcomes(&self) -> [(&'static str, i64); 4] {
        let order = &self.order;
        let all = order.moved + order.kept + order.failed;
        [("", all), ("moved", order.moved), ("kept", order.kept), ("failed", order.failed)]
    }

    fn here(&self) -> String {
        at(&self.order.id)
    }

    fn to(&self, outcome: &str) -> String {
        with_query(&self.here(), &[("ket-qua", outcome)])
    }

    fn is(&self, outcome: &str) -> bool {
        self.outcome == outcome
    }
}

fn at(id: &str) -> String {
    format!("/lich/tinh-lai/{}", segment(id))
}

fn path(id: &str) -> String {
    format!("/calendar/recomputations/{}", segment(id))
}

async fn load(visit: &Visit, form: Form) -> Result<Page, Problem> {
    let f = visit.frame("calendar");
    let (orders, next) = orders::listed(visit, "/calendar/recomputations", "/lich/tinh-lai").await?;
    let mut page = Page { f, form, impact: None, orders, next };
    if page.f.is_admin() && page.at_work().is_none() {
        let impact = visit.send_at(Method::POST, "/calendar/impact", None, None, Some(&json!({}))).await?;
        page.impact = Some(impact.json()?);
    }
    Ok(page)
}

pub async fn show(visit: Visit) -> Shown {
    let page = load(&visit, Form::default()).await?;
    visit.page(&page)
}

pub async fn order(visit: Visit, mut form: Form) -> Shown {
    let mut body = form.json();
    body.require(&["reason"]);
    match visit.send(Method::POST, "/calendar/recomputations", &form, body).await {
        Ok(answer) => Ok(see_other(&at(&answer.json::<Order>()?.id))),
        Err(problem) if orders::is_refusal(&problem) => {
            form.refused(&problem, visit.lang());
            let page = load(&visit, form).await?;
            visit.refused(&page)
        }
        Err(problem) => Err(problem),
    }
}

pub async fn one(visit: Visit, id: Path<String>) -> Shown {
    let Looked { order, outcome, items, next } =
        orders::looked_at(&visit, &path(&id), "dossiers", &at(&id)).await?;
    let standing = Standing { f: visit.frame("calendar"), order, outcome, items, next };
    if visit.in_part {
        return visit.page(&standing);
    }
    visit.page(&OrderPage { f: visit.frame("calendar"), standing })
}

pub async fn stop(visit: Visit, id: Path<String>, form: Form) -> Shown {
    orders::stop(&visit, &form, &path(&id), &at(&id), "recount-stopped").await
}
