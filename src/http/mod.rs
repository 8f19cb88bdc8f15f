//! What every endpoint shares: problems, extractors, idempotency, pages, limits, health. Knows no feature.
//!
//! # An endpoint, whole
//!
//! One file a verb. It reads from top to bottom: the request, the handler, the load-decide-save function that
//! every door uses, the answer.
//!
//! ```text
//! //! `PATCH /branches/{code}`: an administrator renames a branch.
//!
//! use crate::account::Admin;
//! use crate::http::{ActMeta, Body, House, Problem, Reply, Seen, Segment, act};
//!
//! #[derive(Debug, Deserialize, ToSchema)]
//! #[serde(deny_unknown_fields)]
//! pub struct Rename {
//!     name: String,
//! }
//!
//! /// Renames a branch.
//! #[utoipa::path(
//!     tag = "branches",
//!     params(Seen),                                   // documents If-Match
//!     request_body = Rename,
//!     responses((status = 200, body = BranchView))    // problems and the path's parameters are added by app.rs
//! )]
//! #[patch("/branches/{code}")]
//! pub async fn rename_branch(
//!     house: Data<House>,
//!     admin: Admin,                // or `officer: Officer`, `head: HeadOf`; a handler with none of them is public
//!     code: Segment<BranchCode>,   // what it cannot be is 404
//!     seen: Seen,                  // If-Match: 428 without
//!     meta: ActMeta,               // Idempotency-Key
//!     body: Body<Rename>,          // 400, 413, 415, 422
//! ) -> Result<HttpResponse, Problem> {
//!     let mut fields = Fields::new();
//!     let name = fields.take("/name", people::line(&body.name, 200));
//!     let name = fields.done(|| name)?;
//!     let code = code.into_inner();
//!     act(&house, admin.id, &meta, move |conn, _now| {
//!         let branch = rename(conn, &code, seen, &name)?;
//!         Ok(Reply::ok(&branch)?.version(branch.version))
//!     })
//!     .await
//! }
//!
//! /// Load, decide, save. Knows no HTTP; the command line calls it too.
//! pub fn rename(conn: &mut Conn<'_>, code: &BranchCode, seen: Seen, name: &str) -> Outcome<BranchView> { … }
//! ```
//!
//! Reading is `house.db.read(move |conn| …).await?` and `HttpResponse::Ok().json(…)`; a list takes
//! [`Listing<Filter>`] and documents `params(Filter, PageParams)`; a filter alone is [`Query`]. The order of the
//! parameters is the order of the refusals: who asks, where, which version, what.
//!
//! A new handler gets one line in `app.rs`; its codes get words in `locales/` (a test finds those without).

pub mod act;
pub mod body;
pub mod edge;
pub mod health;
pub mod house;
pub mod limits;
pub mod page;
pub mod problem;
pub mod query;
pub mod segment;
mod shape;
pub mod words;

pub use act::{ActMeta, Reply, Seen, act, replayed};
pub use body::{Body, Nothing, Pdf, Table, given};
pub use health::{ReadyCheck, Warning};
pub use house::{House, Settings};
pub use limits::{PublicLookup, SignInTry};
pub use page::{Listed, Listing, NoFilter, Page, PageParams, cursor};
pub use problem::Problem;
pub use query::Query;
pub use segment::Segment;
pub use words::Lang;

/// Where the API is.
pub const BASE: &str = "/api/v1";
