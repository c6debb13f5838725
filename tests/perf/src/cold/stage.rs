//! The shared stage of all programs: the embedded AWS, the stand-ins for Secrets Manager and for the issuer of tokens,
//! and the events.

use crate::{Failure, cold::tls::Fronts};
use acredita_aws::{SystemClock, SystemEntropy};
use acredita_aws_local::{
    apigw,
    serve::variables,
    stand_ins::{self, StandIns},
};
use acredita_domain::ports::Clock;
use acredita_embedded_aws::Storage;
use acredita_listener::{Access, Limits};
use acredita_local::{
    inbox::Inbox,
    keys::{TokenSigner, ready_grant, secret_text},
    serve::LocalAws,
};
use http::Request;
use std::{
    collections::BTreeMap,
    future::pending,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use tokio::task::JoinSet;

/// Phone numbers that nobody has, one for each create: a destination gets five messages within ten minutes.
const FIRST_PHONE: u64 = 600_000_000;
/// The variables that hold an address, which is replaced for TLS.
const ADDRESSES: [&str; 4] =
    ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "ACREDITA_JWKS_URL"];

/// How the programs reach AWS and the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Plain,
    /// HTTPS, as on AWS.
    Tls,
}

impl Transport {
    pub const ALL: [Self; 2] = [Self::Plain, Self::Tls];
}

pub struct Stage {
    aws: LocalAws,
    token: String,
    plain: BTreeMap<&'static str, String>,
    tls: BTreeMap<&'static str, String>,
    next_phone: AtomicU64,
    _fronts: Fronts,
    _stand_ins: JoinSet<()>,
    _data: TempDir,
}

impl Stage {
    /// Starts everything, in memory.
    pub async fn start() -> Result<Self, Failure> {
        let data = tempfile::tempdir()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let aws = LocalAws::start(Storage::Memory, clock.clone(), &[]).await?;
        let signer = TokenSigner::of(data.path())?;
        let token = signer.token(&ready_grant(), clock.now())?;
        let inbox = Arc::new(Inbox::open(&data.path().join("inbox.jsonl"))?);
        let secret = secret_text(data.path(), &SystemEntropy)?;
        let router = stand_ins::router(StandIns { secret, jwks: signer.jwks().to_string(), inbox, clock });
        let listener = acredita_listener::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let stand_ins_at = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // It ends with this program.
            acredita_listener::serve(listener, router, Access::to(stand_ins_at), Limits::default(), pending()).await;
        });

        let bundle = data.path().join("authorities.pem");
        let mut fronts = Fronts::new(&bundle)?;
        let mut plain = variables(&aws, &format!("http://{stand_ins_at}"));
        let bundle = bundle.display().to_string();
        // The same authorities for all, under the variable of each language: one file, as on Lambda.
        plain.extend(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE"].map(|name| (name, bundle.clone())));
        // Hundreds of warm invocations follow each other as fast as they can.
        plain.insert("ACREDITA_ORGANISATION_RATE", "1000000".to_owned());
        let mut tls = plain.clone();
        for name in ADDRESSES {
            let url: http::Uri = plain.get(name).ok_or(name)?.parse()?;
            let behind: SocketAddr = url.authority().ok_or(name)?.as_str().parse()?;
            tls.insert(name, format!("https://{}{}", fronts.before(behind).await?, url.path().trim_end_matches('/')));
        }
        let next_phone = AtomicU64::new(FIRST_PHONE);
        Ok(Self { aws, token, plain, tls, next_phone, _fronts: fronts, _stand_ins: tasks, _data: data })
    }

    /// The environment of a program.
    pub fn variables(&self, transport: Transport) -> BTreeMap<&'static str, String> {
        match transport {
            Transport::Plain => self.plain.clone(),
            Transport::Tls => self.tls.clone(),
        }
    }

    /// A create for a phone number that had none before, as API Gateway passes it on.
    pub fn event(&self) -> Vec<u8> {
        let phone = self.next_phone.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"actor":{{"name":"James","last_name":"Smith","msisdn":{{"phone_number":{phone},"country_code":"34"}}}},"channel":{{"type":"SMS","external":false}},"expires_in":"PT1H"}}"#
        );
        let uri = format!("/v1/orgs/{}/identifications/otp", ready_grant().org);
        let mut request = Request::post(&uri);
        for (name, value) in [
            ("authorization", format!("Bearer {}", self.token)),
            ("content-type", "application/json".to_owned()),
            ("user-agent", "acredita-perf".to_owned()),
        ] {
            request = request.header(name, value);
        }
        let request = request.body(()).expect("made of visible ASCII");
        let route = format!("POST {uri}");
        let id = format!("perf-{phone}");
        apigw::event(&request, body.as_bytes(), &route, &id, Ipv4Addr::LOCALHOST.into(), SystemClock.now())
            .to_string()
            .into_bytes()
    }

    pub async fn stop(self) {
        self.aws.embedded.stop().await;
    }
}
