//! `GET /settings`: what is set for this installation and where each value comes from, without secrets. It is changed
//! where the program is started (`config/default.toml`), not here.

use crate::account::Admin;
use crate::http::{House, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct SettingList {
    /// In the order of `config/default.toml`.
    items: Vec<Setting>,
    /// Always null: there are few.
    next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Setting {
    #[schema(example = "office")]
    section: &'static str,
    #[schema(example = "hours")]
    key: &'static str,
    /// As TOML; secrets are masked.
    #[schema(example = "\"07:30-11:30,13:00-17:00\"")]
    value: String,
    /// The file, variable or flag it comes from; null for the default.
    source: Option<String>,
}

/// What is set for this installation. Administrators.
#[utoipa::path(tag = "upkeep", responses((status = 200, body = SettingList)))]
#[get("/settings")]
pub async fn get_settings(house: Data<House>, _admin: Admin) -> Result<HttpResponse, Problem> {
    let items = house.settings.in_force.iter().cloned().map(|one| Setting {
        section: one.section,
        key: one.key,
        value: one.value,
        source: one.source,
    });
    Ok(HttpResponse::Ok().json(SettingList { items: items.collect(), next: None }))
}
