//! The command line: `serve` (the default), `token`, `openapi`, `midni`, `check-sender`, and what works with events:
//! `listen`, `trigger`, `events`, `verify`.

use crate::{
    check_sender::{CheckSenderArgs, CheckSenderError, check_sender},
    events::{EventsCommand, EventsError, events},
    gateway::document,
    inbox::FailRate,
    keys::{Grant, KeyError, TokenSigner},
    listen::{ListenArgs, ListenError, listen},
    logs,
    midni::{Kind, TestAuthority, TestCard, picture},
    pages::Overview,
    providers::{Providers, SmsProvider},
    serve::{Options, ServeError, Server, TrustedIssuer},
    trigger::{TriggerArgs, TriggerError, trigger},
    verify::{VerifyArgs, VerifyError, verify},
    workers::asked_to_stop,
};
use acredita_aws::SystemClock;
use acredita_domain::{
    RequestRate, ids::OrgId, ports::Clock, settings::Countries, test_destinations::TestDestinations,
};
use acredita_embedded_aws::private;
use acredita_emulators::Emulators;
use acredita_http::{jwt::TokenPolicy, permission::EVERYTHING};
use acredita_listener::{HostName, Origin};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{NaiveDate, TimeDelta};
use clap::{Args, Parser, Subcommand};
use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

/// Acredita on this machine: the complete service, with everything it needs embedded.
#[derive(Parser)]
#[command(name = "acredita", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service (the default)
    Serve(ServeArgs),
    /// Print a token that the service of the same data folder accepts
    Token(TokenArgs),
    /// Print the OpenAPI document
    Openapi,
    /// Test codes of MiDNI, the Spanish identity card on the phone
    #[command(subcommand)]
    Midni(MidniCommand),
    /// Forward the events of a running service to a receiver that you are developing
    Listen(ListenArgs),
    /// Make an event of a type happen
    Trigger(TriggerArgs),
    /// List the events of a running service, or have one sent again
    #[command(subcommand)]
    Events(EventsCommand),
    /// Walk the events of a subject against its state
    Verify(VerifyArgs),
    /// Report what the senders of a deployment on AWS may do, before the first message
    CheckSender(CheckSenderArgs),
}

#[derive(Args)]
struct ServeArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Answer to this host as well, such as acredita.test:8080; repeatable [default: this machine's own names]
    #[arg(long = "host", value_name = "HOST[:PORT]")]
    hosts: Vec<HostName>,
    /// Let web pages of this origin call the API and use upload links, such as `https://shop.example`; repeatable
    #[arg(long = "cors-origin", value_name = "ORIGIN")]
    cors_origins: Vec<Origin>,
    /// Folder for all data
    #[arg(long, default_value = ".acredita")]
    data_dir: PathBuf,
    #[command(flatten)]
    issuer: IssuerArgs,
    /// Let this share of deliveries fail, from 0 to 1, to see retries and dead letters
    #[arg(long, default_value = "0")]
    fail_delivery: FailRate,
    /// Requests a second of one organisation, from 1 to 1,000,000. More are answered 429
    #[arg(long, default_value = "100")]
    requests_a_second: RequestRate,
    /// External scoring providers: none, or emulators of Google and Veridas that return the answers you set
    #[arg(long, value_enum, default_value_t)]
    providers: Providers,
    /// Who sends text messages: nobody, so that they are in the inbox, or the code for Infobip to an emulator
    #[arg(long, value_enum, default_value_t)]
    sms_sender: SmsProvider,
    /// Where organisations may send text messages at most: ISO 3166-1 codes such as "ES PT", or * for everywhere
    #[arg(long, default_value = "*")]
    sms_countries: Countries,
    /// Phones and addresses that get no message and have a fixed code, such as +34600000001=123456
    #[arg(long, default_value = "")]
    test_destinations: TestDestinations,
    /// Give links to upload pictures only for files that were stated, by type, size and digest
    #[arg(long)]
    stated_uploads: bool,
}

#[derive(Args)]
struct IssuerArgs {
    /// Verify tokens with the keys of this JSON Web Key Set only, instead of the data folder's own
    #[arg(long)]
    jwks: Option<PathBuf>,
    /// The issuer that tokens have to name [default: any]
    #[arg(long, requires = "jwks")]
    issuer: Option<String>,
    /// The audience that tokens have to name [default: any]
    #[arg(long, requires = "jwks")]
    audience: Option<String>,
    /// The claim that holds the organisations [default: tenants_translation]
    #[arg(long, requires = "jwks")]
    organisations_claim: Option<String>,
    /// The claim that holds the permissions [default: permissions]
    #[arg(long, requires = "jwks")]
    permissions_claim: Option<String>,
    /// The claim that holds the scopes [default: scope]
    #[arg(long, requires = "jwks")]
    scope_claim: Option<String>,
    /// Sign in to the operator's page at the issuer, as this client of it [default: paste a token]
    #[arg(long, requires = "issuer")]
    office_client_id: Option<String>,
}

impl IssuerArgs {
    fn trusted(self) -> Option<TrustedIssuer> {
        let defaults = TokenPolicy::default();
        let policy = TokenPolicy {
            issuer: self.issuer,
            audience: self.audience,
            organisations_claim: self.organisations_claim.unwrap_or(defaults.organisations_claim),
            permissions_claim: self.permissions_claim.unwrap_or(defaults.permissions_claim),
            scope_claim: self.scope_claim.unwrap_or(defaults.scope_claim),
            longest_life: defaults.longest_life,
        };
        self.jwks.map(|jwks| TrustedIssuer { jwks, policy })
    }
}

#[derive(Subcommand)]
enum MidniCommand {
    /// Draw a code of somebody who does not exist, and print its bytes in base64. Only the service of the same data folder
    /// accepts it, once
    Draw(DrawArgs),
}

#[derive(Args)]
struct DrawArgs {
    /// How much of the card it carries
    #[arg(long, value_enum, default_value = "complete")]
    kind: Kind,
    #[arg(long, default_value = "12345678Z")]
    document_number: String,
    #[arg(long, default_value = "ANA")]
    name: String,
    #[arg(long, default_value = "MUÑOZ GIL")]
    last_name: String,
    #[arg(long, default_value = "1980-01-01")]
    birth_date: NaiveDate,
    /// How long it is valid: an ISO 8601 duration or seconds
    #[arg(long, default_value = "PT5M", value_parser = ttl)]
    valid_for: TimeDelta,
    /// Write a picture of the code, a PNG, to this file too
    #[arg(long)]
    picture: Option<PathBuf>,
    /// The data folder of the service
    #[arg(long, default_value = ".acredita")]
    data_dir: PathBuf,
}

#[derive(Args)]
struct TokenArgs {
    /// Organisation
    #[arg(long)]
    org: OrgId,
    /// The data folder of the service
    #[arg(long, default_value = ".acredita")]
    data_dir: PathBuf,
    /// Permissions, space-separated
    #[arg(long)]
    permissions: Option<String>,
    /// Scopes, space-separated [default: api:everything, when there are no permissions]
    #[arg(long)]
    scope: Option<String>,
    /// Lifetime: an ISO 8601 duration or seconds
    #[arg(long, default_value = "PT12H", value_parser = ttl)]
    ttl: TimeDelta,
}

pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    private_from_now_on();
    let done = match cli.command {
        None => serve(cli.serve).await,
        Some(Command::Serve(args)) => serve(args).await,
        Some(Command::Token(args)) => token(args),
        Some(Command::Openapi) => openapi(),
        Some(Command::Midni(MidniCommand::Draw(args))) => draw(args),
        Some(Command::Listen(args)) => listen(args).await.map_err(CommandError::from),
        Some(Command::Trigger(args)) => trigger(args).await.map_err(CommandError::from),
        Some(Command::Events(command)) => events(command).await.map_err(CommandError::from),
        Some(Command::Verify(args)) => report(args).await,
        Some(Command::CheckSender(args)) => check_sender(args).await.map_err(CommandError::from),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "acredita: {error}");
            ExitCode::FAILURE
        }
    }
}

/// No file that this process makes can be read by other accounts, whatever makes it.
fn private_from_now_on() {
    #[cfg(unix)]
    nix::sys::stat::umask(nix::sys::stat::Mode::S_IRWXG | nix::sys::stat::Mode::S_IRWXO);
}

#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Trigger(#[from] TriggerError),
    #[error(transparent)]
    Events(#[from] EventsError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    CheckSender(#[from] CheckSenderError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the card does not fit into a code")]
    TooLong,
    #[error("the OpenAPI document cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

async fn serve(args: ServeArgs) -> Result<(), CommandError> {
    logs::start();
    let options = Options {
        listen: args.listen,
        hosts: args.hosts,
        cors_origins: args.cors_origins,
        data_dir: args.data_dir,
        office_client: args.issuer.office_client_id.clone(),
        issuer: args.issuer.trusted(),
        fail_delivery: args.fail_delivery,
        providers: args.providers,
        sms_sender: args.sms_sender,
        requests_a_second: args.requests_a_second,
        stated_uploads: args.stated_uploads,
        sms_countries: args.sms_countries,
        test_destinations: args.test_destinations,
    };
    let server = Server::start(&options).await?;
    greet(&server.overview, server.emulators.as_ref())?;
    asked_to_stop().await?;
    server.stop().await;
    Ok(())
}

/// The addresses and the token that a person at the terminal needs first.
fn greet(overview: &Overview, emulators: Option<&Emulators>) -> io::Result<()> {
    let Overview {
        address, start, dynamodb, s3, sqs, region, access_key_id, secret_access_key, data_dir, token, ..
    } = overview;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "Acredita runs at  {address}
  inbox           {address}/local/inbox
  events          {address}/local/events
  office          {address}/office
  docs            {address}/docs
  OpenAPI         {address}/openapi.json
  health          {address}/health
  start           {start}
                  opens the pages for a browser of another account or machine
  DynamoDB        {dynamodb}
  S3              {s3}
  SQS             {sqs}
                  AWS_REGION={region} AWS_ACCESS_KEY_ID={access_key_id} AWS_SECRET_ACCESS_KEY={secret_access_key}
  data            {data_dir}
  MiDNI           accepts test codes of `acredita midni draw`, which a deployment on AWS never does"
    )?;
    if let Some(emulators) = emulators {
        writeln!(
            out,
            "  providers       http://{}/emulator  emulated: they judge nothing, and return the answers you set",
            emulators.address
        )?;
    }
    match token {
        None => writeln!(out, "  tokens          only those signed by the keys in --jwks")?,
        Some(token) => {
            writeln!(out, "  token           {token}")?;
            writeln!(out, "\nA first call:\n\n{}\n", overview.first_call())?;
        }
    }
    writeln!(out, "Ctrl-C ends it.")?;
    out.flush()
}

fn token(args: TokenArgs) -> Result<(), CommandError> {
    private::folder(&args.data_dir)?;
    let scope =
        args.scope.unwrap_or_else(|| if args.permissions.is_none() { EVERYTHING.to_owned() } else { String::new() });
    let grant =
        Grant { org: args.org.to_string(), permissions: args.permissions.unwrap_or_default(), scope, ttl: args.ttl };
    let token = TokenSigner::of(&args.data_dir)?.token(&grant, SystemClock.now())?;
    Ok(writeln!(io::stdout(), "{token}")?)
}

fn draw(args: DrawArgs) -> Result<(), CommandError> {
    private::folder(&args.data_dir)?;
    let DrawArgs { kind, document_number, name, last_name, birth_date, valid_for, .. } = args;
    let card = TestCard { kind, document_number, name, last_name, birth_date, valid_for };
    let authority = TestAuthority::of(&args.data_dir)?;
    let code = authority.draw(&card, SystemClock.now()).ok_or(CommandError::TooLong)?;
    if let Some(file) = args.picture {
        std::fs::write(file, picture(&code).ok_or(CommandError::TooLong)?)?;
    }
    Ok(writeln!(io::stdout(), "{}", BASE64_STANDARD.encode(code))?)
}

async fn report(args: VerifyArgs) -> Result<(), CommandError> {
    Ok(writeln!(io::stdout(), "{}", verify(args).await?)?)
}

fn openapi() -> Result<(), CommandError> {
    Ok(writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&document())?)?)
}

/// Seconds, or an ISO 8601 duration within the limits of everything that expires here.
fn ttl(text: &str) -> Result<TimeDelta, String> {
    match text.parse::<i64>() {
        Ok(seconds) if (1..=30 * 24 * 60 * 60).contains(&seconds) => Ok(TimeDelta::seconds(seconds)),
        Ok(_) => Err("is not between 1 second and 30 days".to_owned()),
        Err(_) => text
            .parse::<acredita_domain::expires_in::ExpiresIn>()
            .map(|ttl| ttl.delta())
            .map_err(|error| error.to_string()),
    }
}
