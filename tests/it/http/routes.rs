//! Which routes are open to all, asked of the routes themselves.

use crate::support::house::{TestHouse, send};
use motcua::app::PUBLIC;
use reqwest::Method;
use serde_json::Value;

/// Every method and path of the description, with something in the place of each parameter.
fn described() -> Vec<(String, String)> {
    let api: Value = serde_json::from_str(&motcua::app::openapi().to_json().unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        let path = path.strip_prefix(motcua::http::BASE).unwrap();
        for method in methods.as_object().unwrap().keys().filter(|key| key.as_str() != "parameters") {
            routes.push((method.clone(), path.to_owned()));
        }
    }
    assert!(routes.len() > 5);
    routes
}

fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
}

on_both! {
    /// Also says that who asks comes before anything else: no handler looks at the address, the version or the
    /// body of a stranger's request first.
    async fn only_the_listed_routes_are_open_to_all(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let mut open = Vec::new();
        for (method, path) in described() {
            let request = house.nobody().request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &filled(&path));
            let answer = send(request).await;
            if answer.status == 401 {
                answer.expect_problem(401, "unauthenticated");
            } else {
                open.push((method, path));
            }
        }
        let mut listed: Vec<_> = PUBLIC.iter().map(|(m, p)| ((*m).to_owned(), (*p).to_owned())).collect();
        listed.sort();
        open.sort();
        assert_eq!(open, listed);
    }
}
