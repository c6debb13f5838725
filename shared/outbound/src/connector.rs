//! Connections and TLS, set up once for a process: the clients of AWS use this connector too.
//!
//! Left to itself the SDK makes one for each client, and a second one at each client's first call; each of them parses
//! the system's certificates anew. TLS is set up at the first address that asks for it, as reading those certificates
//! is most of what a start costs, and against stand-ins on loopback nobody needs them.
//!
//! Addresses that come from callers (webhooks) will need a connector of their own, whose resolver refuses private
//! addresses after the name is resolved: [`builder`] is the place to give it one.

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector, ConnectorBuilder,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use std::{sync::LazyLock, time::Duration};

/// How long connecting may take. It includes TLS, which takes the better part of a second on the smallest Lambda.
pub const CONNECT: Duration = Duration::from_secs(2);

/// A connector, which keeps connections for whoever comes next: over TLS by the system's certificates, in the clear
/// where an address says so, through a proxy where the environment names one. How long an answer may take is the
/// caller's to say.
pub(crate) fn connector() -> SharedHttpConnector {
    SharedHttpConnector::new(ByScheme { secure: LazyLock::new(secure), clear: LazyLock::new(clear) })
}

#[derive(Debug)]
struct ByScheme {
    secure: LazyLock<Connector>,
    clear: LazyLock<Connector>,
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // Whatever is not plainly in the clear is for TLS, which refuses what it does not know.
        let connector = if request.uri().starts_with("http://") { &self.clear } else { &self.secure };
        connector.call(request)
    }
}

fn builder() -> ConnectorBuilder {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT).build();
    Connector::builder()
        .connector_settings(settings)
        .proxy_config(ProxyConfig::from_env())
        .sleep_impl(TokioSleep::new())
}

fn secure() -> Connector {
    builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
}

fn clear() -> Connector {
    builder().build_http()
}
