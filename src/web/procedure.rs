//! `/danh-muc/thu-tuc/…`: one procedure with its versions; a new procedure; a new version of one.

use super::form::{Body, Form};
use super::frame::Frame;
use super::places::segment;
use super::visit::{Shown, Visit};
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Procedure {
    code: String,
    code_verified: bool,
    sector: String,
    branch_codes: Vec<String>,
    name: String,
    current_version: Option<u32>,
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    number: u32,
    valid_from: String,
    valid_to: Option<String>,
    name: String,
    legal_basis: String,
    decided_by: String,
    online_level: String,
    postal_eligible: bool,
    posted_on: Option<String>,
    note: Option<String>,
    cases: Vec<Case>,
    components: Vec<Component>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Case {
    code: Option<String>,
    name: String,
    time_limit: Option<String>,
    time_limit_verified: bool,
    fee_vnd: Option<i64>,
    fee_note: Option<String>,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    form: String,
    copies: u32,
    required: bool,
}

#[derive(Deserialize)]
struct Step {
    code: String,
    name: String,
    share_percent: u32,
}

#[derive(Template)]
#[template(path = "pages/procedure.html")]
struct Page {
    f: Frame,
    procedure: Procedure,
    /// The sector's name.
    sector: String,
}

impl Page {
    fn branches(&self) -> String {
        self.procedure.branch_codes.join(", ")
    }

    fn is_current(&self, version: &Version) -> bool {
        self.procedure.current_version == Some(version.number)
    }
}

fn path(code: &str) -> String {
    format!("/procedures/{}", segment(code))
}

pub async fn show(visit: Visit, code: Path<String>) -> Shown {
    let mut procedure: Procedure = visit.get(&path(&code)).await?;
    procedure.versions.reverse();
    let sectors: Items = visit.get("/sectors?limit=200").await?;
    let named = sectors.items.into_iter().find(|sector| sector.code == procedure.sector);
    let sector = named.map_or_else(|| procedure.sector.clone(), |sector| sector.name);
    visit.page(&Page { f: visit.frame("catalogue"), procedure, sector })
}

/// The form of a version: lists are fields with numbers, some of them empty to be filled.
#[derive(Template)]
#[template(path = "pages/version.html")]
struct VersionPage {
    f: Frame,
    form: Form,
    /// Empty for a procedure to be.
    code: String,
    /// `version/` where the version is a part of a new procedure.
    part: &'static str,
    sectors: Vec<(String, String)>,
    branches: Vec<(String, String)>,
}

/// The lists of a version: which of their fields make a row count as filled, and which are numbers or boxes.
struct List {
    name: &'static str,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
    boxes: &'static [&'static str],
    choices: &'static [&'static str],
}

const LISTS: [List; 3] = [
    List {
        name: "cases",
        texts: &["code", "name", "time_limit", "fee_note"],
        numbers: &["fee_vnd"],
        boxes: &["time_limit_verified"],
        choices: &[],
    },
    List {
        name: "components",
        texts: &["name"],
        numbers: &["copies"],
        boxes: &["required"],
        choices: &["form"],
    },
    List { name: "steps", texts: &["code", "name"], numbers: &["share_percent"], boxes: &[], choices: &[] },
];
/// As many as the API takes.
const MOST: usize = 100;
/// Empty rows to fill.
const SPARE: usize = 2;

impl List {
    fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.texts.iter().chain(self.numbers).chain(self.boxes).chain(self.choices).copied()
    }

    /// The numbers of the rows in which something was entered.
    fn filled(&self, form: &Form, part: &str) -> Vec<usize> {
        let name = self.name;
        let is_filled = |n: &usize| {
            let mut entered = self.texts.iter().chain(self.numbers);
            entered.any(|field| form.given(&format!("{part}{name}/{n}/{field}")).is_some())
        };
        (0..=MOST).filter(is_filled).collect()
    }
}

/// The same entries with the rows numbered without gaps, so that what the API says finds its row.
fn without_gaps(form: &Form, part: &str) -> Form {
    let mut whole = form.clone();
    for list in &LISTS {
        let rows = list.filled(form, part);
        for (to, from) in (0..=MOST).map(|to| (to, rows.get(to))) {
            for field in list.fields() {
                let value =
                    from.map(|from| form.value(&format!("{part}{}/{from}/{field}", list.name)).to_owned());
                let name = format!("{part}{}/{to}/{field}", list.name);
                whole.set(&name, value.unwrap_or_default());
            }
        }
    }
    whole
}

/// The version as the API takes it; the form has no gaps.
fn body(form: &Form, part: &str) -> Body {
    let mut body = form.json();
    let at = |name: &str| format!("{part}{name}");
    for name in ["valid_from", "valid_to", "posted_on"] {
        body.date(&at(name));
    }
    body.ticked(&at("postal_eligible"));
    for name in ["name", "legal_basis"] {
        if form.given(&at(name)).is_none() {
            body.put(&at(name), "");
        }
    }
    for list in &LISTS {
        let rows = list.filled(form, part).len();
        let rows: Vec<Value> =
            (0..rows).map(|n| row(form, list, &format!("{part}{}/{n}", list.name))).collect();
        body.put(&at(list.name), rows);
    }
    body
}

fn row(form: &Form, list: &List, at: &str) -> Value {
    let mut row = Map::new();
    for field in list.fields() {
        let Some(text) = form.given(&format!("{at}/{field}")) else {
            if list.boxes.contains(&field) {
                row.insert(field.to_owned(), false.into());
            } else if list.texts.contains(&field) && list.name != "cases" {
                row.insert(field.to_owned(), "".into());
            }
            continue;
        };
        let number = text.replace(['.', ' '], "").parse::<i64>();
        let value: Value = match number {
            Ok(number) if list.numbers.contains(&field) => number.into(),
            _ if list.boxes.contains(&field) => true.into(),
            _ => text.into(),
        };
        row.insert(field.to_owned(), value);
    }
    Value::Object(row)
}

impl VersionPage {
    /// The name of a field.
    fn at(&self, name: &str) -> String {
        format!("{}{name}", self.part)
    }

    fn in_row(&self, list: &str, n: &usize, field: &str) -> String {
        format!("{}{list}/{n}/{field}", self.part)
    }

    fn ticked(&self, name: impl AsRef<str>) -> bool {
        !self.form.value(name.as_ref()).is_empty()
    }

    /// The rows to show: the filled ones and some to fill.
    fn rows(&self, name: &str) -> Vec<usize> {
        let filled = LISTS
            .iter()
            .find(|list| list.name == name)
            .map_or(0, |list| list.filled(&self.form, self.part).len());
        let spare = if self.form.value("_more").is_empty() { SPARE } else { 8 };
        (0..filled.saturating_add(spare).min(MOST)).collect()
    }

    fn levels(&self) -> Vec<(String, String)> {
        ["none", "partial", "full"]
            .iter()
            .map(|one| ((*one).to_owned(), self.f.term("online_level", one)))
            .collect()
    }

    fn paper_forms(&self) -> Vec<(String, String)> {
        let all = ["original", "copy", "certified_copy", "photocopy"];
        all.iter().map(|one| ((*one).to_owned(), self.f.term("paper_form", one))).collect()
    }

    /// What is wrong with a list as a whole.
    fn fault_of(&self, list: &str) -> &str {
        self.form.fault(&self.at(list))
    }

    fn is_new(&self) -> bool {
        self.code.is_empty()
    }

    fn takes_in(&self, branch: &str) -> bool {
        self.form.has("_branch", branch)
    }
}

#[derive(Deserialize)]
struct Items {
    items: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    code: String,
    name: String,
}

async fn page(
    visit: &Visit,
    form: Form,
    code: String,
    part: &'static str,
) -> Result<VersionPage, crate::http::Problem> {
    let pairs = |all: Items| all.items.into_iter().map(|one| (one.code, one.name)).collect();
    let sectors = pairs(visit.get("/sectors?limit=200").await?);
    let branches = pairs(visit.get("/branches?limit=200").await?);
    Ok(VersionPage { f: visit.frame("catalogue"), form, code, part, sectors, branches })
}

pub async fn new(visit: Visit) -> Shown {
    visit.page(&page(&visit, Form::default(), String::new(), "version/").await?)
}

pub async fn create(visit: Visit, form: Form) -> Shown {
    let mut form = without_gaps(&form, "version/");
    if !form.value("_more").is_empty() {
        return visit.page(&page(&visit, form, String::new(), "version/").await?);
    }
    let mut body = body(&form, "version/");
    body.ticked("code_verified");
    body.put("branch_codes", form.all("_branch").map(Value::from).collect::<Vec<_>>());
    if form.given("code").is_none() {
        body.put("code", "");
    }
    match visit.send(Method::POST, "/procedures", &form, body).await {
        Ok(_) => visit
            .done(&format!("/danh-muc/thu-tuc/{}", segment(form.value("code").trim())), "procedure-added"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            visit.refused(&page(&visit, form, String::new(), "version/").await?)
        }
    }
}

/// A new version begins as the last one is.
pub async fn new_version(visit: Visit, code: Path<String>) -> Shown {
    let procedure: Procedure = visit.get(&path(&code)).await?;
    let f = visit.frame("catalogue");
    let form = procedure.versions.last().map(|last| entries(&f, last)).unwrap_or_default();
    visit.page(&page(&visit, form, code.into_inner(), "").await?)
}

fn entries(f: &Frame, version: &Version) -> Form {
    let yes = |ticked: bool| if ticked { "yes".to_owned() } else { String::new() };
    let mut form = Form::of([
        ("name", version.name.clone()),
        ("legal_basis", version.legal_basis.clone()),
        ("decided_by", version.decided_by.clone()),
        ("online_level", version.online_level.clone()),
        ("postal_eligible", yes(version.postal_eligible)),
        ("posted_on", f.date(&version.posted_on)),
    ]);
    for (n, case) in version.cases.iter().enumerate() {
        let mut put = |field: &str, value: String| form.set(&format!("cases/{n}/{field}"), value);
        put("code", case.code.clone().unwrap_or_default());
        put("name", case.name.clone());
        put("time_limit", case.time_limit.clone().unwrap_or_default());
        put("time_limit_verified", yes(case.time_limit_verified));
        put("fee_vnd", case.fee_vnd.map(|fee| fee.to_string()).unwrap_or_default());
        put("fee_note", case.fee_note.clone().unwrap_or_default());
    }
    for (n, paper) in version.components.iter().enumerate() {
        let mut put = |field: &str, value: String| form.set(&format!("components/{n}/{field}"), value);
        put("name", paper.name.clone());
        put("form", paper.form.clone());
        put("copies", paper.copies.to_string());
        put("required", yes(paper.required));
    }
    for (n, step) in version.steps.iter().enumerate() {
        let mut put = |field: &str, value: String| form.set(&format!("steps/{n}/{field}"), value);
        put("code", step.code.clone());
        put("name", step.name.clone());
        put("share_percent", step.share_percent.to_string());
    }
    form
}

pub async fn add_version(visit: Visit, code: Path<String>, form: Form) -> Shown {
    let mut form = without_gaps(&form, "");
    if !form.value("_more").is_empty() {
        return visit.page(&page(&visit, form, code.into_inner(), "").await?);
    }
    let body = body(&form, "");
    match visit.send(Method::POST, &format!("{}/versions", path(&code)), &form, body).await {
        Ok(_) => visit.done(&format!("/danh-muc/thu-tuc/{}", segment(&code)), "version-added"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.refused(&problem, visit.lang());
            visit.refused(&page(&visit, form, code.into_inner(), "").await?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_left_empty_are_left_out_and_the_others_keep_their_order() {
        let entered = b"name=A&cases/1/time_limit=3wd&cases/4/time_limit=5wd&cases/4/fee_vnd=10.000&components/0/form=copy\
            &steps/2/code=a&steps/2/name=A&steps/2/share_percent=100";
        let form = without_gaps(&Form::parse(entered), "");
        let body = body(&form, "").into_value();
        let cases = json!([
            {"time_limit": "3wd", "time_limit_verified": false},
            {"time_limit": "5wd", "time_limit_verified": false, "fee_vnd": 10_000},
        ]);
        assert_eq!(body["cases"], cases);
        assert_eq!(body["components"], json!([]), "a choice alone fills no row");
        assert_eq!(body["steps"], json!([{"code": "a", "name": "A", "share_percent": 100}]));
        assert_eq!(form.value("cases/1/fee_vnd"), "10.000", "the entry moves up with its row");
    }
}
