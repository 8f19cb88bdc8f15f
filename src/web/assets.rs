//! Styles and scripts, inside of the binary. Their address holds the fingerprint of their content, so that browsers
//! may keep them for a year and never show an old one.

use crate::hex::hex;
use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "static/"]
#[exclude = "licences/*"]
struct Files;

/// `/static/FINGERPRINT/NAME`
pub fn address(name: &str) -> String {
    match Files::get(name) {
        Some(file) => format!("/static/{}/{name}", fingerprint(&file)),
        None => format!("/static/none/{name}"),
    }
}

fn fingerprint(file: &rust_embed::EmbeddedFile) -> String {
    hex(file.metadata.sha256_hash().get(..8).unwrap_or_default())
}

/// One file. Any fingerprint but the present one is asked for again each time.
pub async fn file(request: HttpRequest, path: Path<(String, String)>) -> HttpResponse {
    let (asked, name) = path.into_inner();
    let Some(file) = Files::get(&name) else { return HttpResponse::NotFound().finish() };
    let present = fingerprint(&file);
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::ETAG, tag.clone()));
    answer.insert_header((
        header::CACHE_CONTROL,
        if asked == present { "public, max-age=31536000, immutable" } else { "no-cache" },
    ));
    let kept = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    // Whoever compresses on the way weakens the tag.
    if kept.is_some_and(|kept| kept.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return answer.status(actix_web::http::StatusCode::NOT_MODIFIED).finish();
    }
    answer.content_type(kind(&name));
    match file.data {
        Cow::Borrowed(bytes) => answer.body(bytes),
        Cow::Owned(bytes) => answer.body(bytes),
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
