//! `/xin-loi/ky-nhieu`: all drafts of a branch that can be signed, up to a thousand, signed with one act in the versions that
//! are shown; how far that is, and what became of which letter.

use super::form::Form;
use super::frame::Frame;
use super::orders::{self, Looked};
use super::places::{segment, with_query};
use super::told::Listed;
use super::visit::{Shown, Visit, see_other};
use crate::domain::role::Role;
use crate::http::Problem;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::json;

/// Letters signed with one act.
const MOST: usize = 1000;

#[derive(Deserialize)]
struct Draft {
    id: String,
    dossier_code: String,
    due_on: String,
    cause: Option<String>,
    new_due_on: Option<String>,
    held_back: bool,
    held_by: Option<Somebody>,
    version: i64,
}

#[derive(Deserialize)]
struct Somebody {
    name: String,
}

impl Draft {
    /// What ticking it sends: which letter, and in which version it was seen.
    fn ticked(&self) -> String {
        format!("{}:{}", self.id, self.version)
    }

    /// What nobody has said yet has to be said first.
    fn can_be_signed(&self) -> bool {
        self.cause.is_some() && self.new_due_on.is_some()
    }

    fn holder(&self) -> &str {
        self.held_by.as_ref().map_or("–", |held_by| held_by.name.as_str())
    }
}

#[derive(Deserialize)]
struct Order {
    id: String,
    state: String,
    total: i64,
    done: i64,
    approved: i64,
    refused: i64,
    ordered_at: String,
    ordered_by: String,
}

impl Order {
    fn at_work(&self) -> bool {
        self.state == "working"
    }

    fn percent(&self) -> i64 {
        orders::percent(self.done, self.total)
    }

    fn tag(&self) -> &'static str {
        orders::tag(self.at_work(), self.state == "done" && self.refused == 0)
    }
}

/// What became of a letter.
#[derive(Deserialize)]
struct Item {
    id: String,
    dossier_code: String,
    outcome: Option<String>,
    number: Option<String>,
    by_mail: Option<bool>,
    detail: Option<String>,
    missing: Vec<String>,
}

impl Item {
    fn is_mailed(&self) -> bool {
        self.by_mail == Some(true)
    }
}

#[derive(Template)]
#[template(path = "pages/approvals.html")]
struct Page {
    f: Frame,
    form: Form,
    /// Empty for those who do not sign.
    drafts: Vec<Draft>,
    /// There are more than are signed at once.
    more: bool,
    orders: Vec<Order>,
    next: String,
}

impl Page {
    fn signs(&self) -> bool {
        self.f.role() == Some(Role::Head)
    }

    fn ready(&self) -> usize {
        self.drafts.iter().filter(|draft| draft.can_be_signed()).count()
    }

    /// After a refusal the ticks stay as they were.
    fn is_ticked(&self, draft: &Draft) -> bool {
        match self.form.all("letter").next() {
            Some(_) => self.form.has("letter", &draft.ticked()),
            None => true,
        }
    }
}

#[derive(Template)]
#[template(path = "pages/approval.html")]
struct OrderPage {
    f: Frame,
    standing: Standing,
}

/// The part of the page that changes while the work goes on.
#[derive(Template)]
#[template(path = "pages/parts/approval_standing.html")]
struct Standing {
    f: Frame,
    order: Order,
    /// approved, refused, or all.
    outcome: String,
    items: Vec<Item>,
    next: String,
}

// Drawn inside of the page: what it holds was escaped when it was drawn.
impl askama::filters::HtmlSafe for Standing {}

impl Standing {
    /// What the list can be narrowed down to, with how many there are.
    fn outcomes(&self) -> [(&'static str, i64); 3] {
        [("", self.order.total), ("approved", self.order.approved), ("refused", self.order.refused)]
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

    fn signs(&self) -> bool {
        self.f.role() == Some(Role::Head)
    }

    fn lacks(&self, item: &Item) -> String {
        item.missing.iter().map(|part| self.f.term("missing", part)).collect::<Vec<_>>().join(", ")
    }
}

fn at(id: &str) -> String {
    format!("/xin-loi/ky-nhieu/{}", segment(id))
}

fn path(id: &str) -> String {
    format!("/approval-orders/{}", segment(id))
}

/// The drafts of the branch, the oldest first, as many as are signed at once.
async fn drafts(visit: &Visit) -> Result<(Vec<Draft>, bool), Problem> {
    let (mut drafts, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = [("status", "draft"), ("limit", "200"), ("cursor", cursor.as_str())];
        let listed: Listed<Draft> = visit.get(&with_query("/apologies", &query)).await?;
        drafts.extend(listed.items);
        match listed.next {
            Some(_) if drafts.len() >= MOST => return Ok((drafts, true)),
            Some(next) => cursor = next,
            None => return Ok((drafts, false)),
        }
    }
}

async fn load(visit: &Visit, form: Form) -> Result<Page, Problem> {
    let f = visit.frame("apologies");
    let (orders, next) = orders::listed(visit, "/approval-orders", "/xin-loi/ky-nhieu").await?;
    let mut page = Page { f, form, drafts: Vec::new(), more: false, orders, next };
    if page.signs() {
        (page.drafts, page.more) = drafts(visit).await?;
    }
    Ok(page)
}

pub async fn show(visit: Visit) -> Shown {
    let page = load(&visit, Form::default()).await?;
    visit.page(&page)
}

pub async fn order(visit: Visit, mut form: Form) -> Shown {
    let letters: Vec<_> = form
        .all("letter")
        .filter_map(|ticked| {
            let (id, version) = ticked.split_once(':')?;
            Some(json!({"id": id, "version": version.parse::<i32>().ok()?}))
        })
        .collect();
    if letters.is_empty() {
        return visit.done("/xin-loi/ky-nhieu", "nothing-ticked");
    }
    let body = json!({ "letters": letters });
    match visit.send_at(Method::POST, "/approval-orders", None, form.key(), Some(&body)).await {
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
        orders::looked_at(&visit, &path(&id), "letters", &at(&id)).await?;
    let standing = Standing { f: visit.frame("apologies"), order, outcome, items, next };
    if visit.in_part {
        return visit.page(&standing);
    }
    visit.page(&OrderPage { f: visit.frame("apologies"), standing })
}

pub async fn stop(visit: Visit, id: Path<String>, form: Form) -> Shown {
    orders::stop(&visit, &form, &path(&id), &at(&id), "approvals-stopped").await
}
