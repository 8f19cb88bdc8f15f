//! Whether the service lives, whether it can work, and how much it does: for a supervisor, a proxy, a dashboard.

use super::house::House;
use super::problem::Problem;
use super::words::{Lang, words};
use crate::both;
use crate::db::Conn;
use crate::db::schema::settings;
use crate::failure::{Failure, Outcome};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::{Arc, OnceLock};

/// Looks at something that does not stop the service but should not stay so: a warning, or `None`.
pub type ReadyCheck = Arc<dyn Fn(&mut Conn<'_>, DateTime<Utc>) -> Outcome<Option<Warning>> + Send + Sync>;

/// Something an administrator should see to. The words are under `warnings.<code>` in `locales/`.
#[derive(Debug, Clone)]
pub struct Warning {
    pub code: &'static str,
    pub facts: Map<String, Value>,
}

impl Warning {
    pub fn new(code: &'static str) -> Self {
        Self { code, facts: Map::new() }
    }

    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// `ready`
    status: &'static str,
    warnings: Vec<WordedWarning>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WordedWarning {
    /// Stable.
    code: &'static str,
    detail: String,
    #[serde(flatten)]
    #[schema(ignore)]
    facts: Map<String, Value>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Liveness {
    /// `live`
    status: &'static str,
}

/// The process runs. Says nothing about its database: a restart would not help that.
#[utoipa::path(tag = "health", responses((status = 200, body = Liveness)))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Liveness { status: "live" })
}

/// Requests can be served: the database answers and has its tables. 503 otherwise. Warnings do not take the
/// service out of work; somebody should see to them.
#[utoipa::path(tag = "health", responses((status = 200, body = Readiness), (status = 503)))]
#[get("/health/ready")]
pub async fn ready(house: Data<House>, lang: Lang) -> Result<HttpResponse, Problem> {
    let (checks, now) = (house.checks.clone(), house.clock.now());
    let warnings = house
        .db
        .read(move |conn| {
            both!(conn, |c| settings::table.count().get_result::<i64>(c).map(drop)).map_err(Failure::from)?;
            checks.iter().filter_map(|check| check(conn, now).transpose()).collect::<Outcome<Vec<_>>>()
        })
        .await;
    let warnings = warnings.map_err(|failure| {
        tracing::error!(cause = %failure, "not ready");
        Problem::new(actix_web::http::StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            .header(actix_web::http::header::RETRY_AFTER, 2)
    })?;
    let worded = |warning: Warning| WordedWarning {
        code: warning.code,
        detail: words(lang, &format!("warnings.{}", warning.code), &warning.facts).unwrap_or_default(),
        facts: warning.facts,
    };
    Ok(HttpResponse::Ok()
        .json(Readiness { status: "ready", warnings: warnings.into_iter().map(worded).collect() }))
}

/// Counts and durations in the text format of Prometheus, by route and status; never by code or name.
#[utoipa::path(tag = "health", responses((status = 200, content_type = "text/plain", body = String)))]
#[get("/metrics")]
pub async fn metrics() -> HttpResponse {
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}

/// Seconds at which the durations of requests are counted.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The one recorder of the process; installed by whoever asks first. `None` when somebody else has installed one.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS)
                .inspect_err(|error| tracing::error!(cause = %error, "no metrics"))
                .ok()?
                .build_recorder();
            let handle = recorder.handle();
            ::metrics::set_global_recorder(recorder)
                .inspect_err(|error| tracing::error!(cause = %error, "no metrics"))
                .ok()?;
            Some(handle)
        })
        .as_ref()
}
