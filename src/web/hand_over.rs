//! `/tra-ket-qua`: the code is scanned or typed, who took the result is written down, the next one comes.

use super::acts::Deed;
use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::told::Dossier;
use super::visit::{Shown, Visit};
use crate::http::Problem;
use actix_web::HttpRequest;
use actix_web::http::Method;
use askama::Template;

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
}

pub async fn show(visit: Visit, request: HttpRequest) -> Shown {
    let query = Form::parse(request.query_string().as_bytes());
    let page = load(&visit, query.value("ma"), None).await?;
    visit.page(&page)
}

pub async fn record(visit: Visit, mut form: Form) -> Shown {
    let code = form.value("_code").to_owned();
    let deed = Deed::of("tra").ok_or_else(Problem::broken)?;
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
    let dossier = match code.as_str() {
        "" => None,
        code => match visit.get::<Dossier>(&format!("/dossiers/{}", segment(code))).await {
            Ok(dossier) => Some(dossier),
            Err(problem) if problem.status() == 404 => None,
            Err(problem) => return Err(problem),
        },
    };
    let form = refused.unwrap_or_else(|| {
        let known = |dossier: &Dossier| dossier.return_channel.clone().unwrap_or("in_person".into());
        let name =
            |dossier: &Dossier| dossier.representative.as_ref().unwrap_or(&dossier.applicant).name.clone();
        let dossier = dossier.as_ref();
        Form::of([
            ("channel", dossier.map(known).unwrap_or_default()),
            ("received_by", dossier.map(name).unwrap_or_default()),
        ])
    });
    Ok(Page {
        unknown: !code.is_empty() && dossier.is_none(),
        channels: f.terms("channel", ["in_person", "postal", "online"]),
        code,
        dossier,
        form,
        f,
    })
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
