//! `/hom-nay`: what is mine and what is the branch's, the most urgent first; many handled at once, each with a
//! result of its own.

use super::acts::Deed;
use super::dossier::{colleagues, named};
use super::form::Form;
use super::frame::Frame;
use super::places::with_query;
use super::told::{Line, Listed};
use super::visit::{Shown, Visit};
use crate::domain::role::Role;
use crate::http::Problem;
use actix_web::HttpRequest;
use actix_web::http::Method;
use askama::Template;
use serde_json::Value;

const LIMIT: usize = 25;
/// How dossiers can stand, the most urgent first, and what the API is asked for them. Whoever waits for the citizen comes
/// last, however long ago the date was: there is nothing to be done about it today.
const STANDINGS: &[(&str, (&str, &str))] = &[
    ("overdue", ("timeliness", "overdue")),
    ("due_soon", ("timeliness", "due_soon")),
    ("registered", ("status", "registered")),
    ("within_limit", ("timeliness", "within_limit")),
    ("waiting", ("timeliness", "waiting")),
];
/// What can be done to many at once: the part of the form that is meant, and the act.
const TOGETHER: &[(&str, &str)] =
    &[("forward", "chuyen"), ("supplement", "yeu-cau-bo-sung"), ("result", "ket-qua")];

/// How many stand like this.
struct Tile {
    standing: &'static str,
    /// In words.
    words: String,
    count: i64,
    address: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/today.html")]
struct Page {
    f: Frame,
    form: Form,
    mine: bool,
    standing: String,
    tiles: Vec<Tile>,
    lines: Vec<Line>,
    next: String,
    first: String,
    /// What the tick says that confirms results for several; empty where there is nothing to confirm.
    sure: String,
    may_act: bool,
    colleagues: Vec<(String, String)>,
    outcomes: Vec<(String, String)>,
}

impl Page {
    /// How many are to get which result.
    fn to_confirm(&self) -> String {
        let outcome = self.f.term("outcome", self.form.value("result/outcome"));
        self.f.t2("today.sure-results", "n", self.form.all("pick").count(), "outcome", outcome)
    }

    /// The part of the form that was sent; where none was named, each in which something was entered.
    fn opens(&self, part: &str) -> bool {
        let sent = self.form.value("_act");
        if TOGETHER.iter().any(|(name, _)| *name == sent) {
            return sent == part;
        }
        // The outcome always has a value.
        self.form
            .entries()
            .filter(|(name, value)| *name != "result/outcome" && !value.trim().is_empty())
            .any(|(name, _)| name.strip_prefix(part).is_some_and(|field| field.starts_with('/')))
    }
}

pub async fn show(visit: Visit, request: HttpRequest) -> Shown {
    let query = Form::parse(request.query_string().as_bytes());
    let page = load(&visit, &query, Form::default()).await?;
    visit.page(&page)
}

async fn load(visit: &Visit, query: &Form, form: Form) -> Result<Page, Problem> {
    // A handling officer begins with what lies on the own desk, everybody else with the whole branch.
    let mine = match query.value("xem") {
        "toi" => true,
        "don-vi" => false,
        _ => visit.officer.role == Role::Handler,
    };
    let held_by = if mine { "me" } else { "" };
    let view = if mine { "toi" } else { "don-vi" };
    let f = visit.frame("today");
    let known = |name: &str| STANDINGS.iter().map(|(standing, _)| *standing).find(|one| *one == name);
    let standing = known(query.value("tinh-trang")).unwrap_or_default();
    let of_them = |asked: (&'static str, &'static str)| {
        [("open", "true"), ("sort", "due_on"), ("held_by", held_by), asked]
    };
    let mut tiles = Vec::new();
    for (one, asked) in STANDINGS {
        let path =
            with_query("/dossiers", &[&of_them(*asked)[..], &[("count", "true"), ("limit", "1")]].concat());
        let chosen = *one == standing;
        tiles.push(Tile {
            standing: one,
            words: if *one == "registered" { f.t("today.registered") } else { f.term("timeliness", one) },
            count: visit.get::<Listed<Line>>(&path).await?.count.unwrap_or_default(),
            address: with_query("/hom-nay", &[("xem", view), ("tinh-trang", if chosen { "" } else { one })]),
            chosen,
        });
    }
    // One group after the other until the page is full; it goes on in the group in which it ended.
    let mut cursor = query.value("cursor").to_owned();
    let begun = !cursor.is_empty() || known(query.value("tu")).is_some();
    let from = known(query.value("tu")).unwrap_or(standing);
    let here = |from: &str, cursor: &str| {
        with_query("/hom-nay", &[("xem", view), ("tinh-trang", standing), ("tu", from), ("cursor", cursor)])
    };
    let (mut lines, mut next) = (Vec::new(), String::new());
    let groups = STANDINGS.iter().zip(&tiles).filter(|(_, tile)| standing.is_empty() || tile.chosen);
    for ((one, asked), tile) in groups.skip_while(|((one, _), _)| !from.is_empty() && *one != from) {
        if tile.count > 0 || !cursor.is_empty() {
            let left = LIMIT.saturating_sub(lines.len());
            if left == 0 {
                next = here(one, "");
                break;
            }
            let left = left.to_string();
            let paging = [("limit", left.as_str()), ("cursor", cursor.as_str())];
            let path = with_query("/dossiers", &[&of_them(*asked)[..], &paging[..]].concat());
            let listed: Listed<Line> = visit.get(&path).await?;
            lines.extend(listed.items);
            if let Some(more) = listed.next {
                next = here(one, &more);
                break;
            }
        }
        cursor.clear();
    }
    let may_act = f.acts() && visit.officer.branch_code.is_some();
    let colleagues = match visit.officer.branch_code.as_deref().filter(|_| may_act) {
        Some(branch) => colleagues(visit, branch).await?,
        None => Vec::new(),
    };
    Ok(Page {
        colleagues: f
            .choose(colleagues.iter().filter(|one| one.active).map(|one| (one.username.clone(), named(one)))),
        outcomes: f.terms("outcome", ["granted", "denied"]),
        next,
        sure: to_be_sure_of(&form).unwrap_or_default(),
        first: if begun { here("", "") } else { String::new() },
        standing: standing.to_owned(),
        lines,
        f,
        form,
        mine,
        tiles,
        may_act,
    })
}

/// Results of several cannot be undone: whoever records them says that just so many and just this outcome are meant.
fn to_be_sure_of(form: &Form) -> Option<String> {
    let several = form.all("pick").count();
    let results = form.value("_act") == "result" && several > 1;
    results.then(|| format!("{several} {}", form.value("result/outcome")))
}

/// What became of one of many.
struct Outcome {
    code: String,
    /// Why not; empty when it was done.
    refused: String,
    faults: Vec<String>,
}

#[derive(Template)]
#[template(path = "pages/today_done.html")]
struct DonePage {
    f: Frame,
    act: String,
    outcomes: Vec<Outcome>,
    done: usize,
    back: String,
}

pub async fn act(visit: Visit, mut form: Form) -> Shown {
    let sent = form.value("_act").to_owned();
    let meant = TOGETHER.iter().find(|(name, _)| *name == sent).copied();
    if form.given("pick").is_none() {
        form.fault_at("pick", visit.frame("today").t("today.pick-first"));
    }
    if meant.is_none() {
        form.fault_at("_act", visit.frame("today").t("today.which-act"));
    }
    if let Some(sure) = to_be_sure_of(&form)
        && !form.has("_sure", &sure)
    {
        form.fault_at("_sure", visit.frame("today").t("act.not-sure"));
    }
    let (Some((part, slug)), false, false) = (meant, form.has_faults(), visit.only_shows()) else {
        let query = Form::parse(form.value("_query").as_bytes());
        let page = load(&visit, &query, form).await?;
        return visit.refused(&page);
    };
    let deed = Deed::of(slug).ok_or_else(Problem::broken)?;
    let picked: Vec<&str> = form.all("pick").collect();
    let entered = match form.json().take(part) {
        Some(Value::Object(members)) => {
            let texts =
                members.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
            let texts: Vec<(String, String)> = texts.collect();
            Form::of(texts.iter().map(|(name, value)| (name.as_str(), value.clone())))
        }
        _ => Form::default(),
    };
    let body = deed.body(&entered, visit.today).into_value();
    let mut outcomes = Vec::new();
    for one in picked {
        let (code, version) = one.rsplit_once('|').unwrap_or((one, ""));
        // Each has a key of its own under the form's: sent again, nothing is done twice.
        let key = form.key().map(|key| format!("{key}:{code}"));
        let sent = visit
            .send_at(Method::POST, &deed.address(code), Some(version), key.as_deref(), Some(&body))
            .await;
        let (refused, faults) = match sent {
            Ok(_) => (String::new(), Vec::new()),
            Err(problem) => {
                let worded = problem.worded(visit.lang());
                (worded.detail, worded.errors.into_iter().map(|error| error.detail).collect())
            }
        };
        outcomes.push(Outcome { code: code.to_owned(), refused, faults });
    }
    let f = visit.frame("today");
    let back = format!("/hom-nay?{}", form.value("_query"));
    let done = outcomes.iter().filter(|one| one.refused.is_empty()).count();
    visit.page(&DonePage { act: f.term("act", deed.act.as_str()), outcomes, done, back, f })
}
