//! The description of the API is generated from the handlers and held by `docs/openapi.json`: whoever changes
//! what others rely on sees it in the review.

use crate::support::house::TestHouse;
use std::path::Path;

#[test]
fn the_api_is_as_described_in_docs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let generated = format!("{}\n", motcua::app::openapi().to_pretty_json().unwrap());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    // Not assert_eq: nobody reads two whole documents side by side.
    let difference = kept.lines().zip(generated.lines()).find(|(kept, generated)| kept != generated);
    assert!(
        kept == generated,
        "docs/openapi.json is not what the handlers say; first difference: {difference:?}\n\
         See what changed, then: UPDATE_OPENAPI=1 cargo test --test it openapi"
    );
}

on_both! {
    async fn the_description_and_its_page_are_served_without_anything_from_elsewhere(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let nobody = house.nobody();
        let json = nobody.get("/openapi.json").await.expect(200);
        assert_eq!(json.body["info"]["title"], "motcua");
        let page = nobody.get(&format!("{}/api/docs", house.origin)).await.expect(200);
        assert!(page.text.contains("swagger-ui"), "{}", page.text);
        assert!(!page.text.contains("https://"), "nothing is loaded from elsewhere");
        assert!(page.header("content-security-policy").unwrap().contains("default-src 'self'"));
        let script = nobody.get(&format!("{}/api/docs/swagger-initializer.js", house.origin)).await.expect(200);
        assert!(script.text.contains("/api/v1/openapi.json"));
    }
}
