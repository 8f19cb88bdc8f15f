//! `/ho-so/{code}`: one dossier: how it stands, its story, what may be done now and by whom.

use super::acts::{DEEDS, Deed};
use super::form::Form;
use super::frame::Frame;
use super::places::segment;
use super::story::{Told, tell};
use super::told::{Colleague, Deadline, Dossier, Event, Listed, Procedure, Step};
use super::visit::Passerby;
use super::visit::{Shown, Visit};
use crate::domain::apology::CauseCode;
use crate::domain::event::CorrectableField;
use crate::domain::returned::Satisfaction;
use crate::domain::role::Role;
use crate::http::Problem;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;

/// The rules whose circular (TT 01/2018/TT-VPCP) has no notice of stopping.
const WITHOUT_NOTICE: &str = "2018";

/// An act that may be done now, with its form.
struct Offered {
    deed: Deed,
    form: Form,
    open: bool,
}

#[derive(Template)]
#[template(path = "pages/dossier.html")]
struct Page {
    f: Frame,
    dossier: Dossier,
    story: Vec<Told>,
    deadline: Deadline,
    offered: Vec<Offered>,
    /// What is possible too, but not for this officer: the act and who may do it.
    others: Vec<(String, String)>,
    colleagues: Vec<(String, String)>,
    steps: Vec<(String, String)>,
    channels: Vec<(String, String)>,
    outcomes: Vec<(String, String)>,
    levels: Vec<(String, String)>,
    causes: Vec<(String, String)>,
    correctable: Vec<(String, String)>,
    /// What can be printed beside the receipt: as the API calls it, and in words.
    slips: Vec<(&'static str, String)>,
    /// Events that came after the version this form was opened with.
    since: usize,
}

pub async fn show(visit: Visit, code: Path<String>) -> Shown {
    let mut page = load(&visit, &code, None).await?;
    let asked = visit.asked();
    for one in &mut page.offered {
        one.open = one.deed.slug == asked.value("viec");
    }
    // What was just done gave out a slip: it is printed from there.
    let done = |deed: &&Deed| asked.value("xong").strip_prefix("act-") == Some(deed.act.as_str());
    let slip = DEEDS.iter().find(done).and_then(Deed::slip);
    let given_out = page.slips.iter().find(|(paper, _)| Some(*paper) == slip);
    page.f.leads_to = given_out.map(|(paper, words)| {
        (
            format!("/ho-so/{}/giay-to/{paper}.pdf", segment(&page.dossier.code)),
            page.f.t1("dossier.print-slip", "slip", words),
        )
    });
    visit.page(&page)
}

/// Does one act, and shows the dossier as it is then; or says why not, beside the entry.
pub async fn act(visit: Visit, path: Path<(String, String)>, mut form: Form) -> Shown {
    let (code, slug) = path.into_inner();
    let deed = Deed::of(&slug).ok_or_else(Problem::no_such_path)?;
    if deed.is_final() && !form.has("_sure", "yes") {
        form.fault_at("_sure", visit.frame("dossiers").t("act.not-sure"));
        let page = load(&visit, &code, Some((deed, form))).await?;
        return visit.refused(&page);
    }
    let body = deed.body(&form, visit.today);
    match visit.send(Method::POST, &deed.address(&code), &form, body).await {
        Ok(_) => visit.done(&format!("/ho-so/{}", segment(&code)), &format!("act-{}", deed.act.as_str())),
        Err(problem) if problem.status().is_server_error() || problem.status() == 404 => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let page = load(&visit, &code, Some((deed, form))).await?;
            visit.refused(&page)
        }
    }
}

/// The slip that an act would give out, from what is entered for it; nothing is done.
pub async fn preview(visit: Visit, path: Path<(String, String)>, mut form: Form) -> Shown {
    let (code, slug) = path.into_inner();
    let deed = Deed::of(&slug).ok_or_else(Problem::no_such_path)?;
    let slip = deed.slip().ok_or_else(Problem::no_such_path)?;
    let mut body = deed.body(&form, visit.today);
    body.put("form", slip);
    let address = format!("/dossiers/{}/documents/preview", segment(&code));
    match visit.file_for(Method::POST, &address, Some(&body.into_value())).await {
        Ok(file) => Ok(file),
        Err(problem) if problem.status().is_server_error() || problem.status() == 404 => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let page = load(&visit, &code, Some((deed, form))).await?;
            visit.refused(&page)
        }
    }
}

/// A paper of the dossier, such as its receipt.
pub async fn paper(visit: Visit, path: Path<(String, String)>) -> Shown {
    let (code, paper) = path.into_inner();
    let ahead = if visit.asked().value("xem-truoc").is_empty() { "" } else { "?preview=true" };
    visit.file(&format!("/dossiers/{}/documents/{}{ahead}", segment(&code), segment(&paper))).await
}

/// All papers of the dossier in one file.
pub async fn papers(visit: Visit, code: Path<String>) -> Shown {
    visit.file(&format!("/dossiers/{}/documents.zip", segment(&code))).await
}

async fn load(visit: &Visit, code: &str, refused: Option<(Deed, Form)>) -> Result<Page, Problem> {
    let path = format!("/dossiers/{}", segment(code));
    let dossier: Dossier = visit.get(&path).await?;
    let events: Listed<Event> = visit.get(&format!("{path}/events")).await?;
    let deadline: Deadline = visit.get(&format!("{path}/deadline")).await?;
    let f = visit.frame("dossiers");
    let procedure: Procedure =
        visit.get(&format!("/procedures/{}", segment(&dossier.procedure.code))).await?;
    let everybody = colleagues(visit, &dossier.branch_code).await?;
    let apologised = events.items.iter().any(|event| event.kind == "apology_issued");
    let slips = slips(&f, &dossier, apologised);
    let seen: u32 =
        refused.as_ref().and_then(|(_, form)| form.seen()?.parse().ok()).unwrap_or(dossier.version);
    let story: Vec<Told> =
        events.items.into_iter().rev().map(|event| tell(&f, event, &everybody, seen)).collect();
    let since = story.iter().filter(|told| told.fresh).count();
    let may = |deed: &&Deed| dossier.allows_to(visit.officer.role, deed.act);
    let others = DEEDS
        .iter()
        .filter(|deed| dossier.allows(deed.act) && !may(deed))
        .map(|deed| (f.t(&format!("act.{}", deed.act)), those_who_may(&f, &dossier, *deed)))
        .collect();
    let (tried, entered) = refused.map(|(deed, form)| (Some(deed.slug), form)).unwrap_or_default();
    let mut offered: Vec<Offered> = DEEDS
        .iter()
        .filter(may)
        .map(|deed| Offered { deed: *deed, form: deed.begun(&dossier), open: false })
        .collect();
    match offered.iter_mut().find(|one| Some(one.deed.slug) == tried) {
        Some(one) => {
            one.form = entered;
            one.open = true;
        }
        // It is no longer possible at all: said where it can be seen.
        None => {
            let refused = entered.refusal().is_some() || entered.has_faults();
            if let (Some(deed), true) = (tried.and_then(Deed::of), refused) {
                offered.insert(0, Offered { deed, form: entered, open: true });
            }
        }
    }
    let steps = procedure.version(dossier.procedure.version).map(|version| version.steps.as_slice());
    Ok(Page {
        colleagues: f.choose(
            everybody
                .iter()
                .filter(|colleague| colleague.active)
                .map(|colleague| (colleague.username.clone(), named(colleague))),
        ),
        steps: f
            .choose(steps.unwrap_or_default().iter().map(|Step { code, name }| (code.clone(), name.clone()))),
        channels: f.terms("channel", ["in_person", "postal", "online"]),
        outcomes: f.terms("outcome", ["granted", "denied"]),
        levels: f.choose(f.terms("satisfaction", Satisfaction::ALL.iter().map(|level| level.as_str()))),
        causes: f.terms("cause", CauseCode::BUILT_IN.iter().map(|(code, _)| *code)),
        correctable: f.terms("correctable", CorrectableField::ALL.iter().map(|field| field.as_str())),
        slips,
        since,
        f,
        dossier,
        story,
        deadline,
        offered,
        others,
    })
}

/// The papers that were given out since it was received or refused.
fn slips(f: &Frame, dossier: &Dossier, apologised: bool) -> Vec<(&'static str, String)> {
    let notified = dossier.status == "stopped" && dossier.rule_set != WITHOUT_NOTICE;
    [
        (dossier.supplement_rounds > 0, "supplement-request", f.t("dossier.supplement-slip")),
        (dossier.status == "refused", "refusal", f.t("dossier.refusal-slip")),
        (notified, "stopping-notice", f.t("dossier.stopping-notice")),
        (apologised, "apology", f.t("dossier.apology-letter")),
    ]
    .into_iter()
    .filter_map(|(there, paper, words)| there.then_some((paper, words)))
    .collect()
}

/// The roles of a branch that may do this; an administrator stands in for any of them.
fn those_who_may(f: &Frame, dossier: &Dossier, deed: Deed) -> String {
    let roles =
        Role::ALL.iter().filter(|role| role.belongs_to_branch() && dossier.allows_to(**role, deed.act));
    roles.map(|role| f.term("role", role.as_str())).collect::<Vec<_>>().join(", ")
}

/// Everybody of a branch, for handing on and for the names in a story.
pub async fn colleagues(visit: &Passerby, branch: &str) -> Result<Vec<Colleague>, Problem> {
    let path = format!("/officers?limit=200&branch_code={}", segment(branch));
    Ok(visit.get::<Listed<Colleague>>(&path).await?.items)
}

/// As one chooses somebody from a list.
pub fn named(colleague: &Colleague) -> String {
    match &colleague.title {
        Some(title) => format!("{} – {title}", colleague.full_name),
        None => format!("{} ({})", colleague.full_name, colleague.username),
    }
}
