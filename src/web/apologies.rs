//! `/xin-loi`: the letters of apology of a branch: what will be late next, the drafts, what went out and how, and
//! who still owes one. The head approves one or many; each gets a result of its own.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::visit::{Shown, Visit};
use crate::domain::role::Role;
use actix_web::http::Method;
use askama::Template;
use chrono::Datelike as _;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct Line {
    id: String,
    dossier_code: String,
    branch_code: String,
    status: String,
    due_on: String,
    cause: Option<String>,
    new_due_on: Option<String>,
    held_back: bool,
    held_by: Option<Somebody>,
    approved_at: Option<String>,
    automatic: bool,
    number: Option<String>,
    mail_error: Option<String>,
    sent_at: Option<String>,
    delivered_at: Option<String>,
    version: i32,
}

#[derive(Deserialize)]
pub struct Somebody {
    pub name: String,
}

/// A late dossier whose owner has had no letter.
#[derive(Deserialize)]
struct Missing {
    dossier_code: String,
    branch_code: String,
    due_on: String,
    status: String,
    held_by: Option<Somebody>,
    held_step: Option<String>,
}

/// A dossier due next.
#[derive(Deserialize)]
struct Due {
    code: String,
    due_on: Option<String>,
    procedure: Procedure,
    applicant: Applicant,
    held_by: Option<Holder>,
}

#[derive(Deserialize)]
struct Procedure {
    name: String,
}

#[derive(Deserialize)]
struct Applicant {
    name: String,
}

#[derive(Deserialize)]
struct Holder {
    full_name: Option<String>,
    step: Option<String>,
}

impl Due {
    fn holder(&self) -> &str {
        let holder = self.held_by.as_ref();
        holder.and_then(|holder| holder.full_name.as_deref().or(holder.step.as_deref())).unwrap_or("–")
    }
}

impl Missing {
    fn holder(&self) -> &str {
        let name = self.held_by.as_ref().map(|holder| holder.name.as_str());
        name.or(self.held_step.as_deref()).unwrap_or("–")
    }
}

impl Line {
    fn holder(&self) -> &str {
        self.held_by.as_ref().map_or("–", |holder| &holder.name)
    }

    /// What ticking it sends: which letter, and in which version it was seen.
    fn ticked(&self) -> String {
        format!("{}:{}", self.id, self.version)
    }
}

/// The tabs, by what their addresses say.
const TABS: [&str; 7] = ["nhap", "sap-tre", "giay", "dang-gui", "da-gui", "da-trao", "thieu"];

/// The status of the letters of a tab.
fn status(tab: &str) -> &'static str {
    match tab {
        "giay" => "paper",
        "dang-gui" => "approved",
        "da-gui" => "sent",
        "da-trao" => "delivered",
        _ => "draft",
    }
}

#[derive(Template)]
#[template(path = "pages/apologies.html")]
struct Page {
    f: Frame,
    tab: &'static str,
    branch: String,
    branches: Vec<(String, String)>,
    letters: Vec<Line>,
    due: Vec<Due>,
    missing: Vec<Missing>,
    next: String,
}

impl Page {
    fn tabs(&self) -> [&'static str; 7] {
        TABS
    }

    fn at(&self, tab: &str) -> String {
        with_query("/xin-loi", &[("xem", tab), ("branch_code", &self.branch)])
    }

    fn signs(&self) -> bool {
        self.f.role() == Some(Role::Head)
    }

    fn is_empty(&self) -> bool {
        self.letters.is_empty() && self.due.is_empty() && self.missing.is_empty()
    }
}

#[derive(Deserialize)]
struct Branch {
    code: String,
    name: String,
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let tab = TABS.iter().copied().find(|tab| *tab == asked.value("xem")).unwrap_or("nhap");
    let branch = asked.value("branch_code").to_owned();
    let f = visit.frame("apologies");
    let mut branches = Vec::new();
    if f.sees_all() {
        let all: Listed<Branch> = visit.get("/branches?limit=200").await?;
        branches.push((String::new(), f.t("apologies.all-branches")));
        branches.extend(all.items.into_iter().map(|branch| (branch.code, branch.name)));
    }
    let mut page = Page {
        f,
        tab,
        branch,
        branches,
        letters: Vec::new(),
        due: Vec::new(),
        missing: Vec::new(),
        next: String::new(),
    };
    let (branch, cursor) = (page.branch.clone(), asked.value("cursor"));
    let shared = [("branch_code", branch.as_str()), ("cursor", cursor), ("limit", "50")];
    let next = match tab {
        "sap-tre" => {
            let query = [("timeliness", "due_soon"), ("sort", "due_on")];
            let listed: Listed<Due> =
                visit.get(&with_query("/dossiers", &[&query[..], &shared].concat())).await?;
            page.due = listed.items;
            listed.next
        }
        "thieu" => {
            let from = format!("{:04}-01-01", visit.today.year());
            let to = visit.today.to_string();
            let days = [("from", from.as_str()), ("to", to.as_str())];
            let path = with_query("/apologies/missing", &[&days[..], &shared].concat());
            let listed: Listed<Missing> = visit.get(&path).await?;
            page.missing = listed.items;
            listed.next
        }
        _ => {
            let query = [("status", status(tab))];
            let path = with_query("/apologies", &[&query[..], &shared].concat());
            let listed: Listed<Line> = visit.get(&path).await?;
            page.letters = listed.items;
            listed.next
        }
    };
    if let Some(next) = next {
        page.next = with_query("/xin-loi", &[("xem", tab), ("branch_code", &branch), ("cursor", &next)]);
    }
    visit.page(&page)
}

/// One of the letters that were ticked.
struct Ticked {
    id: String,
    version: String,
    code: String,
    due_on: String,
    new_due_on: String,
    /// What is in the way, before anything is done.
    lacking: String,
    /// What came of it; none before it is done.
    outcome: Option<Result<String, String>>,
}

#[derive(Template)]
#[template(path = "pages/apologies_sign.html")]
struct SignPage {
    f: Frame,
    ticked: Vec<Ticked>,
    done: bool,
}

impl SignPage {
    fn ready(&self) -> usize {
        self.ticked.iter().filter(|one| one.lacking.is_empty()).count()
    }

    fn signed(&self) -> usize {
        self.ticked.iter().filter(|one| matches!(one.outcome, Some(Ok(_)))).count()
    }
}

#[derive(Deserialize)]
struct Letter {
    dossier_code: String,
    due_on: String,
    new_due_on: Option<String>,
    #[serde(default)]
    missing: Vec<String>,
    number: Option<String>,
}

/// Asked once more before many letters are signed, and then signed, each by itself.
pub async fn sign(visit: Visit, form: Form) -> Shown {
    let f = visit.frame("apologies");
    let done = form.value("_sure") == "yes";
    let mut ticked = Vec::new();
    for value in form.all("letter") {
        let Some((id, version)) = value.split_once(':') else { continue };
        ticked.push(one(&visit, &f, &form, (id, version), done).await?);
    }
    if ticked.is_empty() {
        return visit.done("/xin-loi", "nothing-ticked");
    }
    visit.page(&SignPage { f, ticked, done })
}

async fn one(
    visit: &Visit,
    f: &Frame,
    form: &Form,
    (id, version): (&str, &str),
    sign: bool,
) -> Result<Ticked, crate::http::Problem> {
    let path = format!("/apologies/{}", segment(id));
    let letter: Letter = visit.get(&path).await?;
    let words: Vec<String> = letter.missing.iter().map(|part| f.term("missing", part)).collect();
    let mut ticked = Ticked {
        id: id.to_owned(),
        version: version.to_owned(),
        code: letter.dossier_code,
        due_on: letter.due_on,
        new_due_on: letter.new_due_on.unwrap_or_default(),
        lacking: words.join(", "),
        outcome: None,
    };
    if sign {
        // Each letter is an act of its own: one that fails hinders no other, and a repetition signs none twice.
        let key = form.key().map(|key| format!("{key}-{id}"));
        let signed = visit
            .send_at(
                Method::POST,
                &format!("{path}/approval"),
                Some(version),
                key.as_deref(),
                Some(&json!({})),
            )
            .await;
        ticked.outcome = Some(match signed {
            Ok(answer) => Ok(answer.json::<Letter>()?.number.unwrap_or_default()),
            Err(problem) => {
                let worded = problem.worded(visit.lang());
                Err(format!("{}: {}", worded.title, worded.detail))
            }
        });
    }
    Ok(ticked)
}
