//! Every page in one place, and which of them are open to all.

use super::gate::gate;
use super::{assets, home, password, preferences, sessions, sign_in};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};

/// Registers handlers and lists them at once, so that the tests walk what there is.
macro_rules! pages {
    ($($method:ident $path:literal => $handler:path),+ $(,)?) => {
        /// Every page: method and path.
        pub const PAGES: &[(&str, &str)] = &[$((stringify!($method), $path)),+];

        fn pages(scope: &mut ServiceConfig) {
            $(scope.route($path, web::$method().to($handler));)+
        }
    };
}

pages! {
    get "/" => home::show,
    // who works here
    get "/dang-nhap" => sign_in::show,
    post "/dang-nhap" => sign_in::enter,
    post "/dang-xuat" => sign_in::leave,
    post "/giao-dien" => preferences::choose,
    get "/mat-khau" => password::show,
    post "/mat-khau" => password::change,
    get "/phien" => sessions::show,
    post "/phien/ket-thuc" => sessions::end_one,
    post "/phien/ket-thuc-het" => sessions::end_others,
}

/// Open to everybody; every other page asks to sign in first.
pub const OPEN: &[(&str, &str)] =
    &[("get", "/dang-nhap"), ("post", "/dang-nhap"), ("post", "/dang-xuat"), ("post", "/giao-dien")];

/// Puts the pages at the root of the service. What is none of them goes to `otherwise`.
pub fn install(app: &mut ServiceConfig) {
    app.route("/static/{fingerprint}/{name}", web::get().to(assets::file));
    app.service(
        web::scope("").wrap(from_fn(gate)).configure(pages).default_service(web::to(home::nothing_there)),
    );
}
