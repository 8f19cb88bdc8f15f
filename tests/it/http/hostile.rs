//! Every route of the description, asked with everything that does not belong there: each bad request gets a
//! problem of its own, none is our fault, and the service goes on.

use crate::support::house::{Answer, Person, TestHouse, etag, send};
use motcua::domain::role::Role;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

struct Route {
    method: Method,
    path: String,
    parameters: Vec<String>,
    /// Names of the members of its body; `None` takes no body.
    members: Option<Vec<String>>,
}

fn described() -> Vec<Route> {
    let api: Value = serde_json::from_str(&motcua::app::openapi().to_json().unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|parameter| parameter["in"] == "query");
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            routes.push(Route {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.strip_prefix(motcua::http::BASE).unwrap().to_owned(),
                parameters: query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect(),
                members: schema.is_object().then(|| members(&api, schema)),
            });
        }
    }
    assert!(routes.len() > 30);
    routes
}

fn members(api: &Value, schema: &Value) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => api.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let of_parts = schema["allOf"].as_array().into_iter().flatten().flat_map(|part| members(api, part));
    let own = schema["properties"].as_object().into_iter().flat_map(|members| members.keys().cloned());
    own.chain(of_parts).collect()
}

/// What people, broken programs and attackers send.
fn oddities() -> Vec<Value> {
    let decomposed: String = unicode_normalization::UnicodeNormalization::nfd("Nguyễn Thị Ánh").collect();
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1.5),
        json!(""),
        json!("   "),
        json!("\u{0}"),
        json!("a\u{1b}[31m"),
        json!(decomposed),
        json!("2020-02-30"),
        json!("9999-12-31"),
        json!("-262143-01-01"),
        json!("0001-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59+07:00"),
        json!("99999wd"),
        json!("4294967296wd"),
        json!("'; drop table dossiers; --"),
        json!("%_\\"),
        json!("Ễ".repeat(5_000)),
        json!([]),
        json!({}),
        json!([[[[[[]]]]]]),
        json!({"a": {"b": null}}),
    ]
}

fn in_query(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(200).collect::<String>().bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// Collects what is not as it must be, so that one run names everything.
#[derive(Default)]
struct Complaints(BTreeSet<String>);

impl Complaints {
    fn hear(&mut self, about: &str, answer: &Answer) {
        let status = answer.status.as_u16();
        if status >= 500 {
            self.0.insert(format!("{about}: {status} {}", answer.text));
        } else if status >= 400 && answer.header("content-type") != Some("application/problem+json") {
            self.0.insert(format!("{about}: {status} is no problem: {}", answer.text));
        } else if status >= 400 && answer.body["detail"].as_str().is_none_or(str::is_empty) {
            self.0.insert(format!("{about}: {status} has no words: {}", answer.text));
        }
    }
}

async fn ask(person: &Person, route: &Route, path: &str, body: Option<&str>) -> Answer {
    let request = person.request(route.method.clone(), path).header("If-Match", etag(2));
    send(match body {
        Some(body) => request.header("Content-Type", "application/json").body(body.to_owned()),
        None => request,
    })
    .await
}

async fn every_route_oddly(house: &TestHouse, person: &Person, code: &str) -> Complaints {
    let mut complaints = Complaints::default();
    for route in described() {
        // Who is asking must stay signed in, and the rest of the routes must stay possible.
        if route.method == Method::DELETE && route.path == "/sessions/current" {
            continue;
        }
        let about = format!("{} {}", route.method, route.path);
        let there = route.path.replace("{code}", code);
        let fill = |with: &str| {
            there
                .split('/')
                .map(|part| if part.starts_with('{') { with } else { part })
                .collect::<Vec<_>>()
                .join("/")
        };
        let path = fill("2026-03-10");
        let whole = route.members.as_ref().map(|_| "{}");
        for segment in
            ["x", "%00", "%ff", "..%2f..", "'--", "%C4%91%E1%BA%A5t", "99999999999999999999", "2020-02-30"]
        {
            if route.path.contains('{') {
                let odd =
                    route.path.split('/').map(|part| if part.starts_with('{') { segment } else { part });
                let odd = odd.collect::<Vec<_>>().join("/");
                complaints.hear(&format!("{about} at {odd}"), &ask(person, &route, &odd, whole).await);
            }
        }
        for value in oddities() {
            for name in &route.parameters {
                let asked = format!("{path}?{name}={}", in_query(&value));
                complaints
                    .hear(&format!("{about} ? {name}={value}"), &ask(person, &route, &asked, whole).await);
            }
            let Some(members) = &route.members else { continue };
            let all: Map<String, Value> = members.iter().map(|name| (name.clone(), value.clone())).collect();
            let mut bodies = vec![value.clone(), Value::Object(all)];
            bodies.extend(members.iter().map(|name| json!({ name: value })));
            for body in bodies {
                let answer = ask(person, &route, &path, Some(&body.to_string())).await;
                let shown: String = body.to_string().chars().take(120).collect();
                complaints.hear(&format!("{about} {shown}"), &answer);
            }
        }
        if route.members.is_some() {
            for broken in ["", "{", "\"", "{\"a\":}", "\u{feff}{}", "{\"a\":1e999999}", "{} {}"] {
                let answer = ask(person, &route, &path, Some(broken)).await;
                complaints.hear(&format!("{about} {broken}"), &answer);
                assert!(answer.status.is_client_error(), "{about} took {broken:?}: {}", answer.text);
            }
        }
    }
    house.nobody().get("/health/ready").await.expect(200);
    complaints
}

on_both! {
    async fn whatever_is_sent_nothing_is_our_fault(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let procedures = counter.get("/procedures?limit=200").await.expect(200);
        let mut taken = None;
        for procedure in procedures.body["items"].as_array().unwrap() {
            let intake = json!({
                "procedure_code": procedure["code"], "channel": "in_person",
                "applicant": {"name": "Nguyễn Văn An", "kind": "citizen"},
            });
            let answer = counter.post("/dossiers", intake).await;
            if answer.status == 201 {
                taken = Some(answer.body["code"].as_str().unwrap().to_owned());
                break;
            }
        }
        let code = taken.expect("the branch takes in something");
        let mut complaints = BTreeSet::new();
        for role in [Role::Head, Role::Admin] {
            let branch = role.belongs_to_branch().then_some("TS");
            let person = house.sign_in_as(role, branch).await;
            complaints.extend(every_route_oddly(&house, &person, &code).await.0);
        }
        let complaints: Vec<_> = complaints.into_iter().collect();
        assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    }
}
