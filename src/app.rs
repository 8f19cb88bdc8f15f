//! The service put together: **every route in one place**, the description of the API, the server.

use crate::account::{self, Desk};
use crate::apology::{self, Letters};
use crate::approvals;
use crate::batch;
use crate::branch;
use crate::calendar;
use crate::closing;
use crate::dossier;
use crate::failure::{Failure, Outcome};
use crate::http::problem::{MEDIA_TYPE, Worded};
use crate::http::query::Queryless;
use crate::http::{self, House, Problem, edge, health};
use crate::imports;
use crate::notice;
use crate::paper;
use crate::procedure;
use crate::recount;
use crate::report;
use crate::schedule;
use crate::target;
use crate::upkeep;
use crate::warning;
use crate::web::{self as pages, Api, Inside};
use actix_service::IntoServiceFactory;
use actix_web::dev::{
    AppConfig, ResourceDef, Server, Service, ServiceFactory, ServiceRequest, ServiceResponse,
};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use std::collections::HashSet;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tracing_actix_web::TracingLogger;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder,
    Type,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The table of contents of the API. Paths stand at the handlers, below [`http::BASE`]. An address is compared with one
/// after the other (by regular expressions where they hold a name in braces), so what is asked for most comes first.
pub fn routes(api: &mut ServiceConfig<'_>) {
    api
        // a dossier's life
        .service(dossier::register_dossier)
        .service(dossier::list_dossiers)
        .service(dossier::show_dossier)
        .service(dossier::dossier_history)
        .service(dossier::dossier_deadline)
        .service(dossier::accept_dossier)
        .service(dossier::refuse_dossier)
        .service(dossier::forward_dossier)
        .service(dossier::request_dossier_supplement)
        .service(dossier::supply_dossier)
        .service(dossier::request_dossier_payment)
        .service(dossier::record_dossier_payment)
        .service(dossier::resolve_dossier)
        .service(dossier::return_dossier_result)
        .service(dossier::undo_return_of_dossier_result)
        .service(dossier::survey_dossier)
        .service(dossier::withdraw_dossier)
        .service(dossier::stop_dossier)
        .service(dossier::correct_dossier)
        // for citizens
        .service(dossier::track_dossier)
        .service(dossier::survey_own_dossier)
        .service(apology::public_letter::public_letter)
        // who works here
        .service(account::sign_in::create_session)
        .service(account::refresh::refresh_session)
        .service(account::show::current_session)
        .service(account::sign_out::end_session)
        .service(account::sessions::list_sessions)
        .service(account::sessions::end_own_session)
        .service(account::sessions::end_other_sessions)
        .service(account::list::list_officers)
        .service(account::create::post_officer)
        .service(account::change_password::change_own_password)
        .service(account::change_own::change_own_account)
        .service(account::show::show_officer)
        .service(account::change::change_officer)
        // letters of apology
        .service(apology::reappoint::reappoint_dossier)
        .service(apology::list::list_apologies)
        .service(apology::missing::list_missing_apologies)
        .service(apology::show::show_apology)
        .service(apology::edit::edit_apology)
        .service(apology::approve::approve_apology)
        .service(approvals::order::order_approvals)
        .service(approvals::list::list_approval_orders)
        .service(approvals::show::show_approval_order)
        .service(approvals::letters::list_letters_of_approval_order)
        .service(approvals::stop::stop_approval_order)
        .service(apology::deliver::deliver_apology)
        .service(apology::letter::letter_of_apology)
        .service(apology::letter_pdf::pdf_of_apology)
        .service(apology::letter_docx::docx_of_apology)
        .service(apology::signed_letter::put_signed_letter)
        .service(apology::signed_letter::get_signed_letter)
        // papers
        .service(paper::all::all_documents)
        .service(paper::preview::preview_document)
        .service(paper::show::dossier_document)
        .service(paper::register::show_register)
        .service(paper::list_templates::list_templates)
        .service(paper::show_template::show_template)
        .service(paper::save_template::put_template)
        .service(paper::save_template::preview_template)
        .service(paper::remove_template::delete_template)
        // what an administrator looks after
        .service(upkeep::list_jobs::get_jobs)
        .service(upkeep::retry_job::post_job_retry)
        .service(upkeep::show_settings::get_settings)
        // registers taken over
        .service(batch::order::order_print_batch)
        .service(batch::list::list_print_batches)
        .service(batch::show::show_print_batch)
        .service(batch::file::file_of_print_batch)
        .service(batch::remove::remove_print_batch)
        .service(imports::hand_in::post_import)
        .service(imports::list::list_imports)
        .service(imports::show::show_import)
        .service(imports::bad_lines::bad_lines_of_import)
        .service(imports::start::start_import)
        .service(imports::give_up::give_import_up)
        // the working calendar
        .service(calendar::due_date::due_date)
        .service(calendar::days::list_days)
        .service(calendar::days::put_day)
        .service(calendar::days::delete_day)
        .service(calendar::year::put_year)
        .service(calendar::impact::impact)
        .service(recount::order::order_recomputation)
        .service(recount::list::list_recomputations)
        .service(recount::show::show_recomputation)
        .service(recount::dossiers::list_dossiers_of_recomputation)
        .service(recount::stop::stop_recomputation)
        // the catalogue
        .service(branch::list::list_branches)
        .service(branch::create::post_branch)
        .service(branch::show::show_branch)
        .service(branch::change::change_branch)
        .service(procedure::sectors::list_sectors)
        .service(procedure::sectors::post_sector)
        .service(procedure::list::list_procedures)
        .service(procedure::create::post_procedure)
        .service(procedure::show::show_procedure)
        .service(procedure::add_version::post_version)
        // what the figures say
        .service(report::rates::show_rates)
        .service(report::behind::list_dossiers_of_rates)
        .service(report::handling::show_handling)
        .service(target::list_targets)
        .service(target::set_target)
        .service(target::end_target)
        .service(report::public_rates::show_public_rates)
        .service(report::indicators::show_indicators)
        .service(report::ii06a::form_ii06a)
        .service(report::overdue::overdue_dossiers)
        .service(report::ageing::report_ageing)
        .service(report::ageing_dossiers::list_open_dossiers)
        .service(report::causes::report_causes)
        .service(report::causes_dossiers::list_late_dossiers)
        .service(report::supplements::report_supplements)
        .service(report::workload::report_workload)
        .service(report::unit::report_unit)
        .service(report::integrity::report_integrity)
        .service(report::integrity::list_integrity_dossiers)
        // what is about to go wrong
        .service(warning::list::list_warnings)
        .service(warning::durations::list_durations)
        // figures sent upward
        .service(closing::close::close_period)
        .service(closing::list::list_closings)
        .service(closing::preview::preview_closing)
        .service(closing::show::show_closing)
        .service(closing::adjustments::closing_adjustments)
        .service(closing::verification::closing_verification)
        // mail to those who work here
        .service(notice::list::list_notices)
        .service(notice::show::show_notice)
        .service(notice::retry::retry_notice)
        // reports that are made by themselves
        .service(schedule::list::list_schedules)
        .service(schedule::create::post_schedule)
        .service(schedule::show::show_schedule)
        .service(schedule::change::change_schedule)
        .service(schedule::remove::delete_schedule)
        .service(schedule::runs::list_runs)
        .service(schedule::file::file_of_run)
        .service(schedule::retry::retry_run)
        // whether it works
        .service(health::live)
        .service(health::ready)
        .service(health::metrics);
}

/// Open to everybody; every other route asks for an officer. `tests/it/http/routes.rs` holds this to the handlers.
pub const PUBLIC: &[(&str, &str)] = &[
    ("post", "/sessions"),
    ("post", "/sessions/refresh"),
    ("get", "/calendar/due-date"),
    ("get", "/public/dossiers/{code}"),
    ("post", "/public/dossiers/{code}/survey"),
    ("get", "/public/dossiers/{code}/letter.pdf"),
    ("get", "/public/rates"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/metrics"),
];

/// Starts the service on `listener`. The server is a future: it runs until it is stopped through its handle.
///
/// # Errors
/// When the database does not give the signing key, or the port cannot be served.
pub async fn serve(
    listener: TcpListener,
    house: House,
    accounts: account::Settings,
    letters: Letters,
) -> Outcome<Server> {
    let desk = Data::new(Desk::open(&house, accounts).await?);
    let letters = Data::new(letters);
    let workers = match house.settings.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        some => some,
    };
    let views = Data::new(dossier::Views::start(house.db.clone()));
    let house = Arc::new(house);
    let api = openapi();
    let (described, queryless) = (Data::new(Described::new(&api)), Data::new(queryless(&api)));
    if health::recorder().is_none() {
        tracing::warn!("another recorder is installed: /metrics stays empty");
    }
    tokio::spawn(tidy(Arc::downgrade(&house)));
    let given = Given { house: Data::from(house), desk, letters, views };
    let server = HttpServer::new(move || {
        let (outside, inner) = (given.clone(), given.clone());
        let api = Api::new(move || {
            let app = inner.to(App::new()).into_utoipa_app();
            let app = app.service(utoipa_actix_web::scope(http::BASE).configure(routes)).into_app();
            Box::pin(inside(app))
        });
        outside
            .to(App::new())
            .app_data(Rc::new(api))
            .app_data(described.clone())
            .app_data(queryless.clone())
            .wrap(from_fn(account::authenticate))
            .wrap(from_fn(edge::edge))
            .wrap(Compress::default())
            .wrap(TracingLogger::<edge::RequestSpan>::new())
            .service(web::redirect("/api/docs", "/api/docs/"))
            .route("/api/v1/openapi.json", web::get().to(openapi_json))
            // Supervisors look for these at the root.
            .service(health::live)
            .service(health::ready)
            .service(health::metrics)
            .into_utoipa_app()
            .service(utoipa_actix_web::scope(http::BASE).configure(routes))
            .into_app()
            .service(SwaggerUi::new("/api/docs/{file:.*}").config(Config::from("/api/v1/openapi.json")))
            // Below the API and the documentation nothing is a page.
            .service(web::scope("/api").default_service(web::to(nothing_there)))
            .configure(pages::install)
            .default_service(web::to(nothing_there))
    })
    .workers(workers)
    .disable_signals()
    .listen(listener)
    .map_err(|error| Failure::Broken(format!("serving: {error}")))?
    .run();
    Ok(server)
}

/// What handlers are given besides the request: the same to those who come from outside and to the pages.
#[derive(Clone)]
struct Given {
    house: Data<House>,
    desk: Data<Desk>,
    letters: Data<Letters>,
    views: Data<dossier::Views>,
}

impl Given {
    fn to<T>(&self, app: App<T>) -> App<T>
    where
        T: ServiceFactory<ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()>,
    {
        app.app_data(self.house.clone())
            .app_data(self.desk.clone())
            .app_data(self.letters.clone())
            .app_data(self.views.clone())
    }
}

/// The routes of an application as the pages call them: without a socket, a log line or a count of their own.
async fn inside<T>(app: App<T>) -> Option<Inside>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = actix_web::Error, InitError = ()> + 'static,
    T: ServiceFactory<ServiceRequest, Response = ServiceResponse>,
{
    let service = Rc::new(app.into_factory().new_service(AppConfig::default()).await.ok()?);
    Some(Box::new(move |request| {
        let service = Rc::clone(&service);
        Box::pin(async move { service.call(request).await })
    }))
}

/// Small chores of the process, for as long as the house stands.
async fn tidy(house: Weak<House>) {
    let mut every = tokio::time::interval(Duration::from_secs(30));
    loop {
        every.tick().await;
        let Some(house) = house.upgrade() else { return };
        house.limits.tidy();
        if let Some(recorder) = health::recorder() {
            recorder.run_upkeep();
        }
    }
}

/// The API as it is described to the outside: generated from the handlers, completed with what all of them share.
pub fn openapi() -> OpenApi {
    let (_, mut api) = App::new()
        .into_utoipa_app()
        .service(utoipa_actix_web::scope(http::BASE).configure(routes))
        .split_for_parts();
    api.info = InfoBuilder::new()
        .title("motcua")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Theo dõi hồ sơ tại Bộ phận Một cửa. Dossier tracking for the one-stop counter: due dates, on-time \
             rates and the apology letter. Answers that are not what was asked for are RFC 9457 problems, in \
             Vietnamese or, with `Accept-Language: en`, in English.",
        ))
        .build();
    let components = api.components.get_or_insert_with(Components::new);
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    let mut schemas = vec![(Worded::name().into_owned(), Worded::schema())];
    Worded::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, method, operation);
        }
    }
    api
}

/// What need not be written at each handler: the parameters of the path, the idempotency key, who may come in,
/// and that anything else is a problem.
fn complete(path: &str, method: &'static str, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let known = |known: &RefOr<Parameter>| matches!(known, RefOr::T(known) if known.name == name && known.parameter_in == ParameterIn::Path);
        if !parameters.iter().any(known) {
            parameters.push(parameter(name, ParameterIn::Path, Required::True, None));
        }
    }
    let open = PUBLIC.iter().any(|(m, p)| *m == method && path.strip_prefix(http::BASE) == Some(*p));
    if !open {
        operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
        if method == "post" {
            let what =
                "Repeating a request under the same key does nothing twice: the first answer comes again.";
            parameters.push(parameter("Idempotency-Key", ParameterIn::Header, Required::False, Some(what)));
        }
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Worded::name()))).build();
    operation.responses.responses.entry("default".into()).or_insert_with(|| {
        RefOr::T(ResponseBuilder::new().description("A problem").content(MEDIA_TYPE, problem).build())
    });
}

fn parameter(name: &str, place: ParameterIn, required: Required, what: Option<&str>) -> RefOr<Parameter> {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(what)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    RefOr::T(parameter)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The description as it is sent, and as it is asked which methods an address takes.
struct Described {
    json: Bytes,
    addresses: Vec<(ResourceDef, &'static str)>,
}

impl Described {
    fn new(api: &OpenApi) -> Self {
        let mut paths = api.paths.clone();
        let addresses = paths
            .paths
            .iter_mut()
            .flat_map(|(path, item)| {
                operations(item)
                    .map(|(method, _)| (ResourceDef::new(path.as_str()), method))
                    .collect::<Vec<_>>()
            })
            .collect();
        Self { json: api.to_json().unwrap_or_default().into(), addresses }
    }
}

/// What takes no query parameter.
fn queryless(api: &OpenApi) -> Queryless {
    let mut paths = api.paths.clone();
    let mut without = HashSet::new();
    for (path, item) in &mut paths.paths {
        for (method, operation) in operations(item) {
            let asked = |one: &RefOr<Parameter>| match one {
                RefOr::T(one) => one.parameter_in == ParameterIn::Query,
                RefOr::Ref(_) => true,
            };
            if !operation.parameters.iter().flatten().any(asked) {
                without.insert((method.to_ascii_lowercase(), path.clone()));
            }
        }
    }
    Queryless(without)
}

async fn openapi_json(described: Data<Described>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(described.json.clone())
}

/// No such address, or none that takes this method.
async fn nothing_there(request: HttpRequest, described: Data<Described>) -> Result<HttpResponse, Problem> {
    let mut allowed: Vec<String> = described
        .addresses
        .iter()
        .filter(|(address, _)| address.is_match(request.path()))
        .map(|(_, method)| method.to_uppercase())
        .collect();
    if allowed.iter().any(|method| method == "GET") {
        allowed.push("HEAD".into());
    }
    if allowed.is_empty() {
        return Err(Problem::no_such_path());
    }
    let allowed = allowed.join(", ");
    Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed")
        .fact("allowed", allowed.as_str())
        .header(header::ALLOW, allowed))
}
