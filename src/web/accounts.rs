//! `/tai-khoan`: who works here. Administrators add, change and deactivate; others look up colleagues.

use super::form::Form;
use super::frame::Frame;
use super::places::{segment, with_query};
use super::visit::{Shown, Visit};
use crate::domain::role::Role;
use actix_web::http::Method;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Account {
    id: String,
    username: String,
    full_name: String,
    title: Option<String>,
    role: String,
    branch_code: Option<String>,
    active: bool,
    email: Option<String>,
    digest: bool,
    version: i32,
}

#[derive(Deserialize)]
struct Branch {
    code: String,
    name: String,
}

#[derive(Template)]
#[template(path = "pages/accounts.html")]
struct Page {
    f: Frame,
    form: Form,
    accounts: Vec<Account>,
    branches: Vec<(String, String)>,
    roles: Vec<(String, String)>,
    standings: Vec<(String, String)>,
    next: String,
}

fn roles(f: &Frame) -> Vec<(String, String)> {
    Role::ALL.iter().map(|role| (role.as_str().to_owned(), f.term("role", role.as_str()))).collect()
}

async fn branches(visit: &Visit, first: String) -> Result<Vec<(String, String)>, crate::http::Problem> {
    let all: Listed<Branch> = visit.get("/branches?limit=200").await?;
    let named = all.items.into_iter().map(|branch| (branch.code, branch.name));
    Ok([(String::new(), first)].into_iter().chain(named).collect())
}

pub async fn show(visit: Visit) -> Shown {
    let form = visit.asked();
    let f = visit.frame("accounts");
    let of = |name: &str| form.value(name).to_owned();
    let (branch, role, active, cursor) = (of("branch_code"), of("role"), of("active"), of("cursor"));
    let mut query = vec![("branch_code", branch.as_str()), ("role", &role), ("active", &active)];
    query.extend([("limit", "50"), ("cursor", cursor.as_str())]);
    let listed: Listed<Account> = visit.get(&with_query("/officers", &query)).await?;
    let next = listed.next.map(|next| {
        let query =
            [("branch_code", branch.as_str()), ("role", &role), ("active", &active), ("cursor", &next)];
        with_query("/tai-khoan", &query)
    });
    let all = f.t("rates.all");
    let branches = if f.sees_all() { branches(&visit, all.clone()).await? } else { Vec::new() };
    let roles = [(String::new(), all.clone())].into_iter().chain(roles(&f)).collect();
    let standings = vec![
        (String::new(), all),
        ("true".into(), f.t("accounts.active")),
        ("false".into(), f.t("accounts.inactive")),
    ];
    let next = next.unwrap_or_default();
    visit.page(&Page { f, form, accounts: listed.items, branches, roles, standings, next })
}

#[derive(Template)]
#[template(path = "pages/account.html")]
struct AccountPage {
    f: Frame,
    form: Form,
    /// Empty for an account to be.
    id: String,
    username: String,
    seen: String,
    branches: Vec<(String, String)>,
    roles: Vec<(String, String)>,
}

async fn page(
    visit: &Visit,
    form: Form,
    (id, username, seen): (String, String, String),
) -> Result<AccountPage, crate::http::Problem> {
    let f = visit.frame("accounts");
    let branches = branches(visit, f.t("accounts.no-branch")).await?;
    let roles = roles(&f);
    Ok(AccountPage { f, form, id, username, seen, branches, roles })
}

pub async fn new(visit: Visit) -> Shown {
    let nobody = (String::new(), String::new(), String::new());
    visit.page(&page(&visit, Form::default(), nobody).await?)
}

pub async fn create(visit: Visit, mut form: Form) -> Shown {
    let mut body = form.json();
    for name in ["username", "full_name"] {
        if form.given(name).is_none() {
            body.put(name, "");
        }
    }
    // Passwords are not trimmed: blanks belong to them.
    body.put("password", form.value("password"));
    match visit.send(Method::POST, "/officers", &form, body).await {
        Ok(_) => visit.done("/tai-khoan", "account-created"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.set("password", "");
            form.refused(&problem, visit.lang());
            let nobody = (String::new(), String::new(), String::new());
            visit.refused(&page(&visit, form, nobody).await?)
        }
    }
}

async fn account(visit: &Visit, id: &str) -> Result<Account, crate::http::Problem> {
    visit.get(&format!("/officers/{}", segment(id))).await
}

pub async fn one(visit: Visit, id: Path<String>) -> Shown {
    let account = account(&visit, &id).await?;
    let form = Form::of([
        ("full_name", account.full_name),
        ("title", account.title.unwrap_or_default()),
        ("role", account.role),
        ("branch_code", account.branch_code.unwrap_or_default()),
        ("active", if account.active { "yes".to_owned() } else { String::new() }),
        ("email", account.email.unwrap_or_default()),
        ("digest", if account.digest { "yes".to_owned() } else { String::new() }),
    ]);
    let known = (account.id, account.username, account.version.to_string());
    visit.page(&page(&visit, form, known).await?)
}

pub async fn change(visit: Visit, id: Path<String>, mut form: Form) -> Shown {
    let mut body = form.json();
    body.ticked("active").ticked("digest");
    if form.given("full_name").is_none() {
        body.put("full_name", "");
    }
    for name in ["title", "email"] {
        if form.given(name).is_none() {
            body.put(name, Value::Null);
        }
    }
    if !form.value("password").is_empty() {
        body.put("password", form.value("password"));
    }
    match visit.send(Method::PATCH, &format!("/officers/{}", segment(&id)), &form, body).await {
        Ok(_) => visit.done("/tai-khoan", "account-changed"),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Err(problem) => {
            form.set("password", "");
            form.refused(&problem, visit.lang());
            let account = account(&visit, &id).await?;
            let seen = form.value("_seen").to_owned();
            visit.refused(&page(&visit, form, (account.id, account.username, seen)).await?)
        }
    }
}
