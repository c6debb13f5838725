//! `acredita-perf records`: whether the back office's list and search cost the same however many records there are. Two
//! organisations, one with few records and one with many, each in an embedded AWS of its own in memory, are asked in turn,
//! and the store's requests are counted on the wire.

use crate::{
    Failure, ORG,
    create::{agent, create_many},
    load::now,
    report::{machine, milliseconds, percentile},
};
use acredita_aws::{SystemClock, SystemEntropy};
use acredita_domain::{
    App, Request, Time,
    actor::Actor,
    ids::OrgId,
    keys::Keyring,
    lookups::Lookup,
    ports::Clock,
    records::RecordFilter,
    reference::{ClientReferenceId, Reference},
    scoring::ProviderAccess,
    use_cases::{ListRecords, SearchRecords, list_records, search_records},
};
use acredita_embedded_aws::Storage;
use acredita_local::serve::{AppParts, LocalAws, policy};
use acredita_service::engine::{self, TrustedCertificates};
use aws_sdk_sqs::config::{
    ConfigBag, Intercept, RuntimeComponents, SharedInterceptor, interceptors::BeforeTransmitInterceptorContextRef,
};
use chrono::TimeDelta;
use clap::Args;
use std::{
    error::Error,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::runtime::Builder;

/// How many records the organisation with few has.
const FEW: u32 = 100;
/// A page of answers: so few that a quarter of few records, which is what a shard has, is more. Each shard is asked for as
/// many.
const PAGE: usize = 10;
/// How often each question is asked of each organisation.
const ASKED: usize = 300;
/// Everybody's address.
const EMAIL: &str = "example@email.com";

#[derive(Args)]
pub struct Sizes {
    /// How many records the organisation with many has
    #[arg(long, default_value_t = 100_000)]
    records: u32,
}

/// What is asked.
#[derive(Clone, Copy)]
enum Question {
    FirstPage,
    MiddlePage,
    ByReference,
    ByEmail,
}

impl Question {
    const ALL: [Self; 4] = [Self::FirstPage, Self::MiddlePage, Self::ByReference, Self::ByEmail];

    fn name(self) -> &'static str {
        match self {
            Self::FirstPage => "list: the latest 10",
            Self::MiddlePage => "list: 10 out of the middle",
            Self::ByReference => "search by a reference: one is found",
            Self::ByEmail => "search by an address: the latest 10 of all",
        }
    }
}

/// The requests that were sent.
#[derive(Clone, Debug, Default)]
struct Sent(Arc<AtomicUsize>);

impl Intercept for Sent {
    fn name(&self) -> &'static str {
        "Sent"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// An organisation with so many records.
struct Office {
    app: App,
    aws: LocalAws,
    sent: Sent,
    org: OrgId,
    records: u32,
    began: Time,
}

/// What came of asking.
#[derive(Default)]
struct Asked {
    requests: Vec<usize>,
    took: Vec<Duration>,
}

struct Row {
    question: Question,
    few: Asked,
    many: Asked,
}

/// Measures, and returns the table in Markdown.
pub fn measure(sizes: &Sizes) -> Result<String, Failure> {
    let many = sizes.records;
    let service = Builder::new_multi_thread().enable_all().build()?;
    service.block_on(async { tokio::spawn(rows(many)).await? }).map(|rows| markdown(many, &rows))
}

async fn rows(many: u32) -> Result<Vec<Row>, Failure> {
    let (few, many) = (Office::with(FEW).await?, Office::with(many).await?);
    let mut rows = Vec::new();
    for question in Question::ALL {
        let mut row = Row { question, few: Asked::default(), many: Asked::default() };
        // The first time caches fill.
        few.ask(question, &mut Asked::default()).await?;
        many.ask(question, &mut Asked::default()).await?;
        for _ in 0..ASKED {
            few.ask(question, &mut row.few).await?;
            many.ask(question, &mut row.many).await?;
        }
        row.few.took.sort();
        row.many.took.sort();
        rows.push(row);
    }
    Ok(rows)
}

impl Office {
    async fn with(records: u32) -> Result<Self, Failure> {
        let sent = Sent::default();
        let interceptor = SharedInterceptor::new(sent.clone());
        let aws = LocalAws::start(Storage::Memory, Arc::new(SystemClock), &[interceptor]).await?;
        let app = aws.app(AppParts {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            keys: Arc::new(Keyring::new(vec![[7; 32]])?),
            engine: engine::everything(Vec::new(), TrustedCertificates::of_the_police()),
            policy: policy(ProviderAccess::default()),
        });
        let began = SystemClock.now() - TimeDelta::milliseconds(i64::from(records));
        let office = Self { app, aws, sent, org: ORG.parse()?, records, began };
        office.fill().await?;
        Ok(office)
    }

    async fn fill(&self) -> Result<(), Failure> {
        let keys = self.app.keys.current().await?;
        let digest = |lookup: &Lookup| keys.lookup_digests(&self.org, lookup).swap_remove(0);
        let mut first = agent(self.began, TimeDelta::days(30));
        first.actor = Actor { email: Some(EMAIL.parse()?), ..Actor::default() };
        first.reference = Reference::new(Some(reference(0)), Default::default());
        first.lookups = Lookup::all(Some(&first.actor), &first.reference).iter().map(digest).collect();
        let names = |number| {
            let reference = reference(number);
            vec![digest(&Lookup::client_reference_id(&reference)), reference.expose().to_owned()]
        };
        create_many(&self.app, &self.aws, (first, self.records), names).await
    }

    async fn ask(&self, question: Question, asked: &mut Asked) -> Result<(), Failure> {
        let before = self.sent.0.load(Ordering::SeqCst);
        let began = now();
        let found = match question {
            Question::FirstPage => self.list(None).await?,
            Question::MiddlePage => {
                self.list(Some(self.began + TimeDelta::milliseconds(i64::from(self.records / 2)))).await?
            }
            Question::ByReference => self.search(Lookup::client_reference_id(&reference(self.records / 2))).await?,
            Question::ByEmail => self.search(Lookup::email(&EMAIL.parse()?)).await?,
        };
        asked.took.push(now() - began);
        asked.requests.push(self.sent.0.load(Ordering::SeqCst) - before);
        let expected = if let Question::ByReference = question { 1 } else { PAGE };
        if found != expected {
            return Err(format!("{}: {found} of {expected}", question.name()).into());
        }
        Ok(())
    }

    async fn list(&self, to: Option<Time>) -> Result<usize, Failure> {
        let command = ListRecords { filter: RecordFilter::default(), from: None, to, limit: PAGE, cursor: None };
        Ok(list_records(&self.app, &self.org, command).await?.records.len())
    }

    async fn search(&self, lookup: Lookup) -> Result<usize, Failure> {
        let command = SearchRecords { lookup, limit: PAGE, cursor: None };
        let found = search_records(&self.app, &Request::system(&self.org), command).await?;
        Ok(found.listed.records.len())
    }
}

fn reference(number: u32) -> ClientReferenceId {
    format!("order-{number}").parse().expect("a reference")
}

impl Asked {
    /// The number of requests, which has to be the same each time.
    fn each(&self) -> String {
        match (self.requests.iter().min(), self.requests.iter().max()) {
            (Some(least), Some(most)) if least == most => least.to_string(),
            (Some(least), Some(most)) => format!("{least} to {most}"),
            _ => "none".to_owned(),
        }
    }

    fn median(&self) -> Duration {
        percentile(&self.took, 50)
    }
}

fn markdown(many: u32, rows: &[Row]) -> String {
    let mut text = String::new();
    let build = if cfg!(debug_assertions) { "debug build, so these figures mean nothing" } else { "release build" };
    // Writing into a String does not fail.
    let _ = writeln!(
        text,
        "One run on one machine ({}), {build}: an organisation with {FEW} records and one with {many}, each in an embedded AWS of its own in memory, asked {ASKED} times in turn.\n",
        machine()
    );
    let _ = writeln!(
        text,
        "| question | requests of the store, {FEW} records | {many} records | p50, {FEW} records | {many} records | ratio |"
    );
    text.push_str("|---|--:|--:|--:|--:|--:|\n");
    for Row { question, few, many } in rows {
        let ratio = many.median().as_secs_f64() / few.median().as_secs_f64();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {ratio:.2} |",
            question.name(),
            few.each(),
            many.each(),
            milliseconds(few.median()),
            milliseconds(many.median())
        );
    }
    text
}
