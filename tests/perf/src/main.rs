//! `acredita-perf`: measures how fast the service is, and where its time goes.
//!
//! `acredita-perf cold` measures how fast a function starts and what an invocation of it costs, compared with its
//! equivalents in other languages: see [`cold`]. `acredita-perf sweep` measures the throughput of the sweep: see
//! [`sweep`]. `acredita-perf records` compares the back office's list and search over few and many records: see [`records`].
//! `acredita-perf exports` measures a file of very many records: see [`exports`].
//! `acredita-perf deliveries` and `acredita-perf losses` are about events: see [`deliveries`].
//!
//! Without a subcommand, the program runs the complete service in this process, over a fresh data folder, sends it
//! requests over loopback on keep-alive connections, and prints a Markdown table: requests per second, latencies, and
//! the CPU time of a request, with our code and the embedded AWS apart, compared with the floor, which is the same HTTP
//! server answering a constant. Every phase is bounded in time and count. `tests/perf/run` puts the table into
//! `infra/docs/PERFORMANCE.md`.

mod cold;
mod cpu;
mod create;
mod deliveries;
mod exports;
mod load;
mod records;
mod report;
mod sweep;

use acredita_domain::{settings::Countries, test_destinations::TestDestinations};
use acredita_listener::{Access, Limits};
use acredita_local::{
    inbox::FailRate,
    providers::{Providers, SmsProvider},
    serve::{Options, Server},
};
use axum::{Router, routing::get};
use bytes::Bytes;
use clap::{Parser, Subcommand};
use cpu::SERVICE;
use http::{HeaderValue, Method, Request};
use http_body_util::Full;
use load::{Load, LoadError, Measured};
use report::Row;
use serde_json::Value;
use std::{
    error::Error,
    future::pending,
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::ExitCode,
};
use tokio::runtime::Builder;

const ORG: &str = "demo";
/// Phone numbers that nobody has, one for each code that is sent.
const FIRST_PHONE: usize = 600_000_000;

type Failure = Box<dyn Error + Send + Sync>;

/// Measures the service on this machine, and prints Markdown
#[derive(Parser)]
#[command(name = "acredita-perf", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Cold starts and warm invocations of a function
    Cold(cold::Programs),
    /// The sweep under a backlog
    Sweep(sweep::Backlog),
    /// The back office's list and search over many records
    Records(records::Sizes),
    /// A file of very many records
    Exports(exports::Size),
    /// How soon events reach their receivers
    Deliveries,
    /// Whether all events reach their receiver, in order, while the server is killed again and again
    Losses(deliveries::losses::Plan),
}

fn main() -> ExitCode {
    let measured = match Cli::parse().command {
        None => measure(),
        Some(Command::Cold(programs)) => measure_cold(&programs),
        Some(Command::Sweep(backlog)) => sweep::measure(&backlog),
        Some(Command::Records(sizes)) => records::measure(&sizes),
        Some(Command::Exports(size)) => exports::measure(&size),
        Some(Command::Deliveries) => deliveries::measure(),
        Some(Command::Losses(plan)) => deliveries::losses::measure(&plan),
    };
    match measured {
        Ok(table) => match std::io::stdout().write_all(table.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "acredita-perf: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_cold(programs: &cold::Programs) -> Result<String, Failure> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(cold::measure(programs))
}

/// The service runs on threads of its own name, which separates its CPU time from that of the load.
fn measure() -> Result<String, Failure> {
    let data = tempfile::tempdir()?;
    let service = Builder::new_multi_thread().thread_name(SERVICE).enable_all().build()?;
    let options = options(data.path())?;
    let (server, floor) =
        service.block_on(async { Ok::<_, Failure>((Server::start(&options).await?, serve_floor().await?)) })?;
    let token = server.overview.token.clone().ok_or("the service made no token")?;
    let rows = phases(&Target { service: server.address, floor, token })?;
    service.block_on(async move { server.stop().await });
    Ok(report::markdown(&rows))
}

/// A server on this machine over a data folder. Its load is one organisation's.
fn options(folder: &Path) -> Result<Options, Failure> {
    Ok(Options {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: folder.to_owned(),
        issuer: None,
        office_client: None,
        fail_delivery: FailRate::default(),
        stated_uploads: false,
        sms_countries: Countries::All,
        test_destinations: TestDestinations::default(),
        providers: Providers::None,
        sms_sender: SmsProvider::Inbox,
        requests_a_second: "1000000".parse()?,
        hosts: Vec::new(),
        cors_origins: Vec::new(),
    })
}

/// The same HTTP server, answering a constant.
async fn serve_floor() -> Result<SocketAddr, Failure> {
    let listener = acredita_listener::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/", get(async || "{\"status\":\"ok\"}"));
    tokio::spawn(acredita_listener::serve(listener, router, Access::to(address), Limits::default(), pending()));
    Ok(address)
}

/// The destination of the load.
struct Target {
    service: SocketAddr,
    floor: SocketAddr,
    token: String,
}

impl Target {
    fn request(&self, method: Method, path: &str, body: String) -> Request<Full<Bytes>> {
        self.call(method, &format!("/identifications/otp{path}"), body)
    }

    /// Lets the load send as many messages as it likes.
    fn raise_budgets(&self) -> Request<Full<Bytes>> {
        let budgets = r#"{"sms":{"daily_budget":1000000,"country_daily_budget":1000000}}"#;
        let mut request = self.call(Method::PUT, "/settings", budgets.to_owned());
        request.headers_mut().insert("if-match", HeaderValue::from_static("*"));
        request
    }

    fn call(&self, method: Method, path: &str, body: String) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = method;
        let uri = format!("/v1/orgs/{ORG}{path}");
        let headers = [
            ("host", self.service.to_string()),
            ("authorization", format!("Bearer {}", self.token)),
            ("content-type", "application/json".to_owned()),
            ("user-agent", "acredita-perf".to_owned()),
            ("x-installation_id", "7d444840-9dc0-41a9-8a3a-6f2a5e4f1c11".to_owned()),
            ("x-fingerprint", "f6a1c0".to_owned()),
        ];
        *request.uri_mut() = uri.parse().expect("made of letters, digits and hyphens");
        for (name, value) in headers {
            request.headers_mut().insert(name, value.parse().expect("visible ASCII"));
        }
        request
    }

    fn create(&self, phone: usize, external: bool) -> Request<Full<Bytes>> {
        let body = format!(
            r#"{{"actor":{{"name":"James","last_name":"Smith","msisdn":{{"phone_number":{phone},"country_code":"34"}}}},"channel":{{"type":"SMS","external":{external}}},"expires_in":"PT1H"}}"#
        );
        self.request(Method::POST, "", body)
    }
}

/// Runs one phase after the other. Codes that are sent come last: their deliveries go on for a while.
fn phases(target: &Target) -> Result<Vec<Row>, LoadError> {
    let load = Load::new(target.service)?;
    let floor = || {
        Load::new(target.floor)?.run(200, |_| {
            let mut request = Request::new(Full::default());
            request.headers_mut().insert("host", target.floor.to_string().parse().expect("visible ASCII"));
            Some(request)
        })
    };
    let first_floor = floor()?;
    let created = load.run(201, |n| Some(target.create(FIRST_PHONE + n, true)))?;
    let codes = codes(&created);
    let metadata = load.run(200, |n| {
        let (id, _) = codes.get(n % codes.len().max(1))?;
        Some(target.request(Method::GET, &format!("/{id}"), String::new()))
    })?;
    let validated = load.run(204, |n| {
        let (id, code) = codes.get(n)?;
        Some(target.request(Method::PUT, &format!("/{id}/validate"), format!(r#"{{"code":"{code}"}}"#)))
    })?;
    let second_floor = floor()?;
    load.run(200, |n| (n == 0).then(|| target.raise_budgets()))?;
    let sent = load.run(201, |n| Some(target.create(FIRST_PHONE + n, false)))?;
    Ok(vec![
        Row::new("floor: the HTTP server, answering a constant", &first_floor),
        Row::new("OTP metadata", &metadata),
        Row::new("OTP create, delivered by the caller", &created),
        Row::new("OTP create, sent by us", &sent),
        Row::new("OTP validate", &validated),
        Row::new("floor again, to see how steady the machine was", &second_floor),
    ])
}

/// The ids and codes in the answers to the creates.
fn codes(created: &Measured) -> Vec<(String, String)> {
    let text = |answer: &Value, field: &str| answer[field].as_str().map(str::to_owned);
    let answers = created.answers.iter().filter_map(|body| serde_json::from_slice::<Value>(body).ok());
    answers.filter_map(|answer| text(&answer, "identification_id").zip(text(&answer, "code"))).collect()
}
