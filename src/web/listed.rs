//! `/bao-cao/ho-so`: the dossiers behind a number of the reports on open dossiers and on causes, page by page.

use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::told::{Line, Listed};
use super::visit::{Shown, Visit};
use super::when;
use askama::Template;

/// Dossiers on one page.
const LIMIT: &str = "25";
/// What narrows the lists, by the names of the API.
const OF_AGEING: &[&str] = &["as_of", "branch_code", "sector", "age", "due"];
const OF_CAUSES: &[&str] = &["from", "to", "as_of", "branch_code", "sector", "cause", "kind"];

#[derive(Template)]
#[template(path = "pages/listed.html")]
struct Page {
    f: Frame,
    form: Form,
    /// The report.
    chosen: &'static str,
    /// What is counted, of whom.
    counted: Vec<String>,
    /// From when to when.
    days: String,
    lines: Vec<Line>,
    /// The number itself.
    count: i64,
    next: String,
    /// Where the first page is; empty when this is it.
    first: String,
    /// The report for these days.
    back: String,
}

pub async fn show(visit: Visit) -> Shown {
    let asked = visit.asked();
    let f = visit.frame("reports");
    let (chosen, path, filters) = match asked.value("loai") {
        "nguyen-nhan" => ("nguyen-nhan", "/reports/causes/dossiers", OF_CAUSES),
        _ => ("ton", "/reports/ageing/dossiers", OF_AGEING),
    };
    let today = visit.today.to_string();
    let mut form = Form::default();
    for name in filters {
        let text = asked.value(name).trim();
        let value = match *name {
            "from" | "to" | "as_of" if text.is_empty() => today.clone(),
            "from" | "to" | "as_of" => {
                when::read_date(text).map_or_else(|| text.to_owned(), |day| day.to_string())
            }
            _ => text.to_owned(),
        };
        form.set(name, value);
    }
    let pairs: Vec<(&str, &str)> = filters.iter().map(|name| (*name, form.value(name))).collect();
    let cursor = asked.value("cursor");
    let here = |cursor| {
        let more = [("loai", chosen), ("cursor", cursor)];
        with_query("/bao-cao/ho-so", &[pairs.as_slice(), &more].concat())
    };
    let paged = [("limit", LIMIT), ("count", "true"), ("cursor", cursor)];
    let listed = visit.get::<Listed<Line>>(&with_query(path, &[pairs.as_slice(), &paged].concat())).await;
    let first = if cursor.is_empty() { String::new() } else { here("") };
    let next = listed.as_ref().ok().and_then(|listed| listed.next.as_deref()).map(here).unwrap_or_default();
    let (lines, count) = match listed {
        Ok(listed) => (listed.items, listed.count.unwrap_or_default()),
        Err(problem) if problem.status() == 422 => {
            form.refused(&problem, visit.lang());
            (Vec::new(), 0)
        }
        Err(problem) => return Err(problem),
    };
    let page = Page {
        counted: counted(&f, chosen, &form),
        days: days(&f, &form),
        back: back(chosen, &form),
        chosen,
        lines,
        count,
        next,
        first,
        form,
        f,
    };
    if page.form.has_faults() { visit.refused(&page) } else { visit.page(&page) }
}

/// What the number counts, and of whom.
fn counted(f: &Frame, chosen: &str, form: &Form) -> Vec<String> {
    let mut said = vec![f.word("reports.listed", chosen)];
    for (name, kind) in [
        ("age", "ageing-by_age-"),
        ("due", "ageing-by_due-"),
        ("kind", "causes-"),
        ("cause", "causes-causes-"),
    ] {
        if !form.value(name).is_empty() {
            let code = form.value(name);
            let named = f.term("figure", &format!("{kind}{code}"));
            // A cause of a branch's own has no words.
            said.push(if named.starts_with(kind) { code.to_owned() } else { named });
        }
    }
    said.extend(
        ["branch_code", "sector"]
            .map(|name| form.value(name).to_owned())
            .into_iter()
            .filter(|code| !code.is_empty()),
    );
    said
}

fn days(f: &Frame, form: &Form) -> String {
    let period = match form.value("from") {
        "" => String::new(),
        from => format!("{} ", f.t2("reports.period", "from", f.on(from), "to", f.on(form.value("to")))),
    };
    format!("{period}{}", f.t1("reports.listed-on", "as_of", f.on(form.value("as_of"))))
}

fn back(chosen: &str, form: &Form) -> String {
    let as_of = form.value("as_of");
    let (from, to) = match form.value("from") {
        "" => (as_of, as_of),
        from => (from, form.value("to")),
    };
    let branch = form.value("branch_code");
    let pairs = [
        ("loai", chosen),
        ("ky", "tu-chon"),
        ("from", from),
        ("to", to),
        ("as_of", as_of),
        ("branch_code", branch),
    ];
    with_query("/bao-cao", &pairs)
}
