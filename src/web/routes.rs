//! Every page in one place, and which of them are open to all.

use super::gate::gate;
use super::{
    assets, dossier, dossiers, hand_over, home, intake, password, preferences, sessions, sign_in, today,
};
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
    get "/hom-nay" => today::show,
    post "/hom-nay" => today::act,
    // the counter
    get "/tiep-nhan" => intake::show,
    post "/tiep-nhan" => intake::create,
    post "/tiep-nhan/chon" => intake::choose,
    get "/tiep-nhan/thu-tuc" => intake::find_procedure,
    post "/tiep-nhan/nguoi-nop" => intake::find_applicant,
    post "/tiep-nhan/han" => intake::foresee,
    get "/tra-ket-qua" => hand_over::show,
    post "/tra-ket-qua" => hand_over::record,
    // dossiers
    get "/ho-so" => dossiers::show,
    get "/ho-so/{code}" => dossier::show,
    get "/ho-so/{code}/da-tiep-nhan" => intake::taken_in,
    get "/ho-so/{code}/giay-to/{paper}" => dossier::paper,
    post "/ho-so/{code}/viec/{act}" => dossier::act,
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
