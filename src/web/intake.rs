//! `/tiep-nhan`: a dossier taken in on one screen, by keyboard alone. Without scripts the same buttons lead through
//! the same steps; what was entered stays all the way.

use super::acts::{DEEDS, Deed};
use super::foresight::{Foresight, foresee as look_ahead};
use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::told::{Branch, Case, Dossier, Line, Listed, Paper, Procedure, ProcedureLine};
use super::visit::{Shown, Visit};
use crate::domain::lifecycle::Act;
use crate::domain::people::ApplicantKind;
use crate::http::Problem;
use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Path;
use askama::Template;
use askama::filters::HtmlSafe;
use serde_json::{Value, json};

#[derive(Template)]
#[template(path = "pages/intake.html")]
struct Page {
    f: Frame,
    form: Form,
    found: FoundProcedures,
    applicants: FoundApplicants,
    procedure: Option<Procedure>,
    papers: Vec<PaperRow>,
    cases: Vec<(String, String)>,
    foresight: Foresight,
    kinds: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    return_channels: Vec<(String, String)>,
    branches: Vec<(String, String)>,
    /// Where one goes on typing.
    focus: &'static str,
}

impl Page {
    fn focus(&self, field: &str) -> &'static str {
        if self.focus == field { " autofocus" } else { "" }
    }
}

/// A paper of the procedure's list, to be ticked off.
struct PaperRow {
    place: usize,
    paper: Paper,
    ticked: bool,
    copies: String,
    form: String,
    forms: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pages/parts/procedures_found.html")]
struct FoundProcedures {
    f: Frame,
    asked: bool,
    lines: Vec<ProcedureLine>,
}

#[derive(Template)]
#[template(path = "pages/parts/applicants_found.html")]
struct FoundApplicants {
    f: Frame,
    asked: bool,
    lines: Vec<Line>,
}

// Drawn inside of the page: what they hold was escaped when they were drawn.
impl HtmlSafe for FoundProcedures {}
impl HtmlSafe for FoundApplicants {}

pub async fn show(visit: Visit, request: HttpRequest) -> Shown {
    may_take_in(&visit)?;
    let query = Form::parse(request.query_string().as_bytes());
    let mut form = Form::of([
        ("channel", "in_person".to_owned()),
        ("return_channel", "in_person".to_owned()),
        ("applicant/kind", "citizen".to_owned()),
    ]);
    if let Some(code) = query.given("thu-tuc") {
        form.set("procedure_code", code);
    }
    let page = load(&visit, form).await?;
    visit.page(&page)
}

/// Something was looked for or chosen; nothing is kept yet.
pub async fn choose(visit: Visit, mut form: Form) -> Shown {
    may_take_in(&visit)?;
    if let Some(code) = form.given("_choose").map(str::to_owned) {
        form.set("procedure_code", code);
        form.set("case", "");
        form.set("_q", "");
        form.set("_ticked", "");
    }
    if let Some(code) = form.given("_from").map(str::to_owned) {
        let dossier: Dossier = visit.get(&format!("/dossiers/{}", segment(&code))).await?;
        let person = dossier.applicant;
        for (name, value) in [
            ("name", Some(person.name)),
            ("kind", Some(person.kind)),
            ("id_number", person.id_number),
            ("phone", person.phone),
            ("email", person.email),
            ("address", person.address),
        ] {
            form.set(&format!("applicant/{name}"), value.unwrap_or_default());
        }
        form.set("_who", "");
    }
    let page = load(&visit, form).await?;
    visit.page(&page)
}

/// Takes the dossier in.
pub async fn create(visit: Visit, mut form: Form) -> Shown {
    // Enter in a search field asks for what was typed there, nothing more; who presses the button means all of it.
    let looks = form.given("_q").is_some() || form.given("_who").is_some();
    if looks && form.given("_send").is_none() {
        return choose(visit, form).await;
    }
    let papers = match form.given("procedure_code").map(str::to_owned) {
        Some(code) => procedure(&visit, &code).await?.as_ref().map(|found| rows(&visit, &form, found)),
        None => None,
    };
    let mut body = form.json();
    body.moment("occurred_at", visit.today).put("components", components(&form, papers.unwrap_or_default()));
    body.ticked("register_only").require(&["procedure_code", "applicant/name"]);
    let stand_in = ["name", "id_number", "phone"].map(|name| format!("representative/{name}"));
    if stand_in.iter().all(|name| form.given(name).is_none()) {
        // Nobody stands in for the applicant; the kind alone is only the first of a list.
        body.take("representative");
    }
    if let Some(key) = form.key() {
        // Whoever of the branch sends it on after its session ended is shown what was made of it.
        body.put("entry", key);
    }
    match visit.send(Method::POST, "/dossiers", &form, body).await {
        Ok(answer) => {
            let before = answer.status == StatusCode::OK;
            let dossier: Dossier = answer.json()?;
            let place = format!("/ho-so/{}/da-tiep-nhan", segment(&dossier.code));
            match dossier.received_at {
                _ if before => visit.done(&place, "made-before"),
                Some(_) => visit.done(&place, "taken-in"),
                None => visit.done(&place, "registered"),
            }
        }
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let page = load(&visit, form).await?;
            visit.refused(&page)
        }
    }
}

#[derive(Template)]
#[template(path = "pages/taken_in.html")]
struct TakenIn {
    f: Frame,
    dossier: Dossier,
    /// By which a dossier that is only registered is taken in or not.
    decisions: Vec<Deed>,
}

/// What the citizen is told, and what comes next.
pub async fn taken_in(visit: Visit, code: Path<String>) -> Shown {
    let dossier: Dossier = visit.get(&format!("/dossiers/{}", segment(&code))).await?;
    let decides = |deed: &&Deed| matches!(deed.act, Act::Accept | Act::RequestSupplement | Act::Refuse);
    let decisions = match dossier.received_at {
        Some(_) => Vec::new(),
        None => DEEDS
            .iter()
            .filter(|deed| decides(deed) && dossier.allows_to(visit.officer.role, deed.act))
            .copied()
            .collect(),
    };
    visit.page(&TakenIn { f: visit.frame("intake"), dossier, decisions })
}

/// Part of the page: procedures whose code begins with, or whose name has, what is being typed.
pub async fn find_procedure(visit: Visit, request: HttpRequest) -> Shown {
    let query = Form::parse(request.query_string().as_bytes());
    let found = procedures(&visit, query.value("_q"), query.value("branch_code")).await?;
    visit.page(&found)
}

/// Part of the page: applicants of earlier dossiers. A POST, so that no number stands in an address.
pub async fn find_applicant(visit: Visit, form: Form) -> Shown {
    let found = applicants(&visit, form.value("_who")).await?;
    visit.page(&found)
}

/// Part of the page: when it would be due and why, and whether it was handed in before.
pub async fn foresee(visit: Visit, form: Form) -> Shown {
    let procedure = match form.given("procedure_code") {
        Some(code) => procedure(&visit, code).await?,
        None => None,
    };
    visit.page(&look_ahead(&visit, &form, procedure.as_ref()).await?)
}

fn may_take_in(visit: &Visit) -> Result<(), Problem> {
    if visit.officer.role.may_register() { Ok(()) } else { Err(Problem::forbidden("role-may-not")) }
}

async fn load(visit: &Visit, form: Form) -> Result<Page, Problem> {
    let f = visit.frame("intake");
    let procedure = match form.given("procedure_code") {
        Some(code) => procedure(visit, code).await?,
        None => None,
    };
    let branches = match visit.officer.branch_code {
        Some(_) => Vec::new(),
        None => visit.get::<Listed<Branch>>("/branches?limit=200").await?.items,
    };
    let current = procedure.as_ref().and_then(Procedure::current);
    let cases: Vec<&Case> = current.map(|version| version.cases.iter().collect()).unwrap_or_default();
    let papers = procedure.as_ref().map(|found| rows(visit, &form, found)).unwrap_or_default();
    let focus = if form.given("_from").is_some() {
        "channel"
    } else if form.given("_who").is_some() {
        "who"
    } else if procedure.is_none() || form.given("_q").is_some() {
        "q"
    } else if cases.iter().any(|case| case.code.is_some()) && form.given("case").is_none() {
        "case"
    } else if papers.is_empty() {
        "who"
    } else {
        "paper"
    };
    Ok(Page {
        found: procedures(visit, form.value("_q"), form.value("branch_code")).await?,
        applicants: applicants(visit, form.value("_who")).await?,
        papers,
        focus,
        cases: f.choose(cases.iter().filter_map(|case| Some((case.code.clone()?, case.name.clone())))),
        foresight: look_ahead(visit, &form, procedure.as_ref()).await?,
        kinds: f.terms("applicant_kind", ApplicantKind::ALL.iter().map(|kind| kind.as_str())),
        channels: f.terms("channel", ["in_person", "postal", "online"]),
        return_channels: f.terms("channel", ["in_person", "postal", "online"]),
        branches: f.choose(branches.into_iter().map(|branch| (branch.code, branch.name))),
        procedure,
        form,
        f,
    })
}

async fn procedures(visit: &Visit, typed: &str, branch: &str) -> Result<FoundProcedures, Problem> {
    let asked = !typed.trim().is_empty();
    let own = visit.officer.branch_code.as_deref().unwrap_or(branch);
    let path = with_query("/procedures", &[("branch_code", own), ("q", typed), ("limit", "12")]);
    let lines = if asked { visit.get::<Listed<ProcedureLine>>(&path).await?.items } else { Vec::new() };
    Ok(FoundProcedures { f: visit.frame("intake"), asked, lines })
}

/// The newest dossiers of people with this number or name, each person once.
async fn applicants(visit: &Visit, typed: &str) -> Result<FoundApplicants, Problem> {
    let asked = typed.trim().chars().count() >= 3;
    let path = with_query("/dossiers", &[("q", typed), ("limit", "20")]);
    let found = if asked { visit.get::<Listed<Line>>(&path).await } else { Ok(nobody()) };
    let found = match found {
        Ok(found) => found.items,
        // Nothing in it that could be searched for.
        Err(problem) if problem.status() == 422 => Vec::new(),
        Err(problem) => return Err(problem),
    };
    let mut lines: Vec<Line> = Vec::new();
    for line in found {
        let same = |other: &Line| {
            (&other.applicant.name, &other.applicant.phone, &other.applicant.id_number)
                == (&line.applicant.name, &line.applicant.phone, &line.applicant.id_number)
        };
        if !lines.iter().any(same) && lines.len() < 6 {
            lines.push(line);
        }
    }
    Ok(FoundApplicants { f: visit.frame("intake"), asked, lines })
}

fn nobody() -> Listed<Line> {
    Listed { items: Vec::new(), next: None, count: None }
}

async fn procedure(visit: &Visit, code: &str) -> Result<Option<Procedure>, Problem> {
    match visit.get::<Procedure>(&format!("/procedures/{}", segment(code))).await {
        Ok(procedure) => Ok(Some(procedure)),
        Err(problem) if problem.status() == 404 => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The papers of the procedure; all that are required are ticked to begin with.
fn rows(visit: &Visit, form: &Form, procedure: &Procedure) -> Vec<PaperRow> {
    let f = visit.frame("intake");
    let entered = form.value("_ticked") == procedure.code;
    let papers = procedure.current().map(|version| version.components.as_slice()).unwrap_or_default();
    papers
        .iter()
        .enumerate()
        .map(|(place, paper)| {
            let paper = Paper {
                name: paper.name.clone(),
                form: paper.form.clone(),
                copies: paper.copies,
                required: paper.required,
            };
            let given = |name: String, usual: String| {
                form.given(&name).filter(|_| entered).map_or(usual, str::to_owned)
            };
            PaperRow {
                place,
                ticked: if entered { form.has("_paper", &place.to_string()) } else { paper.required },
                copies: given(format!("_copies{place}"), paper.copies.to_string()),
                form: given(format!("_form{place}"), paper.form.clone()),
                forms: f.terms("paper_form", ["original", "copy", "certified_copy", "photocopy"]),
                paper,
            }
        })
        .collect()
}

fn components(form: &Form, papers: Vec<PaperRow>) -> Vec<Value> {
    let listed = papers.into_iter().filter(|row| row.ticked).map(|row| {
        let copies: Value = row.copies.parse::<u32>().map_or(Value::from(row.copies.as_str()), Value::from);
        json!({"name": row.paper.name, "form": row.form, "copies": copies})
    });
    let others = form.value("_others").lines().map(str::trim).filter(|line| !line.is_empty());
    listed.chain(others.map(|name| json!({"name": name, "form": "original", "copies": 1}))).collect()
}
