//! `/tra-ket-qua`: the code is scanned or typed, who took the result is written down, the next one comes.

use super::acts::Deed;
use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::told::Dossier;
use super::visit::{Shown, Visit};
use crate::domain::lifecycle::Act;
use crate::http::Problem;
use actix_web::HttpRequest;
use actix_web::http::Method;
use askama::Template;

/// The acts that hand a result over and take that back, in addresses of pages.
const RETURN: &str = "tra";
const UNDO: &str = "hoan-tac-tra";

#[derive(Template)]
#[template(path = "pages/hand_over.html")]
struct Page {
    f: Frame,
    /// As typed.
    code: String,
    /// Nothing has this code.
    unknown: bool,
    dossier: Option<Dossier>,
    form: Form,
    channels: Vec<(String, String)>,
    /// What was handed over and may be taken back.
    undo: Option<Undo>,
    /// The code of what was handed over, where the applicant's slip may be typed in.
    slip: Option<String>,
}

struct Undo {
    dossier: Dossier,
    form: Form,
    open: bool,
}

pub async fn show(visit: Visit, request: HttpRequest) -> Shown {
    let query = Form::parse(request.query_string().as_bytes());
    let mut page = load(&visit, query.value("ma"), None).await?;
    if let Some(handed) = found(&visit, query.value("vua-tra")).await? {
        page.slip = slip(&visit, &handed);
        page.undo = undo(&visit, handed, None);
    }
    visit.page(&page)
}

/// Takes a hand-over back: the result waits again.
pub async fn take_back(visit: Visit, mut form: Form) -> Shown {
    let code = form.value("_code").to_owned();
    let deed = Deed::of(UNDO).ok_or_else(Problem::broken)?;
    let body = deed.body(&form, visit.today);
    match visit.send(Method::POST, &deed.address(&code), &form, body).await {
        Ok(_) => visit.done(&with_query("/tra-ket-qua", &[("ma", &code)]), "act-undo_return"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let mut page = load(&visit, "", None).await?;
            let Some(handed) = found(&visit, &code).await? else { return Err(problem) };
            page.slip = slip(&visit, &handed);
            page.undo = undo(&visit, handed, Some(form));
            visit.refused(&page)
        }
    }
}

pub async fn record(visit: Visit, mut form: Form) -> Shown {
    let code = form.value("_code").to_owned();
    let deed = Deed::of(RETURN).ok_or_else(Problem::broken)?;
    let body = deed.body(&form, visit.today);
    match visit.send(Method::POST, &deed.address(&code), &form, body).await {
        Ok(_) => visit.done(&with_query("/tra-ket-qua", &[("vua-tra", &code)]), "act-return"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            let page = load(&visit, &code, Some(form)).await?;
            visit.refused(&page)
        }
    }
}

async fn load(visit: &Visit, typed: &str, refused: Option<Form>) -> Result<Page, Problem> {
    let f = visit.frame("hand-over");
    let code = scanned(typed).to_uppercase();
    let dossier = found(visit, &code).await?;
    let begun = || Some(Deed::of(RETURN)?.begun(dossier.as_ref()?));
    let form = refused.or_else(begun).unwrap_or_default();
    Ok(Page {
        unknown: !code.is_empty() && dossier.is_none(),
        channels: f.terms("channel", ["in_person", "postal", "online"]),
        undo: dossier.as_ref().and_then(|dossier| undo(visit, dossier.clone(), None)),
        slip: dossier.as_ref().and_then(|dossier| slip(visit, dossier)),
        code,
        dossier,
        form,
        f,
    })
}

/// The dossier with this code, if there is one.
async fn found(visit: &Visit, code: &str) -> Result<Option<Dossier>, Problem> {
    if code.is_empty() {
        return Ok(None);
    }
    match visit.get::<Dossier>(&format!("/dossiers/{}", segment(code))).await {
        Ok(dossier) => Ok(Some(dossier)),
        Err(problem) if problem.status() == 404 => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// What is offered where this officer may take a hand-over back, or what was refused.
fn undo(visit: &Visit, dossier: Dossier, refused: Option<Form>) -> Option<Undo> {
    let open = refused.is_some();
    let offered = open || may(visit, &dossier, Act::UndoReturn);
    offered.then(|| Undo { dossier, form: refused.unwrap_or_default(), open })
}

/// Where this officer may type in what the applicant says of how he was served.
fn slip(visit: &Visit, dossier: &Dossier) -> Option<String> {
    may(visit, dossier, Act::Survey).then(|| dossier.code.clone())
}

fn may(visit: &Visit, dossier: &Dossier, act: Act) -> bool {
    dossier.allows_to(visit.officer.role, act)
}

/// The code in what a scanner typed: the code itself, or the address in a receipt's QR code.
fn scanned(typed: &str) -> &str {
    let typed = typed.trim();
    let looks = |part: &&str| part.matches('-').count() >= 2 && part.contains('.');
    let mut parts = typed.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'));
    if typed.contains("://") { parts.rfind(looks).unwrap_or(typed) } else { typed }
}

#[cfg(test)]
mod tests {
    use super::scanned;

    #[test]
    fn a_scanner_may_type_the_code_or_the_address_with_the_code_in_it() {
        let code = "000.00.03.H29-260310-0001";
        assert_eq!(scanned(&format!(" {code}\n")), code);
        assert_eq!(scanned(&format!("https://mot-cua.example.vn/tra-cuu/{code}?key=abc-DEF_1")), code);
        assert_eq!(scanned(&format!("https://mot-cua.example.vn/tra-cuu?ma={code}&key=x")), code);
        assert_eq!(scanned("xyz"), "xyz");
    }
}
