//! What everything connects with: the clients of AWS, and whoever else speaks HTTP in a function.
//!
//! There is one connector for all of them. Left to itself the SDK makes one for each client, and a second one at each
//! client's first call; each of them parses the system's certificates anew. TLS is set up at the first address that
//! asks for it, as reading those certificates is most of what a start costs, and against stand-ins on loopback nobody
//! needs them.

use crate::clients::CONNECT;
use aws_smithy_http_client::{
    Connector, ConnectorBuilder,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::HttpRequest,
};
use std::sync::LazyLock;

/// A connector, which keeps connections for whoever comes next: over TLS by the system's certificates, in the clear
/// where an address says so, through a proxy where the environment names one. It gives up connecting after two seconds;
/// how long an answer may take is the caller's to say.
pub fn connector() -> SharedHttpConnector {
    SharedHttpConnector::new(ByScheme { secure: LazyLock::new(secure), clear: LazyLock::new(clear) })
}

/// The connector as a client of the SDK's. What a client of AWS would set for its connections is the same for all: see
/// [`CONNECT`].
pub(crate) fn http_client(connector: &SharedHttpConnector) -> SharedHttpClient {
    let connector = connector.clone();
    http_client_fn(move |_, _| connector.clone())
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
    Connector::builder().connector_settings(settings).proxy_config(ProxyConfig::from_env())
}

fn secure() -> Connector {
    builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
}

fn clear() -> Connector {
    builder().build_http()
}
