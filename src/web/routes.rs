//! Every page in one place, and which of them are open to all.

use super::gate::gate;
use super::schedules;
use super::{
    accounts, batches, catalogue, closings, imports, jobs, listed, notices, procedure, reports, settings,
    signs, templates,
};
use super::{
    apologies, apology, approvals, behind, calendar, calendar_change, due_date, handling, indicators,
    public_rates, rates, recount, targets, track,
};
use super::{
    assets, closing, dossier, dossiers, hand_over, home, intake, password, preferences, sessions, sign_in,
    today, warnings,
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
    post "/tra-ket-qua/hoan-tac" => hand_over::take_back,
    // dossiers
    get "/ho-so" => dossiers::show,
    get "/ho-so/{code}" => dossier::show,
    get "/ho-so/{code}/da-tiep-nhan" => intake::taken_in,
    get "/ho-so/{code}/giay-to.zip" => dossier::papers,
    get "/ho-so/{code}/giay-to/{paper}" => dossier::paper,
    post "/ho-so/{code}/viec/{act}" => dossier::act,
    post "/ho-so/{code}/viec/{act}/xem-truoc" => dossier::preview,
    // citizens
    get "/tra-cuu" => track::ask,
    get "/tra-cuu/{code}" => track::show,
    get "/tra-cuu/{code}/thu-xin-loi.pdf" => track::letter,
    post "/tra-cuu/{code}/danh-gia" => track::answer,
    get "/ty-le" => public_rates::show,
    get "/ty-le.csv" => public_rates::export,
    // letters of apology
    get "/xin-loi" => apologies::show,
    post "/xin-loi/ky" => apologies::sign,
    get "/xin-loi/ky-nhieu" => approvals::show,
    post "/xin-loi/ky-nhieu" => approvals::order,
    get "/xin-loi/ky-nhieu/{order}" => approvals::one,
    post "/xin-loi/ky-nhieu/{order}/dung" => approvals::stop,
    get "/xin-loi/{id}" => apology::show,
    post "/xin-loi/{id}" => apology::edit,
    post "/xin-loi/{id}/ky" => apology::sign,
    post "/xin-loi/{id}/trao" => apology::deliver,
    post "/xin-loi/{id}/da-ky" => apology::put_signed,
    get "/xin-loi/{id}/{file}" => apology::file,
    // the working calendar
    get "/tinh-han" => due_date::show,
    get "/lich" => calendar::show,
    post "/lich/xem-truoc" => calendar_change::preview,
    post "/lich/ghi" => calendar_change::change,
    get "/lich/tinh-lai" => recount::show,
    post "/lich/tinh-lai" => recount::order,
    get "/lich/tinh-lai/{id}" => recount::one,
    post "/lich/tinh-lai/{id}/dung" => recount::stop,
    get "/lich/nam" => calendar_change::year,
    post "/lich/nam" => calendar_change::put_year,
    // what the figures say
    get "/ket-qua" => rates::show,
    get "/ket-qua.csv" => rates::export,
    get "/ket-qua/ho-so" => behind::show,
    get "/ket-qua/ho-so.{format}" => behind::file,
    get "/ket-qua/tung-khau" => handling::show,
    get "/ket-qua/tung-khau.{format}" => handling::file,
    get "/chi-tieu" => indicators::show,
    get "/chi-tieu.{format}" => indicators::file,
    get "/chi-tieu/muc-tieu" => targets::show,
    post "/chi-tieu/muc-tieu" => targets::set,
    post "/chi-tieu/muc-tieu/ket-thuc" => targets::end,
    get "/bao-cao" => reports::show,
    get "/bao-cao/dau-hieu" => signs::show,
    get "/bao-cao/ho-so" => listed::show,
    get "/bao-cao/{file}" => reports::file,
    // figures sent upward
    get "/chot-so-lieu" => closings::show,
    get "/chot-so-lieu/moi" => closings::new,
    post "/chot-so-lieu/moi" => closings::close,
    get "/chot-so-lieu/{id}" => closing::show,
    get "/chot-so-lieu/{id}/tep.{format}" => closing::file,
    get "/chot-so-lieu/{id}/dieu-chinh.{format}" => closing::adjusted,
    // reports that are made by themselves
    get "/lich-bao-cao" => schedules::show,
    get "/lich-bao-cao/moi" => schedules::new,
    post "/lich-bao-cao/moi" => schedules::create,
    get "/lich-bao-cao/{id}" => schedules::one,
    post "/lich-bao-cao/{id}" => schedules::change,
    post "/lich-bao-cao/{id}/bo" => schedules::remove,
    post "/lich-bao-cao/{id}/ky/{run}/thu-lai" => schedules::retry,
    get "/lich-bao-cao/{id}/ky/{run}/tep" => schedules::file,
    // what is about to go wrong
    get "/canh-bao" => warnings::show,
    get "/canh-bao/thoi-gian" => warnings::durations,
    // the catalogue
    get "/danh-muc" => catalogue::show,
    post "/danh-muc/linh-vuc" => catalogue::add_sector,
    get "/danh-muc/don-vi-moi" => catalogue::new_branch,
    post "/danh-muc/don-vi-moi" => catalogue::create_branch,
    get "/danh-muc/don-vi/{code}" => catalogue::branch,
    post "/danh-muc/don-vi/{code}" => catalogue::change_branch,
    get "/danh-muc/thu-tuc-moi" => procedure::new,
    post "/danh-muc/thu-tuc-moi" => procedure::create,
    get "/danh-muc/thu-tuc/{code}" => procedure::show,
    get "/danh-muc/thu-tuc/{code}/phien-ban-moi" => procedure::new_version,
    post "/danh-muc/thu-tuc/{code}/phien-ban-moi" => procedure::add_version,
    // registers taken over
    get "/nhap-so" => imports::show,
    post "/nhap-so" => imports::hand_in,
    get "/nhap-so/{id}" => imports::one,
    get "/nhap-so/{id}/dong-loi.csv" => imports::bad_lines,
    post "/nhap-so/{id}/nhap" => imports::start,
    post "/nhap-so/{id}/bo" => imports::give_up,
    // many papers in one file
    get "/in-hang-loat" => batches::show,
    post "/in-hang-loat" => batches::order,
    get "/in-hang-loat/{id}" => batches::one,
    get "/in-hang-loat/{id}/tep.pdf" => batches::file,
    post "/in-hang-loat/{id}/bo" => batches::remove,
    // accounts and jobs
    get "/tai-khoan" => accounts::show,
    get "/tai-khoan/moi" => accounts::new,
    post "/tai-khoan/moi" => accounts::create,
    get "/tai-khoan/{id}" => accounts::one,
    post "/tai-khoan/{id}" => accounts::change,
    get "/cong-viec" => jobs::show,
    post "/cong-viec/{id}/thu-lai" => jobs::retry,
    // mail to those who work here
    get "/thu-nhac" => notices::show,
    post "/thu-nhac" => notices::choose,
    get "/thu-nhac/{id}" => notices::one,
    post "/thu-nhac/{id}/gui-lai" => notices::retry,
    // templates and settings
    get "/mau-giay-to" => templates::show,
    get "/mau-giay-to/{form}" => templates::one,
    post "/mau-giay-to/{form}" => templates::save,
    post "/mau-giay-to/{form}/xem-thu" => templates::preview,
    post "/mau-giay-to/{form}/bo-mau-rieng" => templates::put_back,
    get "/cai-dat" => settings::show,
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
pub const OPEN: &[(&str, &str)] = &[
    ("get", "/tra-cuu"),
    ("get", "/tra-cuu/{code}"),
    ("get", "/tra-cuu/{code}/thu-xin-loi.pdf"),
    ("post", "/tra-cuu/{code}/danh-gia"),
    ("get", "/ty-le"),
    ("get", "/ty-le.csv"),
    ("get", "/tinh-han"),
    ("get", "/dang-nhap"),
    ("post", "/dang-nhap"),
    ("post", "/dang-xuat"),
    ("post", "/giao-dien"),
];

/// Whether a form that goes to this path is of a page that asks to sign in.
pub fn takes_entries(path: &str) -> bool {
    let is = |pattern: &str| {
        let (asked, known) = (path.split('/'), pattern.split('/'));
        asked.clone().count() == known.clone().count()
            && asked.zip(known).all(|(part, name)| part == name || name.starts_with('{') && !part.is_empty())
    };
    PAGES.iter().any(|page| page.0 == "post" && is(page.1) && !OPEN.contains(page))
}

/// The page of what is sent to this path of this pattern: itself, or the nearest above it that can be looked at.
pub fn page_of<'a>(mut pattern: &str, mut path: &'a str) -> &'a str {
    while !PAGES.contains(&("get", pattern)) {
        let above = pattern.rsplit_once('/').zip(path.rsplit_once('/'));
        let Some(((pattern_above, _), (path_above, _))) = above else { return "/" };
        (pattern, path) = (pattern_above, path_above);
    }
    path
}

/// Puts the pages at the root of the service. What is none of them goes to `otherwise`.
pub fn install(app: &mut ServiceConfig) {
    app.route("/static/{fingerprint}/{name}", web::get().to(assets::file));
    app.service(
        web::scope("").wrap(from_fn(gate)).configure(pages).default_service(web::to(home::nothing_there)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_belongs_to_a_page_that_can_be_looked_at() {
        for (pattern, path, page) in [
            ("/ho-so/{code}/viec/{act}", "/ho-so/H29-1/viec/tra", "/ho-so/H29-1"),
            ("/tra-ket-qua/hoan-tac", "/tra-ket-qua/hoan-tac", "/tra-ket-qua"),
            // Not the file that its last segment could be.
            ("/xin-loi/{id}/ky", "/xin-loi/7/ky", "/xin-loi/7"),
            ("/lich-bao-cao/{id}/ky/{run}/thu-lai", "/lich-bao-cao/3/ky/9/thu-lai", "/lich-bao-cao/3"),
            ("/tiep-nhan", "/tiep-nhan", "/tiep-nhan"),
            ("/giao-dien", "/giao-dien", "/"),
        ] {
            assert_eq!(page_of(pattern, path), page);
        }
    }
}
